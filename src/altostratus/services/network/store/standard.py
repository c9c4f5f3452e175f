"""What every resource has: id, owner, description, revision, instants, tags."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, func, select, update

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.network.store.tables import tag


def born(tx: Tx, project_id: str, wish: dict[str, Any]) -> dict[str, Any]:
    """The standard columns of a new row."""
    return {
        "id": tx.new_id(),
        "project_id": project_id,
        "description": wish.get("description", ""),
        "revision_number": 0,
        "created_at": tx.now,
        "updated_at": tx.now,
    }


def revise(tx: Tx, table: Table, key: str, **values: Any) -> None:
    """Change a row: a new revision."""
    values.update(revision_number=table.c.revision_number + 1, updated_at=tx.now)
    tx.sql.execute(update(table).where(table.c.id == key).values(**values))


def remove(tx: Tx, table: Table, key: str) -> None:
    """Delete a row and its tags."""
    tx.sql.execute(delete(table).where(table.c.id == key))
    clear_tags(tx, key)


def grouped(tx: Tx, query: Select[Any]) -> dict[str, tuple[Any, ...]]:
    """Rows of two columns (key, value) as key -> its values, in the query's order."""
    found: dict[str, list[Any]] = {}
    for key, value in tx.sql.execute(query):
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def tags_of(tx: Tx, ids: Select[Any]) -> dict[str, tuple[str, ...]]:
    """Tags by resource, for a query of ids."""
    return grouped(tx, select(tag.c.resource_id, tag.c.tag).where(tag.c.resource_id.in_(ids)).order_by(tag.c.tag))


def add_tags(tx: Tx, key: str, tags: Iterable[str]) -> None:
    if rows := [{"resource_id": key, "tag": text} for text in sorted(set(tags))]:
        insert_or_ignore(tx, tag, rows)


def clear_tags(tx: Tx, key: str) -> None:
    tx.sql.execute(delete(tag).where(tag.c.resource_id == key))


def remove_tag(tx: Tx, key: str, text: str) -> bool:
    """False when there was no such tag."""
    where = (tag.c.resource_id == key) & (tag.c.tag == text)
    return tx.sql.execute(delete(tag).where(where)).rowcount > 0


def tagged(ids: ColumnElement[str], tags: Sequence[str], every: bool) -> ColumnElement[bool]:
    """A condition: the resource has all of these tags, or any."""
    having = select(tag.c.resource_id).where(tag.c.tag.in_(tags))
    if not every:
        return ids.in_(having)
    return ids.in_(having.group_by(tag.c.resource_id).having(func.count() == len(set(tags))))
