"""Who may do what where: the roles that a user has somewhere, and where it has any."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, bindparam, literal, select, union_all

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Scope, ScopeKind
from altostratus.services.identity.domain.filters import ALL, Listing
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.domain.session import RoleName
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.lineage import above, beneath
from altostratus.services.identity.store.records import projects

_TARGETS = {ScopeKind.PROJECT: "project", ScopeKind.DOMAIN: "domain", ScopeKind.SYSTEM: "system"}
SYSTEM_ID = "all"


def target_of(scope: Scope) -> tuple[str, str]:
    """The scope as assignments name it: ('project', id), ('system', 'all')."""
    return _TARGETS[scope.kind], scope.id or SYSTEM_ID


# Made once, because every new token's validation runs it: what was granted there or, to be inherited, somewhere above,
# and all that this implies. Users and groups are looked up by the table's primary key, so that it costs the same
# however many grants anybody has.
_assignment, _implied, _role, _member = tables.assignment, tables.implied_role, tables.role, tables.membership


def _holders(user_id: ColumnElement[str]) -> CTE:
    """Columns `kind` and `id`: the user and its groups."""
    groups = select(literal("group"), _member.c.group_id).where(_member.c.user_id == user_id)
    return select(literal("user").label("kind"), user_id.label("id")).union_all(groups).cte("holders")


_user = bindparam("user_id", type_=String)
_holder = _holders(_user)
_grants = select(_assignment.c.role_id).join(
    _holder, (_assignment.c.actor_kind == _holder.c.kind) & (_assignment.c.actor_id == _holder.c.id)
)
_there = (_assignment.c.target_kind == bindparam("target_kind")) & (_assignment.c.target_id == bindparam("target_id"))
_roots = select(above(tables.project.c.id == bindparam("target_id")).c.root)
_IN_TREES = [literal("project"), literal("domain")]
_overhead = _assignment.c.target_kind.in_(_IN_TREES) & _assignment.c.target_id.in_(_roots)
_granted = union_all(
    _grants.where(_there, _assignment.c.inherited.is_(False)),
    _grants.where(_overhead, _assignment.c.inherited.is_(True)),
).cte("granted")
_direct = select(_granted.c.role_id).cte("held", recursive=True)
_held = _direct.union(select(_implied.c.implied_role_id).join(_direct, _direct.c.role_id == _implied.c.prior_role_id))
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


_HELD = select(_held.c.role_id)


def held_role_ids(tx: Tx, user_id: str, scope: Scope) -> set[str]:
    """The same roles' ids, with those of roles that are a domain's own."""
    if scope.kind is ScopeKind.UNSCOPED:
        return set()
    kind, target = target_of(scope)
    values = {"target_kind": kind, "target_id": target, "user_id": user_id}
    return set(tx.sql.execute(_HELD, values).scalars())


_priors = select(_role.c.id.label("role_id")).where(_role.c.id.in_(bindparam("ids", expanding=True)))
_reached = _priors.cte("reached", recursive=True)
_all_reached = _reached.union(
    select(_implied.c.implied_role_id).join(_reached, _reached.c.role_id == _implied.c.prior_role_id)
)
_IMPLIED = (
    select(_role.c.id, _role.c.name, _role.c.domain_id)
    .join(_all_reached, _all_reached.c.role_id == _role.c.id)
    .order_by(_role.c.name)
)


def with_implied(tx: Tx, role_ids: Iterable[str]) -> list[RoleName]:
    """These roles and all that they imply, but for those of a domain, in the order of names."""
    return [role for role in reached_roles(tx, role_ids) if role.domain_id is None]


def reached_roles(tx: Tx, role_ids: Iterable[str]) -> list[RoleName]:
    """The same with those of a domain."""
    return every(tx, _IMPLIED, RoleName, ids=sorted(set(role_ids)))


def _useful_roles() -> CTE:
    """Column `id`: the roles that come to anything in a token: those of the whole cloud, and what implies one."""
    useful = select(_role.c.id).where(_role.c.domain_id.is_(None)).cte("useful", recursive=True)
    return useful.union(select(_implied.c.prior_role_id).join(useful, useful.c.id == _implied.c.implied_role_id))


_useful = _useful_roles()
_places = select(_assignment.c.target_id).where(
    _assignment.c.role_id.in_(select(_useful.c.id)),
    (_assignment.c.actor_kind == _holder.c.kind) & (_assignment.c.actor_id == _holder.c.id),
)
_inheriting = beneath(
    tables.project.c.parent_id.in_(
        _places.where(_assignment.c.target_kind.in_(_IN_TREES), _assignment.c.inherited.is_(True))
    )
)


def _granted_on(kind: str) -> Select[Any]:
    return _places.where(_assignment.c.target_kind == kind, _assignment.c.inherited.is_(False))


_REACHABLE = {
    "domain": tables.project.c.id.in_(_granted_on("domain")),
    "project": tables.project.c.id.in_(union_all(_granted_on("project"), select(_inheriting.c.id)).subquery().select()),
}


def reachable(tx: Tx, user_id: str, kind: str, listing: Listing = ALL) -> list[Project]:
    """The projects (kind 'project') or domains ('domain') that the user has a role on; disabled ones, too, for which
    it gets no token."""
    return projects.listed(tx, listing, _REACHABLE[kind], user_id=user_id)
