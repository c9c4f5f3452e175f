"""GET /v3/role_assignments: grants as they were made, or (effective) as they work: through groups, inheritance and
implication."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.grants import chains
from altostratus.services.identity.domain.nouns import Assignment, Project
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store import grants
from altostratus.services.identity.store.implications import implications, own_roles
from altostratus.services.identity.store.lineage import batches, list_above, list_beneath, of_project
from altostratus.services.identity.store.membership import members_by_group
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.usecases import Identity

Holder = tuple[Assignment, str]
"""A grant and a user who has it."""


@dataclass(frozen=True, slots=True)
class AssignmentQuery:
    """What is asked for; None is any. `system` is what was said of it: 'all' asks for grants there."""

    user_id: str | None = None
    group_id: str | None = None
    role_id: str | None = None
    project_id: str | None = None
    domain_id: str | None = None
    system: str | None = None
    inherited: bool | None = None
    effective: bool = False
    subtree: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """A grant as it works: for this user or group, on this target (a project beneath the grant's own where it is
    inherited); `via_group` when a user has it as a member, `prior_role_id` when another role implies it."""

    assignment: Assignment
    user_or_group: str
    target_kind: str
    target_id: str
    role_id: str
    via_group: bool = False
    prior_role_id: str | None = None


def list_assignments(tx: Tx, identity: Identity, actor: Actor, query: AssignmentQuery) -> list[Effect]:
    """A constant number of queries, and one more for each thousand groups and targets of inherited grants."""
    project = projects.find(tx, query.project_id) if query.project_id else None
    _require(identity, actor, query, project)
    _check(query)
    if not _is_visible(actor, query, project):
        return []
    return _effective(tx, actor, query, project) if query.effective else _as_made(tx, actor, query)


def _require(identity: Identity, actor: Actor, query: AssignmentQuery, project: Project | None) -> None:
    if not query.subtree:
        identity.policy.require(actor, "identity:list_role_assignments", {"target.domain_id": actor.domain_id})
        return
    domain_id = project.domain_id if project else None
    identity.policy.require(actor, "identity:list_role_assignments_for_tree", {"target.domain_id": domain_id})
    if project is None:
        raise Missing("project", query.project_id or "")


def _check(query: AssignmentQuery) -> None:
    """BadRequest where filters contradict one another."""
    if query.domain_id and query.project_id:
        raise BadRequest("Specify a domain or project, not both")
    if query.system and (query.domain_id or query.project_id):
        raise BadRequest(f"Specify system or {'domain' if query.domain_id else 'project'}, not both")
    if query.effective and query.group_id:
        raise BadRequest("Combining effective and group filter will always result in an empty list.")
    if query.effective and query.domain_id and query.inherited:
        raise BadRequest("Combining effective, domain and inherited filters will always result in an empty list.")


def _is_visible(actor: Actor, query: AssignmentQuery, project: Project | None) -> bool:
    """Whoever acts in a domain sees what is granted there, and a tree of projects that the policy shows."""
    if actor.domain_id is None or query.subtree:
        return True
    asked_in = query.domain_id or (project.domain_id if project else None)
    return asked_in in (None, actor.domain_id) and (query.system != "all" or query.effective)


def _as_made(tx: Tx, actor: Actor, query: AssignmentQuery) -> list[Effect]:
    where = [grants.of_role(query.role_id)] if query.role_id else []
    where += [grants.held_by_user(query.user_id)] if query.user_id else []
    where += [grants.held_by_group(query.group_id)] if query.group_id else []
    found = grants.find_any(tx, _targets(actor, query), *where)
    return [Effect(a, a.actor_id, a.target_kind, a.target_id, a.role_id) for a in found]


def _targets(actor: Actor, query: AssignmentQuery) -> Iterator[ColumnElement[bool]]:
    """Where grants as they were made are looked for. Those on the system pass by any filter on inheritance."""
    for place in _places(actor, query):
        yield place if query.inherited is None else place & grants.inherited(query.inherited)
    anywhere = not (query.project_id or query.domain_id or actor.domain_id)
    if query.system == "all" or anywhere:
        yield grants.on_any("system")


def _places(actor: Actor, query: AssignmentQuery) -> list[ColumnElement[bool]]:
    """The projects and domains that are asked for, else all that the actor sees."""
    if query.project_id:
        return [grants.on_projects(of_project(query.project_id, subtree=query.subtree))]
    if query.domain_id:
        return [grants.on("domain", query.domain_id)]
    if actor.domain_id:
        return grants.within_domain(actor.domain_id)
    return [] if query.system == "all" and not query.effective else [grants.on_any("project", "domain")]


def _effective(tx: Tx, actor: Actor, query: AssignmentQuery, project: Project | None) -> list[Effect]:
    """Grants on the system are not among them, whatever is asked for; nor are roles that belong to a domain."""
    if query.project_id and project is None and query.inherited is not False:
        raise Missing("project", query.project_id)
    if query.user_id and users.find(tx, query.user_id) is None:
        raise Missing("user", query.user_id)
    held = _held(tx, list(_sources(actor, query)), query.user_id)
    implied = {prior: [role.id for role in found] for prior, found in implications(tx).items()}
    domains_own = own_roles(tx)
    roles = {role_id: chains(role_id, implied) for role_id in {assignment.role_id for assignment, _ in held}}
    wanted = {
        role_id: [pair for pair in pairs if pair[0] not in domains_own and query.role_id in (None, pair[0])]
        for role_id, pairs in roles.items()
    }
    return list(_effects(held, _heirs(tx, query, held), wanted))


def _sources(actor: Actor, query: AssignmentQuery) -> Iterator[ColumnElement[bool]]:
    """Where grants are looked for that work on what is asked for. A domain inherits nothing."""
    itself = inheriting = _places(actor, query)
    if query.project_id:
        asked = of_project(query.project_id, subtree=query.subtree)
        itself, inheriting = [grants.on_projects(asked)], [grants.above_projects(asked)]
    if query.inherited is not True:
        yield from (place & grants.inherited(False) for place in itself)
    if query.inherited is not False and not query.domain_id:
        yield from (place & grants.inherited(True) for place in inheriting)


def _held(tx: Tx, sources: Sequence[ColumnElement[bool]], user_id: str | None) -> list[Holder]:
    """The grants there, with each user (or this one) who has them, itself or as a member of a group."""
    if user_id:
        own = grants.find_any(tx, sources, grants.held_by_user(user_id))
        return [(a, user_id) for a in (*own, *grants.find_any(tx, sources, grants.held_by_groups_of(user_id)))]
    found = grants.find_any(tx, sources)
    groups = batches(a.actor_id for a in found if a.actor_kind == "group")
    members = {group: users for some in groups for group, users in members_by_group(tx, some).items()}
    holders = (members.get(a.actor_id, []) if a.actor_kind == "group" else [a.actor_id] for a in found)
    return [(a, one) for a, people in zip(found, holders, strict=True) for one in people]


def _heirs(tx: Tx, query: AssignmentQuery, held: Iterable[Holder]) -> dict[str, list[str]]:
    """The projects that inherit, of those that are asked for, by the project or domain that they inherit from."""
    roots = {assignment.target_id for assignment, _ in held if assignment.inherited}
    if not roots:
        return {}
    if query.project_id:
        return list_above(tx, of_project(query.project_id, subtree=query.subtree))
    return list_beneath(tx, roots)


def _effects(
    held: Iterable[Holder], heirs: dict[str, list[str]], roles: dict[str, list[tuple[str, str | None]]]
) -> Iterator[Effect]:
    for a, user_id in held:
        targets: Sequence[str] = heirs.get(a.target_id, ()) if a.inherited else (a.target_id,)
        kind = "project" if a.inherited else a.target_kind
        for target_id in targets:
            for role_id, prior_id in roles[a.role_id]:
                yield Effect(a, user_id, kind, target_id, role_id, a.actor_kind == "group", prior_id)
