"""Who may do what where: the roles that a user has somewhere, and where it has any."""

from collections.abc import Iterable

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, select

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Scope, ScopeKind
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.domain.session import RoleName
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import projects

_TARGETS = {ScopeKind.PROJECT: "project", ScopeKind.DOMAIN: "domain", ScopeKind.SYSTEM: "system"}
SYSTEM_ID = "all"


def target_of(scope: Scope) -> tuple[str, str]:
    """The scope as assignments name it: ('project', id), ('system', 'all')."""
    return _TARGETS[scope.kind], scope.id or SYSTEM_ID


def with_domains(tx: Tx, ids: Iterable[str]) -> dict[str, Project]:
    """These projects and domains, and the domains that the projects lie in, by id."""
    table = tables.project
    wanted = sorted({one for one in ids if one})
    domains = select(table.c.domain_id).where(table.c.id.in_(wanted), table.c.domain_id.is_not(None))
    found = every(tx, projects.select().where(table.c.id.in_(wanted) | table.c.id.in_(domains)), Project)
    return {project.id: project for project in found}


def _held_by(user_id: str | BindParameter[str]) -> ColumnElement[bool]:
    table = tables.assignment
    groups = select(tables.membership.c.group_id).where(tables.membership.c.user_id == user_id)
    own = (table.c.actor_kind == "user") & (table.c.actor_id == user_id)
    return own | ((table.c.actor_kind == "group") & table.c.actor_id.in_(groups))


# Made once, because every new token's validation runs it: what was granted there, and all that this implies.
_assignment, _implied, _role = tables.assignment, tables.implied_role, tables.role
_granted = (
    select(_assignment.c.role_id)
    .where(_assignment.c.target_kind == bindparam("target_kind"), _assignment.c.target_id == bindparam("target_id"))
    .where(_assignment.c.inherited.is_(False), _held_by(bindparam("user_id")))
    .cte("held", recursive=True)
)
_held = _granted.union(
    select(_implied.c.implied_role_id).join(_granted, _granted.c.role_id == _implied.c.prior_role_id)
)
_ROLES = (
    select(_role.c.id, _role.c.name, _role.c.domain_id)
    .join(_held, _held.c.role_id == _role.c.id)
    .where(_role.c.domain_id.is_(None))
    .order_by(_role.c.name)
)


def granted_roles(tx: Tx, user_id: str, scope: Scope) -> list[RoleName]:
    """The user's roles there, its groups' and implied ones included, in the order of names; [] for an unscoped one."""
    if scope.kind is ScopeKind.UNSCOPED:
        return []
    kind, target = target_of(scope)
    return every(tx, _ROLES, RoleName, target_kind=kind, target_id=target, user_id=user_id)


_priors = select(_role.c.id.label("role_id")).where(_role.c.id.in_(bindparam("ids", expanding=True)))
_reached = _priors.cte("reached", recursive=True)
_all_reached = _reached.union(
    select(_implied.c.implied_role_id).join(_reached, _reached.c.role_id == _implied.c.prior_role_id)
)
_IMPLIED = (
    select(_role.c.id, _role.c.name, _role.c.domain_id)
    .join(_all_reached, _all_reached.c.role_id == _role.c.id)
    .where(_role.c.domain_id.is_(None))
    .order_by(_role.c.name)
)


def with_implied(tx: Tx, role_ids: Iterable[str]) -> list[RoleName]:
    """These roles and all that they imply, but for those of a domain, in the order of names."""
    return every(tx, _IMPLIED, RoleName, ids=sorted(set(role_ids)))


def reachable(tx: Tx, user_id: str, kind: str) -> list[Project]:
    """The enabled projects (kind 'project') or domains ('domain') that the user has a role on."""
    table = tables.assignment
    ids = select(table.c.target_id).where(table.c.target_kind == kind, table.c.inherited.is_(False), _held_by(user_id))
    domain = tables.project.alias()
    query = (
        projects.select()
        .outerjoin(domain, domain.c.id == tables.project.c.domain_id)
        .where(tables.project.c.id.in_(ids), tables.project.c.enabled, func.coalesce(domain.c.enabled, True))
        .order_by(tables.project.c.id)
    )
    return every(tx, query, Project)
