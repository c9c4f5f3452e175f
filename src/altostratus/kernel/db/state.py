"""Small facts of the whole cloud, by name: the identity generation, the first lease of this process."""

from sqlalchemy import BigInteger, Column, ColumnElement, String, Table, bindparam, func, select, update

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.db.schema import metadata
from altostratus.kernel.tx import Tx

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)


_CURRENT = select(counter.c.value).where(counter.c.name == bindparam("of"))


def current(tx: Tx, name: str) -> int:
    """The number now; 0 when it was never bumped."""
    return tx.sql.execute(_CURRENT, {"of": name}).scalar() or 0


def current_in(name: str) -> ColumnElement[int]:
    """The number now, as a column of another query."""
    return func.coalesce(select(counter.c.value).where(counter.c.name == name).scalar_subquery(), 0)


def advance(tx: Tx, name: str, to: int, by: int) -> int:
    """Raise it to `to`, and `by` so much at least; the new number."""
    insert_or_ignore(tx, counter, {"name": name, "value": 0})
    value = max(current(tx, name) + by, to)
    tx.sql.execute(update(counter).where(counter.c.name == name).values(value=value))
    return value


def bump(tx: Tx, name: str) -> int:
    """Add one; the new number. Two processes that bump at once get two numbers."""
    insert_or_ignore(tx, counter, {"name": name, "value": 0})
    tx.sql.execute(update(counter).where(counter.c.name == name).values(value=counter.c.value + 1))
    return current(tx, name)
