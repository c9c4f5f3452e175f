"""PUT, GET and DELETE …/users|groups/{id}/roles/{id}: grant a role, look whether it is granted, take it away."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden, NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.grants import Place
from altostratus.services.identity.domain.nouns import Role
from altostratus.services.identity.domain.targets import (
    domain_target,
    group_target,
    project_target,
    role_target,
    user_target,
)
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.grants import grant, revoke, roles_at
from altostratus.services.identity.store.records import groups, projects, roles, users
from altostratus.services.identity.usecases import Identity


def list_roles_at(tx: Tx, identity: Identity, actor: Actor, place: Place) -> list[Role]:
    _require(tx, identity, actor, place, "list")
    return roles_at(tx, place)


def check_grant(tx: Tx, identity: Identity, actor: Actor, place: Place, role_id: str) -> None:
    """NotFound unless the role is granted there."""
    _require(tx, identity, actor, place, "check", role_id)
    if all(role.id != role_id for role in roles_at(tx, place)):
        raise _not_granted(place, role_id)


def grant_role(tx: Tx, identity: Identity, actor: Actor, place: Place, role_id: str) -> None:
    _require(tx, identity, actor, place, "create", role_id)
    _check_domain(tx, place, role_id)
    grant(tx, place, role_id)
    _record(tx, actor, "create", place, role_id)


def revoke_role(tx: Tx, identity: Identity, actor: Actor, place: Place, role_id: str) -> None:
    """Tokens that stand on this role alone end."""
    _require(tx, identity, actor, place, "revoke", role_id)
    if not revoke(tx, place, role_id):
        raise _not_granted(place, role_id)
    _record(tx, actor, "revoke", place, role_id)


def _record(tx: Tx, actor: Actor, verb: str, place: Place, role_id: str) -> None:
    project_id = place.target_id if place.target_kind == "project" else None
    detail = {"role": role_id, "target": f"{place.target_kind}/{place.target_id}", "inherited": place.inherited}
    events.record(tx, actor, f"identity.grant.{verb}", place.actor_id, project_id, **detail)


def _require(tx: Tx, identity: Identity, actor: Actor, place: Place, verb: str, role_id: str | None = None) -> None:
    """Forbidden, or then Missing, unless the actor may and all that is named is there."""
    missing: list[Missing] = []
    role = None if role_id is None else roles.find(tx, role_id)
    if role_id is not None and role is None:
        missing.append(Missing("role", role_id))
    user = users.find(tx, place.actor_id) if place.actor_kind == "user" else None
    group = groups.find(tx, place.actor_id) if place.actor_kind == "group" else None
    if user is None and group is None and _must_be_there(place, verb):
        missing.append(Missing(place.actor_kind, place.actor_id))
    target = role_target(role) | user_target(user) | group_target(group) | _place_target(tx, place, missing)
    identity.policy.require(actor, place.rule(verb), target)
    if missing:
        raise missing[0]


def _must_be_there(place: Place, verb: str) -> bool:
    """Whether it counts that there is no such user or group; what is not granted to nobody tells as much."""
    return verb == "create" or (verb != "revoke" and not place.inherited)


def _place_target(tx: Tx, place: Place, missing: list[Missing]) -> dict[str, object]:
    if place.target_kind == "system":
        return {}
    found = projects.find(tx, place.target_id)
    if found is None or (place.target_kind == "domain" and not found.is_domain):
        missing.append(Missing(place.target_kind, place.target_id))
        return {}
    return domain_target(found) if place.target_kind == "domain" else project_target(found)


def _check_domain(tx: Tx, place: Place, role_id: str) -> None:
    """A domain's own role is granted on that domain's projects, on domains, but never on the system."""
    role = roles.find(tx, role_id)
    if role is None or role.domain_id is None or place.target_kind == "domain":
        return
    if place.target_kind == "system":
        raise BadRequest(
            f"Role {role_id} is a domain-specific role. Unable to use a domain-specific role in a system assignment."
        )
    found = projects.find(tx, place.target_id)
    if found is None or found.domain_id != role.domain_id:
        raise Forbidden(f"Project {place.target_id} must be in the same domain as the role {role_id} being assigned.")


def _not_granted(place: Place, role_id: str) -> NotFound:
    where = "system" if place.target_kind == "system" else place.target_id
    return NotFound(
        f"Could not find role assignment with role: {role_id}, user or group: {place.actor_id}, "
        f"project, domain, or system: {where}."
    )
