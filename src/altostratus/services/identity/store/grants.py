"""Grants as rows: at one place, and wherever a filter says."""

from sqlalchemy import ColumnElement, delete, select

from altostratus.kernel.db.rows import changed, every, insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.grants import Place
from altostratus.services.identity.domain.nouns import Assignment, Role
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import roles

_table = tables.assignment
_COLUMNS = [_table.c[name] for name in Assignment.__dataclass_fields__]


def _at(place: Place) -> ColumnElement[bool]:
    actor = (_table.c.actor_kind == place.actor_kind) & (_table.c.actor_id == place.actor_id)
    target = (_table.c.target_kind == place.target_kind) & (_table.c.target_id == place.target_id)
    return actor & target & _table.c.inherited.is_(False)


def roles_at(tx: Tx, place: Place) -> list[Role]:
    held = select(_table.c.role_id).where(_at(place))
    return every(tx, roles.select().where(tables.role.c.id.in_(held)).order_by(tables.role.c.id), Role)


def grant(tx: Tx, place: Place, role_id: str) -> None:
    """Nothing happens when it is granted already."""
    row = Assignment(place.actor_kind, place.actor_id, place.target_kind, place.target_id, role_id)
    insert_or_ignore(tx, _table, {name: getattr(row, name) for name in Assignment.__dataclass_fields__})


def revoke(tx: Tx, place: Place, role_id: str) -> bool:
    """Whether it was granted."""
    return changed(tx, delete(_table).where(_at(place), _table.c.role_id == role_id)) > 0


def find_assignments(tx: Tx, *where: ColumnElement[bool]) -> list[Assignment]:
    """In a stable order; users whose groups hold a grant are not shown here."""
    return every(tx, select(*_COLUMNS).where(*where).order_by(*_COLUMNS), Assignment)


def held_by_user(user_id: str) -> ColumnElement[bool]:
    """The user's own."""
    return (_table.c.actor_kind == "user") & (_table.c.actor_id == user_id)


def held_by_group(group_id: str) -> ColumnElement[bool]:
    return (_table.c.actor_kind == "group") & (_table.c.actor_id == group_id)


def held_by_groups_of(user_id: str) -> ColumnElement[bool]:
    member = tables.membership
    groups = select(member.c.group_id).where(member.c.user_id == user_id)
    return (_table.c.actor_kind == "group") & _table.c.actor_id.in_(groups)


def of_role(role_id: str) -> ColumnElement[bool]:
    return _table.c.role_id == role_id


def on(kind: str, target_id: str) -> ColumnElement[bool]:
    return (_table.c.target_kind == kind) & (_table.c.target_id == target_id)


def within_domain(domain_id: str) -> ColumnElement[bool]:
    """On the domain or a project of it."""
    projects = select(tables.project.c.id).where(tables.project.c.domain_id == domain_id)
    return on("domain", domain_id) | ((_table.c.target_kind == "project") & _table.c.target_id.in_(projects))
