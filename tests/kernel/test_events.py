"""Event rows: nobody who reads on from where he was misses one, however late it commits."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM, Actor
from altostratus.kernel.db import Database, open_database, state
from altostratus.kernel.log import correlation
from altostratus.kernel.testing.clock import ManualClock
from altostratus.kernel.tx import Tx

ALICE = Actor(user_id="alice", project_id="p1")


def record(tx: Tx, resource: str) -> None:
    events.record(tx, SYSTEM, "lamp.on", resource)


def resources_after(database: Database, after: int) -> list[str]:
    return [event.resource_id for event in database.write_now(lambda tx: events.read_after(tx, after))]


def test_an_event_says_who_what_when_and_why(db_url: str) -> None:
    database = open_database(db_url, clock=ManualClock())

    def write(tx: Tx) -> None:
        tx.correlation = "req-1"
        events.record(tx, ALICE, "compute.server.create", "s1", name="web")
        events.record(tx, ALICE, "image.image.share", "i1", "p2")

    try:
        database.write_now(write)
        first, second = database.write_now(events.read_last)
    finally:
        database.close()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert first == events.Event(first.id, now, "compute.server.create", "s1", "p1", "alice", "req-1", {"name": "web"})
    assert (second.project_id, second.detail) == ("p2", {})


def test_a_journal_writes_later_in_order_and_before_it_stops(db_url: str) -> None:
    async def main() -> None:
        database = open_database(db_url, clock=ManualClock())
        journal = events.Journal(database, ManualClock())
        try:
            correlation.set("req-1")
            for name in "abc":
                journal.record("lamp.on", name, user_id="alice", project_id="p1", colour="red")
            await journal.stop()
            found = await database.read(events.read_last)
        finally:
            database.close()
        now = datetime(2026, 1, 1, tzinfo=UTC)
        assert found == [
            events.Event(one.id, now, "lamp.on", name, "p1", "alice", "req-1", {"colour": "red"})
            for one, name in zip(found, "abc", strict=True)
        ]

    asyncio.run(main())


def test_what_a_journal_cannot_write_is_in_the_log(db_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        database = open_database(db_url)
        database.close()
        journal = events.Journal(database, ManualClock())
        journal.record("lamp.on", "kitchen", user_id="alice")
        await journal.stop()

    asyncio.run(main())
    assert "kitchen" in capsys.readouterr().err


def test_a_journal_is_bounded(db_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        database = open_database(db_url)
        database.close()
        journal = events.Journal(database, ManualClock())
        for number in range(events.MOST + 3):
            journal.record("lamp.on", f"lamp-{number}", user_id="alice")
        await journal.stop()

    asyncio.run(main())
    said = capsys.readouterr().err
    assert "count=3" in said
    assert said.count("lamp-") == events.SHOWN


def test_a_journal_forgets_what_is_old(db_url: str) -> None:
    async def main() -> list[events.Event]:
        clock = ManualClock()
        database = open_database(db_url, clock=clock)
        try:
            await database.write(lambda tx: record(tx, "old"))
            clock.advance(timedelta(days=91).total_seconds())
            journal = events.Journal(database, clock)
            journal.record("lamp.on", "new", user_id="alice")
            await journal.stop()
            return await database.read(events.read_last)
        finally:
            database.close()

    assert [event.resource_id for event in asyncio.run(main())] == ["new"]


def test_readers_go_on_from_where_they_were(database: Database) -> None:
    for name in "abcde":
        database.write_now(lambda tx, name=name: record(tx, name))  # type: ignore[misc]

    async def main() -> list[str]:
        found, after = [], 0
        while some := await database.read(lambda tx, after=after: events.read_after(tx, after, limit=2)):  # type: ignore[misc]
            found += [event.resource_id for event in some]
            after = some[-1].id
        return found

    assert asyncio.run(main()) == list("abcde")


def test_a_project_sees_its_own_alone(database: Database) -> None:
    database.write_now(lambda tx: events.record(tx, ALICE, "k", "mine"))
    database.write_now(lambda tx: events.record(tx, SYSTEM, "k", "theirs", "p2"))

    async def main() -> list[list[str]]:
        mine = await database.read(lambda tx: events.read_after(tx, project_id="p1"))
        last = await database.read(lambda tx: events.read_last(tx, project_id="p1"))
        return [[event.resource_id for event in some] for some in (mine, last)]

    assert asyncio.run(main()) == [["mine"], ["mine"]]


def test_old_events_are_forgotten_and_readers_go_on(db_url: str) -> None:
    clock = ManualClock()
    database = open_database(db_url, clock=clock)
    try:
        database.write_now(lambda tx: record(tx, "old"))
        [old] = database.write_now(events.read_last)
        clock.advance(timedelta(days=91).total_seconds())
        database.write_now(lambda tx: record(tx, "new"))
        database.write_now(events.forget_old)
        left = asyncio.run(database.read(lambda tx: events.read_after(tx, old.id)))
        assert [event.resource_id for event in left] == ["new"]
    finally:
        database.close()


class Transaction:
    """A transaction that a test keeps open."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self._began = self._connection.begin()
        self.tx = Tx(self._connection, datetime.now(UTC), random.Random(), {})

    def commit(self) -> None:
        self._began.commit()
        self._connection.close()


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, isolation_level="SERIALIZABLE")
    yield engine
    engine.dispose()


@contextmanager
def reader(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


@pytest.mark.postgres
def test_a_reader_waits_for_who_commits_late(engine: Engine, postgres_url: str) -> None:
    late, early = Transaction(engine), Transaction(engine)
    record(late.tx, "late")
    record(early.tx, "early")
    early.commit()
    with reader(postgres_url) as database:
        assert asyncio.run(database.read(events.read_after)) == []
        late.commit()
        found = asyncio.run(database.read(events.read_after))
    assert {event.resource_id for event in found} == {"late", "early"}


@pytest.mark.postgres
def test_a_reader_does_not_miss_a_lower_id_that_commits_late(engine: Engine, postgres_url: str) -> None:
    """The older transaction takes the higher id and commits first."""
    older, younger = Transaction(engine), Transaction(engine)
    state.bump(older.tx, "anything")
    record(younger.tx, "younger")
    record(older.tx, "older")
    older.commit()
    with reader(postgres_url) as database:
        first = asyncio.run(database.read(events.read_after))
        assert [event.resource_id for event in first] == ["older"]
        younger.commit()
        rest = asyncio.run(database.read(lambda tx: events.read_after(tx, first[-1].id)))
    assert [event.resource_id for event in rest] == ["younger"]
    assert rest[0].id < first[0].id


@pytest.mark.postgres
def test_a_reader_among_many_writers_sees_each_event_once(postgres_url: str) -> None:
    names = [f"e{number}" for number in range(60)]
    dawdle = random.Random(3)
    delays = {name: dawdle.uniform(0, 0.01) for name in names}

    def write(tx: Tx, name: str) -> None:
        if delays[name] > 0.005:
            state.current(tx, name)
        record(tx, name)
        threading.Event().wait(delays[name])

    async def main(database: Database) -> list[str]:
        writing = asyncio.gather(*(database.write(lambda tx, n=name: write(tx, n)) for name in names))  # type: ignore[misc]
        found: list[str] = []
        after, ends = 0, time.monotonic() + 10
        while len(found) < len(names) and time.monotonic() < ends:
            for event in await database.read(lambda tx, after=after: events.read_after(tx, after, limit=7)):  # type: ignore[misc]
                found.append(event.resource_id)
                after = event.id
        await writing
        return found

    with reader(postgres_url) as database:
        assert sorted(asyncio.run(main(database))) == sorted(names)
