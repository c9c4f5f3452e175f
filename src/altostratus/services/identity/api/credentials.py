"""/v3/credentials"""

from litestar import Router, delete, get, patch, post
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, checked, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.usecases.create_credential import create_credential
from altostratus.services.identity.usecases.delete_credential import delete_credential
from altostratus.services.identity.usecases.find_credentials import find_credential, list_credentials
from altostratus.services.identity.usecases.update_credential import update_credential


@get("/", query=("user_id", "type", *PAGE))
async def get_credentials(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_credentials(tx, identity, actor, listing))
    return request.collection("credentials", found, lambda one: views.credential(one, request.base), listing)


@post("/", body=schemas.NewCredentialBody)
async def post_credential(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewCredentialBody, "credential")
    made = await identity.db.write(lambda tx: create_credential(tx, identity, actor, fields))
    return {"credential": views.credential(made, request.base)}


@get("/{credential_id:str}")
async def get_credential(request: IdentityCall, credential_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_credential(tx, identity, actor, "get", credential_id))
    return {"credential": views.credential(found, request.base)}


@patch("/{credential_id:str}", body=schemas.CredentialBody)
async def patch_credential(request: IdentityCall, credential_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    blob = checked(await request.document(), schemas.CredentialBody).credential.blob
    found = await identity.change(lambda tx: update_credential(tx, identity, actor, credential_id, blob))
    return {"credential": views.credential(found, request.base)}


@delete("/{credential_id:str}")
async def delete_credential_(request: IdentityCall, credential_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_credential(tx, identity, actor, credential_id))


ROUTER = Router(
    "/credentials",
    route_handlers=[get_credentials, post_credential, get_credential, patch_credential, delete_credential_],
)
