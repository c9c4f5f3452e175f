"""/v3/role_assignments"""

import re
from collections.abc import Mapping
from typing import Any

from litestar import get

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.api import IdentityCall, views
from altostratus.services.identity.api.listing import is_set
from altostratus.services.identity.usecases.list_assignments import AssignmentQuery, Effect, list_assignments
from altostratus.services.identity.usecases.name_assignments import Named, Names, names_of

IDS = ("group.id", "role.id", "scope.domain.id", "scope.project.id")
INHERITED = "scope.OS-INHERIT:inherited_to"
FLAGS = ("effective", "include_names", "include_subtree")
ID = re.compile(r"[a-zA-Z0-9-]{1,64}")


@get("/role_assignments", query=("user.id", *IDS, "scope.system", INHERITED, *FLAGS))
async def get_assignments(request: IdentityCall) -> views.View:
    identity, actor, query = request.identity, request.actor, _query(request.query_params)
    named = request.flag("include_names")

    def read(tx: Tx) -> tuple[list[Effect], Names | None]:
        found = list_assignments(tx, identity, actor, query)
        return found, names_of(tx, found) if named else None

    effects, names = await identity.db.read(read)
    return request.collection("role_assignments", effects, lambda effect: _assignment(effect, request.base, names))


def _query(given: Mapping[str, str]) -> AssignmentQuery:
    """BadRequest where Keystone's schema of this query refuses it."""
    for name in IDS:
        if name in given and not ID.fullmatch(given[name]):
            value = given[name]
            raise BadRequest(f"Invalid input for field/attribute {name}. Value: {value}. '{value}' is not an id")
    if "user.id" in given and "group.id" in given:
        raise BadRequest("Specify a user or group, not both")
    if "include_subtree" in given and "scope.project.id" not in given:
        raise BadRequest("'scope.project.id' is a dependency of 'include_subtree'")
    return AssignmentQuery(
        user_id=given.get("user.id"),
        group_id=given.get("group.id"),
        role_id=given.get("role.id"),
        project_id=given.get("scope.project.id"),
        domain_id=given.get("scope.domain.id"),
        system=given.get("scope.system"),
        inherited=given[INHERITED] == "projects" if INHERITED in given else None,
        effective=is_set(given, "effective"),
        subtree=is_set(given, "include_subtree"),
    )


def _assignment(effect: Effect, base: str, names: Names | None) -> views.View:
    kind = "user" if effect.via_group else effect.assignment.actor_kind
    return {
        "links": _links(effect, base),
        "scope": _scope(effect, names),
        kind: _shown(effect.user_or_group, names, names.people if names else {}),
        "role": _shown(effect.role_id, names, names.roles if names else {}),
    }


def _links(effect: Effect, base: str) -> dict[str, str]:
    """As Keystone has them: the grant of an implied role is that of the role before it, and `prior_role` names the
    implied one first."""
    a = effect.assignment
    target = "system" if a.target_kind == "system" else f"{a.target_kind}s/{a.target_id}"
    path = f"{target}/{a.actor_kind}s/{a.actor_id}/roles/{effect.prior_role_id or a.role_id}"
    links = {"assignment": f"{base}/OS-INHERIT/{path}/inherited_to_projects" if a.inherited else f"{base}/{path}"}
    if effect.via_group:
        links["membership"] = f"{base}/groups/{a.actor_id}/users/{effect.user_or_group}"
    if effect.prior_role_id:
        links["prior_role"] = f"{base}/prior_role/{effect.role_id}/implies/{effect.prior_role_id}"
    return links


def _scope(effect: Effect, names: Names | None) -> dict[str, Any]:
    system = effect.target_kind == "system"
    target = {"all": True} if system else _shown(effect.target_id, names, names.projects if names else {})
    inherited = {"OS-INHERIT:inherited_to": "projects"} if effect.assignment.inherited else {}
    return {effect.target_kind: target, **inherited}


def _shown(id: str, names: Names | None, among: Mapping[str, Named]) -> dict[str, Any]:  # noqa: A002
    """The id; with names, also its name and its domain if it lies in one."""
    found = among.get(id)
    if names is None or found is None:
        return {"id": id}
    domain = names.projects.get(found.domain_id or "")
    return {"id": id, "name": found.name} | ({"domain": {"id": domain.id, "name": domain.name}} if domain else {})
