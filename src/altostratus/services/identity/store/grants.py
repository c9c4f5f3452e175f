"""Grants as rows: at one place, and wherever a filter says."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select, union_all

from altostratus.kernel.db.rows import changed, every, insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.grants import Place
from altostratus.services.identity.domain.nouns import Assignment, Role
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.lineage import above
from altostratus.services.identity.store.records import roles

_table = tables.assignment
_COLUMNS = [_table.c[name] for name in Assignment.__dataclass_fields__]
Condition = ColumnElement[bool]


def _at(place: Place) -> Condition:
    actor = (_table.c.actor_kind == place.actor_kind) & (_table.c.actor_id == place.actor_id)
    return actor & on(place.target_kind, place.target_id) & inherited(place.inherited)


def roles_at(tx: Tx, place: Place) -> list[Role]:
    held = select(_table.c.role_id).where(_at(place))
    return every(tx, roles.select().where(tables.role.c.id.in_(held)).order_by(tables.role.c.id), Role)


def grant(tx: Tx, place: Place, role_id: str) -> None:
    """Nothing happens when it is granted already."""
    row = Assignment(place.actor_kind, place.actor_id, place.target_kind, place.target_id, role_id, place.inherited)
    insert_or_ignore(tx, _table, {name: getattr(row, name) for name in Assignment.__dataclass_fields__})


def revoke(tx: Tx, place: Place, role_id: str) -> bool:
    """Whether it was granted."""
    return changed(tx, delete(_table).where(_at(place), _table.c.role_id == role_id)) > 0


def find_assignments(tx: Tx, *where: Condition) -> list[Assignment]:
    """In a stable order."""
    return sorted(every(tx, select(*_COLUMNS).where(*where), Assignment), key=_order)


def find_any(tx: Tx, alternatives: Iterable[Condition], *where: Condition) -> list[Assignment]:
    """The grants that fit one of the alternatives, which exclude one another, and all the rest."""
    queries = [select(*_COLUMNS).where(one, *where) for one in alternatives]
    found = tx.sql.execute(union_all(*queries)) if queries else ()
    return sorted((Assignment(*row) for row in found), key=_order)


def _order(one: Assignment) -> tuple[str | bool, ...]:
    return one.actor_kind, one.actor_id, one.target_kind, one.target_id, one.role_id, one.inherited


def held_by_user(user_id: str) -> Condition:
    """The user's own."""
    return (_table.c.actor_kind == "user") & (_table.c.actor_id == user_id)


def held_by_group(group_id: str) -> Condition:
    return (_table.c.actor_kind == "group") & (_table.c.actor_id == group_id)


def held_by_groups_of(user_id: str) -> Condition:
    """A group's that the user is in. Not to be joined with the user's own by OR: that would look at every row."""
    member = tables.membership
    groups = select(member.c.group_id).where(member.c.user_id == user_id)
    return (_table.c.actor_kind == "group") & _table.c.actor_id.in_(groups)


def of_role(role_id: str) -> Condition:
    return _table.c.role_id == role_id


def inherited(wanted: bool) -> Condition:
    return _table.c.inherited.is_(wanted)


def on(kind: str, target_id: str) -> Condition:
    return (_table.c.target_kind == kind) & (_table.c.target_id == target_id)


def on_projects(which: Condition) -> Condition:
    """On a project that fits `which`, a condition on projects."""
    return (_table.c.target_kind == "project") & _table.c.target_id.in_(select(tables.project.c.id).where(which))


def on_any(*kinds: str) -> Condition:
    return _table.c.target_kind.in_(kinds)


def above_projects(which: Condition) -> Condition:
    """On a project or domain above one that fits `which`."""
    return on_any("project", "domain") & _table.c.target_id.in_(select(above(which).c.root))


def within_domain(domain_id: str) -> list[Condition]:
    """On the domain, or on a project of it."""
    return [on("domain", domain_id), on_projects(tables.project.c.domain_id == domain_id)]
