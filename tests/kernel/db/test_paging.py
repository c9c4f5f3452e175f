"""Keyset paging: pages put together are the whole, in any order, from any marker, NULLs and all."""

from datetime import UTC, datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import BigInteger, Column, MetaData, String, Table, delete, select

from altostratus.kernel.db import Database, Instant, Name, open_database
from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.tx import Tx

thing = Table(
    "thing",
    MetaData(),
    Column("id", String(8), primary_key=True),
    Column("name", Name()),
    Column("size", BigInteger),
    Column("at", Instant),
)
COLUMNS = ("name", "size", "at")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | st.sampled_from(["", "a", "B", "b", "_", "é", "ab", "\U0001f600", "\ufffd"]),
            "size": st.none() | st.integers(-2, 2),
            "at": st.none() | st.sampled_from([datetime(2026, 1, day, 3, tzinfo=UTC) for day in (1, 2, 3)]),
        }
    ),
    max_size=12,
)
ORDER = st.lists(
    st.tuples(st.sampled_from(COLUMNS), st.booleans()), max_size=3, unique_by=lambda sort: sort[0]
).flatmap(lambda sorts: st.booleans().map(lambda down: [*sorts, ("id", down)]))
Row = dict[str, Any]


@pytest.fixture
def things(database: Database) -> Database:
    database.write_now(lambda tx: thing.create(tx.sql))
    return database


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, order=ORDER, limit=st.integers(1, 4))
def test_pages_put_together_are_the_whole(
    things: Database, rows: list[Row], order: list[tuple[str, bool]], limit: int
) -> None:
    rows = [{**row, "id": f"{number:03}"} for number, row in enumerate(rows)]
    whole, pages, tails = things.write_now(lambda tx: _read(tx, rows, order, limit))
    assert whole == _sorted(rows, order)
    assert [row for one in pages for row in one] == whole
    assert all(len(one) == limit for one in pages[:-1])
    assert tails == [whole[position + 1 :] for position in range(len(whole))]


@pytest.mark.postgres
def test_texts_sort_by_code_point_whatever_the_locale_of_the_server(postgres_url: str) -> None:
    database = open_database(postgres_url)
    database.write_now(lambda tx: thing.create(tx.sql))
    ask = "SELECT collation_name FROM information_schema.columns WHERE (table_name, column_name) = ('thing', 'name')"
    assert database.write_now(lambda tx: tx.sql.exec_driver_sql(ask).scalar()) == "C"
    database.close()


def test_no_rows_are_asked_for(things: Database) -> None:
    found = things.write_now(
        lambda tx: _read(tx, [{"id": "1", "name": None, "size": 1, "at": None}], [("id", False)], 0)
    )
    assert found[1] == [[]]


def _read(tx: Tx, rows: list[Row], order: list[tuple[str, bool]], limit: int) -> tuple[list[Row], Any, Any]:
    """Everything at once; page by page; and from each row on."""
    tx.sql.execute(delete(thing))
    if rows:
        tx.sql.execute(thing.insert(), rows)
    whole = _page(tx, order, None, None)
    tails = [_page(tx, order, row, None) for row in whole]
    pages = [_page(tx, order, None, limit)]
    while pages[-1] and len(pages) <= len(rows):
        pages.append(_page(tx, order, pages[-1][-1], limit))
    return whole, pages[:-1] or [[]], tails


def _page(tx: Tx, order: list[tuple[str, bool]], after: Row | None, limit: int | None) -> list[Row]:
    sorts = [Sort(thing.c[name], down) for name, down in order]
    marker = None if after is None else [after[name] for name, _ in order]
    return [dict(row) for row in tx.sql.execute(page(select(thing), sorts, marker, limit)).mappings()]


def _sorted(rows: list[Row], order: list[tuple[str, bool]]) -> list[Row]:
    """As Python sorts it: NULLs least, texts by code point."""
    for name, down in reversed(order):
        rows = sorted(rows, key=lambda row: _key(row[name]), reverse=down)
    return rows


def _key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
