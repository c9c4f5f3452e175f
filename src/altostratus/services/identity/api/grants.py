"""Roles of users and groups on projects, domains and the system; and (OS-INHERIT) on all projects beneath one."""

from litestar import Router, delete, get, put

from altostratus.services.identity.api import IdentityCall, views
from altostratus.services.identity.domain.grants import Place
from altostratus.services.identity.usecases.grant_role import check_grant, grant_role, list_roles_at, revoke_role

TARGETS = ("/projects/{project_id:str}", "/domains/{domain_id:str}", "/system")
LISTS = [f"{target}/{kind}s/{{{kind}_id:str}}/roles" for target in TARGETS for kind in ("user", "group")]
GRANTS = [f"{path}/{{role_id:str}}" for path in LISTS]
INHERITED = "/inherited_to_projects"
LISTS += [f"/OS-INHERIT{path}{INHERITED}" for path in LISTS if path.startswith("/domains")]
GRANTS += [f"/OS-INHERIT{path}{INHERITED}" for path in GRANTS if not path.startswith("/system")]


@get(LISTS)
async def get_grants(request: IdentityCall) -> views.View:
    identity, actor, place = request.identity, request.actor, _place(request)
    found = await identity.db.read(lambda tx: list_roles_at(tx, identity, actor, place))
    return request.collection("roles", found, lambda role: views.role(role, request.base))


@get(GRANTS, status_code=204)
async def get_grant(request: IdentityCall) -> None:
    identity, actor, place, role_id = request.identity, request.actor, _place(request), _role(request)
    await identity.db.read(lambda tx: check_grant(tx, identity, actor, place, role_id))


@put(GRANTS, status_code=204)
async def put_grant(request: IdentityCall) -> None:
    identity, actor, place, role_id = request.identity, request.actor, _place(request), _role(request)
    await identity.change(lambda tx: grant_role(tx, identity, actor, place, role_id))


@delete(GRANTS)
async def delete_grant(request: IdentityCall) -> None:
    identity, actor, place, role_id = request.identity, request.actor, _place(request), _role(request)
    await identity.change(lambda tx: revoke_role(tx, identity, actor, place, role_id))


def _place(request: IdentityCall) -> Place:
    ids = request.path_params
    actor = next(kind for kind in ("user", "group") if f"{kind}_id" in ids)
    target = next((kind for kind in ("project", "domain") if f"{kind}_id" in ids), "system")
    inherited = str(request.scope["path"]).rstrip("/").endswith(INHERITED)
    return Place(actor, ids[f"{actor}_id"], target, ids.get(f"{target}_id", "all"), inherited)


def _role(request: IdentityCall) -> str:
    return str(request.path_params["role_id"])


ROUTER = Router("/", route_handlers=[get_grants, get_grant, put_grant, delete_grant])
