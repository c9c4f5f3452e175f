"""/v3/users/{id}/application_credentials and /v3/users/{id}/access_rules"""

from litestar import Router, delete, get, post
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.usecases.create_application_credential import create_application_credential
from altostratus.services.identity.usecases.delete_access_rule import delete_access_rule
from altostratus.services.identity.usecases.delete_application_credential import delete_application_credential
from altostratus.services.identity.usecases.find_access_rules import find_access_rule, list_access_rules
from altostratus.services.identity.usecases.find_application_credentials import (
    find_application_credential,
    list_application_credentials,
)

NOUN = "application_credential"


@get("/", query=("name", *PAGE))
async def get_credentials(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_application_credentials(tx, identity, actor, user_id, listing))
    view = views.application_credential
    return request.collection("application_credentials", found, lambda one: view(one, request.base), listing)


@post("/", body=schemas.NewApplicationCredentialBody)
async def post_credential(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.NewApplicationCredentialBody, NOUN)
    made, secret = await create_application_credential(identity, actor, user_id, fields)
    return {NOUN: views.application_credential(made, request.base, secret=secret)}


@get("/{credential_id:str}")
async def get_credential(request: IdentityCall, user_id: FromPath[str], credential_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_application_credential(tx, identity, actor, user_id, credential_id))
    return {NOUN: views.application_credential(found, request.base)}


@delete("/{credential_id:str}")
async def delete_credential(request: IdentityCall, user_id: FromPath[str], credential_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_application_credential(tx, identity, actor, user_id, credential_id))


@get("/", query=("service", "path", "method", *PAGE))
async def get_rules(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_access_rules(tx, identity, actor, user_id, listing))
    return request.collection("access_rules", found, lambda one: views.own_access_rule(one, request.base), listing)


@get("/{rule_id:str}")
async def get_rule(request: IdentityCall, user_id: FromPath[str], rule_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_access_rule(tx, identity, actor, "get", user_id, rule_id))
    return {"access_rule": views.own_access_rule(found, request.base)}


@delete("/{rule_id:str}")
async def delete_rule(request: IdentityCall, user_id: FromPath[str], rule_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_access_rule(tx, identity, actor, user_id, rule_id))


ROUTER = Router(
    "/users/{user_id:str}/application_credentials",
    route_handlers=[get_credentials, post_credential, get_credential, delete_credential],
)
RULES = Router("/users/{user_id:str}/access_rules", route_handlers=[get_rules, get_rule, delete_rule])
