"""Who is in which group."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select

from altostratus.kernel.db.rows import changed, insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.tables import group, membership, user


def members_of(group_id: str) -> ColumnElement[bool]:
    """A condition on users."""
    return user.c.id.in_(select(membership.c.user_id).where(membership.c.group_id == group_id))


def groups_of(user_id: str) -> ColumnElement[bool]:
    """A condition on groups."""
    return group.c.id.in_(select(membership.c.group_id).where(membership.c.user_id == user_id))


def is_member(tx: Tx, group_id: str, user_id: str) -> bool:
    query = select(membership).where(membership.c.group_id == group_id, membership.c.user_id == user_id)
    return tx.sql.execute(query).first() is not None


def add_member(tx: Tx, group_id: str, user_id: str) -> None:
    """Nothing happens when it is one already."""
    insert_or_ignore(tx, membership, {"group_id": group_id, "user_id": user_id})


def remove_member(tx: Tx, group_id: str, user_id: str) -> bool:
    """Whether it was one."""
    where = (membership.c.group_id == group_id) & (membership.c.user_id == user_id)
    return changed(tx, delete(membership).where(where)) > 0


def members_by_group(tx: Tx, group_ids: Iterable[str]) -> dict[str, list[str]]:
    """User ids by group id, in one query."""
    query = select(membership.c.group_id, membership.c.user_id).where(membership.c.group_id.in_(sorted(group_ids)))
    found: dict[str, list[str]] = {}
    for group_id, user_id in tx.sql.execute(query.order_by(membership.c.user_id)):
        found.setdefault(group_id, []).append(user_id)
    return found
