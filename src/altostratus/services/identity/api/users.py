"""/v3/users"""

from litestar import Router, delete, get, patch, post
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, checked, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.usecases.change_password import change_password
from altostratus.services.identity.usecases.create_user import create_user
from altostratus.services.identity.usecases.delete_user import delete_user
from altostratus.services.identity.usecases.find_groups import list_groups_of
from altostratus.services.identity.usecases.find_users import find_user, list_user_projects, list_users
from altostratus.services.identity.usecases.update_user import update_user


@get("/", query=("domain_id", "enabled", "name", "password_expires_at", *PAGE))
async def get_users(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.UserQuery)
    found = await identity.db.read(lambda tx: list_users(tx, identity, actor, listing))
    return request.collection("users", found, lambda user: views.user(user, request.base), listing)


@post("/", body=schemas.NewUserBody)
async def post_user(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewUserBody, "user")
    return {"user": views.user(await create_user(identity, actor, fields), request.base)}


@get("/{user_id:str}")
async def get_user(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_user(tx, identity, actor, "identity:get_user", user_id))
    return {"user": views.user(found, request.base)}


@patch("/{user_id:str}", body=schemas.UserBody)
async def patch_user(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.UserBody, "user")
    user = await update_user(identity, actor, user_id, fields)
    return {"user": views.user(user, request.base, extra=dict(user.extra))}


@delete("/{user_id:str}")
async def delete_user_(request: IdentityCall, user_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_user(tx, identity, actor, user_id))


@post("/{user_id:str}/password", body=schemas.PasswordBody, status_code=204)
async def post_password(request: IdentityCall, user_id: FromPath[str]) -> None:
    change = checked(await request.document(), schemas.PasswordBody).user
    client = request.context.client
    await change_password(request.identity, user_id, change.original_password, change.password, client)


@get("/{user_id:str}/projects", query=("domain_id", "enabled", "name", *PAGE))
async def get_user_projects(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_user_projects(tx, identity, actor, user_id, listing))
    return request.collection("projects", found, lambda row: views.project(*row, request.base), listing)


@get("/{user_id:str}/groups", query=("name", *PAGE))
async def get_user_groups(request: IdentityCall, user_id: FromPath[str]) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_groups_of(tx, identity, actor, user_id, listing))
    return request.collection(
        "groups", found, lambda group: views.group(group, request.base, membership_expires_at=None), listing
    )


ROUTER = Router(
    "/users",
    route_handlers=[
        get_users,
        post_user,
        get_user,
        patch_user,
        delete_user_,
        post_password,
        get_user_projects,
        get_user_groups,
    ],
)
