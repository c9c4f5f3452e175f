"""/v3/users/{id}/credentials/OS-EC2"""

from litestar import Router, delete, get, post
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, checked, schemas, views
from altostratus.services.identity.usecases.create_ec2_credential import create_ec2_credential
from altostratus.services.identity.usecases.delete_ec2_credential import delete_ec2_credential
from altostratus.services.identity.usecases.find_ec2_credentials import find_ec2_credential, list_ec2_credentials


@get("/")
async def get_ec2_credentials(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: list_ec2_credentials(tx, identity, actor, user_id))
    return request.collection("credentials", found, lambda one: views.ec2_credential(one, request.base))


@post("/", body=schemas.NewEc2Credential)
async def post_ec2_credential(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    project_id = checked(await request.document(), schemas.NewEc2Credential).tenant_id
    made = await identity.db.write(lambda tx: create_ec2_credential(tx, identity, actor, user_id, project_id))
    return {"credential": views.ec2_credential(made, request.base)}


@get("/{access:str}")
async def get_ec2_credential(request: IdentityCall, user_id: FromPath[str], access: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_ec2_credential(tx, identity, actor, "get", user_id, access))
    return {"credential": views.ec2_credential(found, request.base)}


@delete("/{access:str}")
async def delete_ec2_credential_(request: IdentityCall, user_id: FromPath[str], access: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_ec2_credential(tx, identity, actor, user_id, access))


ROUTER = Router(
    "/users/{user_id:str}/credentials/OS-EC2",
    route_handlers=[get_ec2_credentials, post_ec2_credential, get_ec2_credential, delete_ec2_credential_],
)
