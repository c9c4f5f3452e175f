"""GET /v3/role_assignments: grants as they were made, or (effective) as they work: through groups and implication."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Assignment, Group, Project, Role, User
from altostratus.services.identity.domain.session import RoleName, implied
from altostratus.services.identity.store import grants
from altostratus.services.identity.store.access import with_domains
from altostratus.services.identity.store.implications import implications, own_roles
from altostratus.services.identity.store.membership import members_by_group
from altostratus.services.identity.store.records import groups, projects, roles, users
from altostratus.services.identity.usecases import Identity


@dataclass(frozen=True, slots=True)
class AssignmentQuery:
    """What is asked for; None is any."""

    user_id: str | None = None
    group_id: str | None = None
    role_id: str | None = None
    project_id: str | None = None
    domain_id: str | None = None
    system: bool = False
    effective: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """A grant as it works: `via_group` when a user has it as a member, `prior_role_id` when another role implies it."""

    assignment: Assignment
    user_or_group: str
    role_id: str
    via_group: bool = False
    prior_role_id: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """All that some assignments name, by id."""

    users: dict[str, User]
    groups: dict[str, Group]
    projects: dict[str, Project]
    roles: dict[str, Role]


def list_assignments(tx: Tx, identity: Identity, actor: Actor, query: AssignmentQuery) -> list[Effect]:
    """A constant number of queries."""
    if query.project_id and query.domain_id:
        raise BadRequest("Specify a domain or project, not both")
    if query.effective and query.group_id:
        raise BadRequest("Combining effective and group filter will always result in an empty list.")
    _require(tx, identity, actor, query)
    found = grants.find_assignments(tx, *_conditions(query, actor))
    if not query.effective:
        return [Effect(a, a.actor_id, a.role_id) for a in found]
    domains_own = own_roles(tx)
    return [e for e in _effects(tx, found) if _wanted(e, query) and e.role_id not in domains_own]


def names_of(tx: Tx, effects: Sequence[Effect]) -> Names:
    """The nouns behind the ids, domains included."""
    people = {e.user_or_group for e in effects}
    found_users = {u.id: u for u in users.by_ids(tx, sorted(people))}
    found_groups = {g.id: g for g in groups.by_ids(tx, sorted(people))}
    domains = [u.domain_id for u in found_users.values()] + [g.domain_id for g in found_groups.values()]
    targets = [e.assignment.target_id for e in effects]
    found_roles = {r.id: r for r in roles.by_ids(tx, [e.role_id for e in effects])}
    return Names(found_users, found_groups, with_domains(tx, [*domains, *targets]), found_roles)


def _require(tx: Tx, identity: Identity, actor: Actor, query: AssignmentQuery) -> None:
    project = projects.find(tx, query.project_id) if query.project_id else None
    domain_id = query.domain_id or (project.domain_id if project else actor.domain_id)
    identity.policy.require(actor, "identity:list_role_assignments", {"target.domain_id": domain_id})


def _conditions(query: AssignmentQuery, actor: Actor) -> Iterator[ColumnElement[bool]]:
    if query.user_id:
        own = grants.held_by_user(query.user_id)
        yield own | grants.held_by_groups_of(query.user_id) if query.effective else own
    if query.group_id:
        yield grants.held_by_group(query.group_id)
    if query.role_id and not query.effective:
        yield grants.of_role(query.role_id)
    if query.project_id:
        yield grants.on("project", query.project_id)
    if query.domain_id:
        yield grants.on("domain", query.domain_id)
    if query.system:
        yield grants.on("system", "all")
    if actor.domain_id:
        yield grants.within_domain(actor.domain_id)


def _effects(tx: Tx, found: Sequence[Assignment]) -> Iterator[Effect]:
    members = members_by_group(tx, {a.actor_id for a in found if a.actor_kind == "group"})
    rules = implications(tx)
    for assignment in found:
        in_group = assignment.actor_kind == "group"
        for user_id in members.get(assignment.actor_id, ()) if in_group else (assignment.actor_id,):
            direct = Effect(assignment, user_id, assignment.role_id, via_group=in_group)
            yield direct
            yield from _implied_effects(direct, rules)


def _implied_effects(direct: Effect, rules: dict[str, list[RoleName]]) -> Iterator[Effect]:
    reached = implied([RoleName(direct.role_id, "")], rules)
    for role in reached[1:]:
        prior = next(p for p in reached if role in rules.get(p.id, ()))
        yield replace(direct, role_id=role.id, prior_role_id=prior.id)


def _wanted(effect: Effect, query: AssignmentQuery) -> bool:
    role_fits = query.role_id in (None, effect.role_id)
    return role_fits and query.user_id in (None, effect.user_or_group)
