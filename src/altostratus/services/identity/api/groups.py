"""/v3/groups"""

from litestar import Router, delete, get, patch, post, put
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.usecases.change_membership import check_member, join_group, leave_group
from altostratus.services.identity.usecases.create_group import create_group
from altostratus.services.identity.usecases.delete_group import delete_group
from altostratus.services.identity.usecases.find_groups import find_group, list_groups, list_members
from altostratus.services.identity.usecases.update_group import update_group

MEMBER = "/{group_id:str}/users/{user_id:str}"


@get("/", query=("domain_id", "name", *PAGE))
async def get_groups(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.GroupQuery)
    found = await identity.db.read(lambda tx: list_groups(tx, identity, actor, listing))
    return request.collection("groups", found, lambda group: views.group(group, request.base), listing)


@post("/", body=schemas.NewGroupBody)
async def post_group(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewGroupBody, "group")
    made = await identity.change(lambda tx: create_group(tx, identity, actor, fields))
    return {"group": views.group(made, request.base)}


@get("/{group_id:str}")
async def get_group(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_group(tx, identity, actor, "identity:get_group", group_id))
    return {"group": views.group(found, request.base)}


@patch("/{group_id:str}", body=schemas.GroupBody)
async def patch_group(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.GroupBody, "group")
    found = await identity.change(lambda tx: update_group(tx, identity, actor, group_id, fields))
    return {"group": views.group(found, request.base)}


@delete("/{group_id:str}")
async def delete_group_(request: IdentityCall, group_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_group(tx, identity, actor, group_id))


@get("/{group_id:str}/users", query=("domain_id", "enabled", "name", "password_expires_at", *PAGE))
async def get_members(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_members(tx, identity, actor, group_id, listing))
    return request.collection("users", found, lambda user: views.user(user, request.base), listing)


@put(MEMBER, status_code=204)
async def put_member(request: IdentityCall, group_id: FromPath[str], user_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: join_group(tx, identity, actor, group_id, user_id))


@get(MEMBER, status_code=204)
async def get_member(request: IdentityCall, group_id: FromPath[str], user_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.db.read(lambda tx: check_member(tx, identity, actor, group_id, user_id))


@delete(MEMBER)
async def delete_member(request: IdentityCall, group_id: FromPath[str], user_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: leave_group(tx, identity, actor, group_id, user_id))


ROUTER = Router(
    "/groups",
    route_handlers=[
        get_groups,
        post_group,
        get_group,
        patch_group,
        delete_group_,
        get_members,
        put_member,
        get_member,
        delete_member,
    ],
)
