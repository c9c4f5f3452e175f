"""/v3/role_assignments"""

from collections.abc import Callable
from typing import Any

from litestar import get

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.api import IdentityCall, views
from altostratus.services.identity.usecases.list_assignments import (
    AssignmentQuery,
    Effect,
    Names,
    list_assignments,
    names_of,
)

QUERY = (
    "user.id", "group.id", "role.id", "scope.project.id", "scope.domain.id", "scope.system", "effective",
    "include_names",
)  # fmt: skip


@get("/role_assignments", query=QUERY)
async def get_assignments(request: IdentityCall) -> views.View:
    identity, actor, query = request.identity, request.actor, _query(request)

    def read(tx: Tx) -> tuple[list[Effect], Names | None]:
        found = list_assignments(tx, identity, actor, query)
        return found, names_of(tx, found) if request.flag("include_names") else None

    effects, names = await identity.db.read(read)
    return request.collection("role_assignments", effects, _viewer(request.base, names))


def _query(request: IdentityCall) -> AssignmentQuery:
    given = request.query_params
    if "user.id" in given and "group.id" in given:
        raise BadRequest("Specify a user or group, not both")
    return AssignmentQuery(
        user_id=given.get("user.id"),
        group_id=given.get("group.id"),
        role_id=given.get("role.id"),
        project_id=given.get("scope.project.id"),
        domain_id=given.get("scope.domain.id"),
        system="scope.system" in given,
        effective=request.flag("effective"),
    )


def _viewer(base: str, names: Names | None) -> Callable[[Effect], dict[str, Any]]:
    return lambda effect: _assignment(effect, base, names)


def _assignment(effect: Effect, base: str, names: Names | None) -> views.View:
    a = effect.assignment
    kind = "user" if effect.via_group else a.actor_kind
    return {
        "links": _links(effect, base),
        "scope": {a.target_kind: _target(effect, names)},
        kind: _person(effect.user_or_group, names),
        "role": _role(effect.role_id, names),
    }


def _links(effect: Effect, base: str) -> dict[str, str]:
    a = effect.assignment
    target = "system" if a.target_kind == "system" else f"{a.target_kind}s/{a.target_id}"
    links = {"assignment": f"{base}/{target}/{a.actor_kind}s/{a.actor_id}/roles/{a.role_id}"}
    if effect.via_group:
        links["membership"] = f"{base}/groups/{a.actor_id}/users/{effect.user_or_group}"
    if effect.prior_role_id:
        links["prior_role"] = f"{base}/prior_role/{effect.prior_role_id}/implies/{effect.role_id}"
    return links


def _target(effect: Effect, names: Names | None) -> dict[str, Any]:
    a = effect.assignment
    if a.target_kind == "system":
        return {"all": True}
    found = names.projects.get(a.target_id) if names else None
    if names is None or found is None:
        return {"id": a.target_id}
    domain = _domain(found.domain_id, names) if found.domain_id else {}
    return {"id": found.id, "name": found.name, **domain}


def _person(id: str, names: Names | None) -> dict[str, Any]:  # noqa: A002
    found = (names.users.get(id) or names.groups.get(id)) if names else None
    if names is None or found is None:
        return {"id": id}
    return {"id": id, "name": found.name, **_domain(found.domain_id, names)}


def _role(role_id: str, names: Names | None) -> dict[str, Any]:
    found = names.roles.get(role_id) if names else None
    if names is None or found is None:
        return {"id": role_id}
    return {"id": role_id, "name": found.name, **(_domain(found.domain_id, names) if found.domain_id else {})}


def _domain(domain_id: str, names: Names) -> dict[str, Any]:
    found = names.projects.get(domain_id)
    return {"domain": {"id": domain_id, "name": found.name if found else domain_id}}
