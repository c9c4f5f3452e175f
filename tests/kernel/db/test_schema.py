"""Column types mean the same on both engines, and rows come back as typed values."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Column, Integer, MetaData, Table, delete, select, update
from sqlalchemy.exc import StatementError

from altostratus.kernel.db import Database, Instant, Json, Name, rows
from altostratus.kernel.tx import Tx

sample = Table(
    "sample",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Instant),
    Column("data", Json()),
    Column("name", Name(), unique=True),
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-11))])
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=ZONES)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=5,
)


@dataclass(frozen=True)
class Sample:
    id: int
    at: datetime | None
    data: Any
    name: str | None


@pytest.fixture
def samples(database: Database) -> Database:
    database.write_now(lambda tx: sample.create(tx.sql))
    return database


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(MOMENTS, min_size=1, max_size=5), data=VALUES)
def test_what_goes_in_comes_out(samples: Database, moments: list[datetime], data: Any) -> None:
    def round_trip(tx: Tx) -> list[Sample]:
        tx.sql.execute(delete(sample))
        for number, at in enumerate(moments):
            rows.insert_row(tx, sample, id=number, at=at, data=data)
        return rows.every(tx, select(sample).order_by(sample.c.at, sample.c.id), Sample)

    found = samples.write_now(round_trip)
    assert [one.at for one in found] == sorted(moments)
    assert all(one.at and one.at.tzinfo is UTC for one in found)
    assert all(one.data == data for one in found)


def test_an_instant_needs_a_time_zone(samples: Database) -> None:
    naive = datetime(2026, 1, 1)
    with pytest.raises(StatementError, match="time zone"):
        samples.write_now(lambda tx: rows.insert_row(tx, sample, id=1, at=naive))


def test_rows_become_values_or_nothing(samples: Database) -> None:
    def work(tx: Tx) -> None:
        rows.insert_row(tx, sample, id=1, name="a")
        assert rows.one(tx, select(sample), Sample) == Sample(1, None, None, "a")
        assert rows.one(tx, select(sample).where(sample.c.id == 2), Sample) is None
        assert rows.changed(tx, update(sample).values(name="b")) == 1
        assert rows.changed(tx, delete(sample).where(sample.c.id == 2)) == 0

    samples.write_now(work)


def test_insert_or_ignore_leaves_alone_what_is_there(samples: Database) -> None:
    def work(tx: Tx) -> list[tuple[int, str]]:
        assert rows.insert_or_ignore(tx, sample, {"id": 1, "name": "a"}) == 1
        assert rows.insert_or_ignore(tx, sample, {"id": 1, "name": "a"}) == 0
        several = [{"id": 1, "name": "x"}, {"id": 2, "name": "a"}, {"id": 3, "name": "c"}]
        assert rows.insert_or_ignore(tx, sample, several) == 1
        assert rows.insert_or_ignore(tx, sample, []) == 0
        return [(row.id, row.name) for row in tx.sql.execute(select(sample).order_by(sample.c.id))]

    assert samples.write_now(work) == [(1, "a"), (3, "c")]
