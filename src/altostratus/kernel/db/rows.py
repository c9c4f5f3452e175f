"""From rows to typed values: a select of a table's columns becomes a frozen dataclass with the same field names."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from msgspec.json import Decoder
from sqlalchemy import ColumnElement, CursorResult, Executable, Select, Table, Text, cast, func, insert, select

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


def many(tx: Tx, query: Select[Any], kind: Any) -> list[Any]:
    """Thousands of rows, each a tuple of this type (of text, numbers and None), put together by the database: SQLite's
    driver hands over the interpreter at each row, so several that do so at once wait for each other most of the time.
    https://docs.python.org/3/c-api/init.html#thread-state-and-the-global-interpreter-lock"""
    rows = query.subquery()
    if tx.sql.dialect.name == "sqlite":
        whole: ColumnElement[Any] = func.json_group_array(func.json_array(*rows.c))
    else:
        whole = cast(func.json_agg(func.json_build_array(*rows.c)), Text)
    text = tx.sql.execute(select(whole)).scalar_one()
    return _decoder(kind).decode(text or "[]")


@cache
def _decoder(kind: Any) -> Decoder[list[Any]]:
    return Decoder(list[kind])


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
