"""/v3/roles and /v3/role_inferences"""

from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.usecases.create_role import create_role
from altostratus.services.identity.usecases.delete_role import delete_role
from altostratus.services.identity.usecases.find_roles import find_role, list_implied, list_inferences, list_roles
from altostratus.services.identity.usecases.imply_role import (
    Rule,
    find_implication,
    imply_role,
    stop_implying_role,
)
from altostratus.services.identity.usecases.update_role import update_role


@get("/", query=("name", "domain_id", *PAGE))
async def get_roles(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.RoleQuery)
    found = await identity.db.read(lambda tx: list_roles(tx, identity, actor, listing))
    return request.collection("roles", found, lambda role: views.role(role, request.base), listing)


@post("/", body=schemas.NewRoleBody)
async def post_role(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewRoleBody, "role")
    made = await identity.change(lambda tx: create_role(tx, identity, actor, fields))
    return {"role": views.role(made, request.base)}


@get("/{role_id:str}")
async def get_role(request: IdentityCall, role_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_role(tx, identity, actor, "get", role_id))
    return {"role": views.role(found, request.base)}


@patch("/{role_id:str}", body=schemas.RoleBody)
async def patch_role(request: IdentityCall, role_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.RoleBody, "role")
    found = await identity.change(lambda tx: update_role(tx, identity, actor, role_id, fields))
    return {"role": views.role(found, request.base)}


@delete("/{role_id:str}")
async def delete_role_(request: IdentityCall, role_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_role(tx, identity, actor, role_id))


@get("/{role_id:str}/implies")
async def get_implied(request: IdentityCall, role_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    prior, implied = await identity.db.read(lambda tx: list_implied(tx, identity, actor, role_id))
    return {"role_inference": views.inference(prior, implied, request.base), "links": {"self": request.address}}


@get("/{role_id:str}/implies/{implied_id:str}", status_code=200)
async def get_implication(
    request: IdentityCall, role_id: FromPath[str], implied_id: FromPath[str]
) -> Response[views.View | None]:
    """HEAD answers 204, unlike every other route."""
    identity, actor = request.identity, request.actor
    verb = "check" if request.context.head else "get"
    rule = await identity.db.read(lambda tx: find_implication(tx, identity, actor, verb, role_id, implied_id))
    return Response(None, status_code=204) if request.context.head else Response(_implication(request, rule))


@put("/{role_id:str}/implies/{implied_id:str}", status_code=201)
async def put_implication(request: IdentityCall, role_id: FromPath[str], implied_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    rule = await identity.change(lambda tx: imply_role(tx, identity, actor, role_id, implied_id))
    return _implication(request, rule)


@delete("/{role_id:str}/implies/{implied_id:str}")
async def delete_implication_(request: IdentityCall, role_id: FromPath[str], implied_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: stop_implying_role(tx, identity, actor, role_id, implied_id))


def _implication(request: IdentityCall, rule: Rule) -> views.View:
    return {"role_inference": views.implication(*rule, request.base), "links": {"self": request.address}}


@get("/role_inferences")
async def get_inferences(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: list_inferences(tx, identity, actor))
    return {"role_inferences": [views.inference(prior, implied, request.base) for prior, implied in found]}


ROUTER = Router(
    "/roles",
    route_handlers=[
        get_roles,
        post_role,
        get_role,
        patch_role,
        delete_role_,
        get_implied,
        get_implication,
        put_implication,
        delete_implication_,
    ],
)
