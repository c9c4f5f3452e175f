"""From rows to typed values: a select of a table's columns becomes a frozen dataclass with the same field names."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Select, Table, insert

from altostratus.kernel.tx import Tx

R = TypeVar("R")


def one(tx: Tx, query: Select[Any], kind: type[R], **values: Any) -> R | None:
    """The first row as a `kind`, or None. `values` are for the query's bind parameters: a query that is made once, at
    import, and bound here costs half of one that is made anew."""
    row = tx.sql.execute(query, values).first()
    if row is None:
        return None
    if row._fields == getattr(kind, "__match_args__", None):  # in the dataclass's own order, as most queries have it
        return kind(*row)
    return kind(**row._mapping)


def every(tx: Tx, query: Select[Any], kind: type[R], **values: Any) -> list[R]:
    """All rows as `kind`s."""
    result = tx.sql.execute(query, values)
    names = tuple(result.keys())
    if names == getattr(kind, "__match_args__", None):  # in the dataclass's own order, as most queries have it
        return [kind(*row) for row in result]
    return [kind(**dict(zip(names, row, strict=True))) for row in result]


def changed(tx: Tx, statement: Executable) -> int:
    """Execute a statement; the number of rows it matched."""
    return int(tx.sql.execute(statement).rowcount)


def insert_or_ignore(tx: Tx, table: Table, values: dict[str, Any] | Sequence[dict[str, Any]]) -> int:
    """Insert rows, leaving alone those that are there already (by any unique key); how many are new."""
    from sqlalchemy.dialects import postgresql, sqlite

    if not values:  # an empty list would insert one row of defaults
        return 0
    build = postgresql.insert if tx.sql.dialect.name == "postgresql" else sqlite.insert
    statement = build(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return int(tx.sql.execute(statement, values).rowcount)


def inserted_id(done: CursorResult[Any]) -> int:
    """The number that the database gave to the row that was inserted."""
    if done.inserted_primary_key is None:
        raise RuntimeError("no row was inserted")
    return int(done.inserted_primary_key[0])


def insert_row(tx: Tx, table: Table, **values: Any) -> None:
    """Insert one row of plain values."""
    tx.sql.execute(insert(table), values)
