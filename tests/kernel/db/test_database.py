"""What `db.write` and `db.read` promise, on both engines."""

import asyncio
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from altostratus.kernel.db import Database, open_database
from altostratus.kernel.db.database import Closed
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.log import correlation
from altostratus.kernel.testing.clock import ManualClock
from altostratus.kernel.tx import Tx, Wake
from tests.kernel.db.notes import add, make_table, names, note, total


@pytest.fixture
def notes(database: Database) -> Database:
    make_table(database)
    return database


def test_a_write_is_committed_when_it_is_answered(notes: Database, db_url: str) -> None:
    async def main() -> set[str]:
        await notes.write(lambda tx: add(tx, "here"))
        other = open_database(db_url)
        try:
            return await other.read(names)
        finally:
            other.close()

    assert asyncio.run(main()) == {"here"}


def test_a_failing_write_leaves_nothing(notes: Database) -> None:
    def fails(tx: Tx) -> None:
        add(tx, "half")
        raise LookupError("no")

    async def main() -> set[str]:
        with pytest.raises(LookupError, match="no"):
            await notes.write(fails)
        return await notes.read(names)

    assert asyncio.run(main()) == set()


def test_readers_cannot_write(notes: Database) -> None:
    async def main() -> set[str]:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await notes.read(lambda tx: add(tx, "sneaked"))
        await notes.write(lambda tx: add(tx, "allowed"))
        return await notes.read(names)

    assert asyncio.run(main()) == {"allowed"}


def test_a_read_is_one_snapshot(notes: Database) -> None:
    counted, written = threading.Event(), threading.Event()

    def count_twice(tx: Tx) -> tuple[int, int]:
        first = total(tx)
        counted.set()
        assert written.wait(5)
        return first, total(tx)

    async def main() -> tuple[int, int]:
        reading = asyncio.ensure_future(notes.read(count_twice))
        await asyncio.to_thread(counted.wait, 5)
        await notes.write(lambda tx: add(tx, "meanwhile"))
        written.set()
        return await reading

    assert asyncio.run(main()) == (0, 0)


def test_time_randomness_and_cause_come_from_the_transaction(db_url: str) -> None:
    clock = ManualClock()
    database = open_database(db_url, clock=clock, entropy=random.Random(7))

    async def main() -> tuple[datetime, str, str]:
        correlation.set("req-1")
        return await database.write(lambda tx: (tx.now, tx.new_id(), tx.correlation))

    try:
        now, made, cause = asyncio.run(main())
    finally:
        database.close()
    assert now == datetime(2026, 1, 1, tzinfo=UTC)
    assert cause == "req-1"
    assert made == str(Tx(None, now, random.Random(7), {}).new_id())  # type: ignore[arg-type]


def test_wakes_are_delivered_after_the_commit_with_their_cause(notes: Database) -> None:
    heard: list[tuple[list[Wake], str, set[str]]] = []
    notes.on_wake = lambda wakes, cause: heard.append((wakes, cause, notes.write_now(names)))

    def write(tx: Tx) -> None:
        add(tx, "a")
        for key in ("1", "1", "2"):
            tx.wake("lamp", key)
        tx.wake_owner("lamp/3")
        tx.wake_owner(None)

    async def main() -> None:
        correlation.set("req-2")
        await notes.write(write)

    asyncio.run(main())
    assert heard == [([Wake("lamp", "1"), Wake("lamp", "2"), Wake("lamp", "3")], "req-2", {"a"})]


def test_a_failed_write_wakes_nobody(notes: Database) -> None:
    heard: list[Any] = []
    notes.on_wake = lambda wakes, cause: heard.append(wakes)

    def fails(tx: Tx) -> None:
        tx.wake("lamp", "1")
        raise LookupError

    async def main() -> None:
        with pytest.raises(LookupError):
            await notes.write(fails)

    asyncio.run(main())
    assert heard == []


def test_a_cancelled_caller_does_not_stop_its_write_or_its_wakes(notes: Database) -> None:
    running, gate = threading.Event(), threading.Event()

    def write(tx: Tx) -> None:
        add(tx, "kept")
        tx.wake("lamp", "1")
        running.set()
        assert gate.wait(5)

    async def main() -> tuple[set[str], list[Wake]]:
        woken: asyncio.Future[list[Wake]] = asyncio.get_running_loop().create_future()
        notes.on_wake = lambda wakes, cause: woken.set_result(wakes)
        writing = asyncio.ensure_future(notes.write(write))
        await asyncio.to_thread(running.wait, 5)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        gate.set()
        wakes = await asyncio.wait_for(woken, 5)
        return await notes.read(names), wakes

    assert asyncio.run(main()) == ({"kept"}, [Wake("lamp", "1")])


@pytest.mark.parametrize(("name", "count"), [("nul \0 in a text", 0), ("n", 1 << 70)], ids=["nul", "number"])
def test_what_cannot_be_stored_is_a_bad_request(notes: Database, name: str, count: int) -> None:
    if notes.dialect == "sqlite" and not count:
        pytest.skip("SQLite stores it")

    async def main() -> set[str]:
        with pytest.raises(BadRequest) as refused:
            await notes.write(lambda tx: add(tx, name, count))
        assert refused.value.detail
        return await notes.read(names)

    assert asyncio.run(main()) == set()


def test_errors_do_not_tell_what_was_to_be_stored(notes: Database) -> None:
    """They are logged, and there are secrets among it."""

    def fails(tx: Tx) -> None:
        tx.sql.execute(text("select :value from nowhere"), {"value": "a secret"})

    async def main() -> None:
        with pytest.raises(DBAPIError, match="nowhere") as caught:
            await notes.write(fails)
        assert "a secret" not in str(caught.value)

    asyncio.run(main())


def test_stop_iteration_reaches_the_caller(notes: Database) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.wait_for(notes.write(lambda tx: next(iter(()))), 5)

    asyncio.run(main())


def test_a_closed_database_says_so(notes: Database) -> None:
    async def main() -> None:
        await notes.write(lambda tx: add(tx, "before"))
        notes.close()
        with pytest.raises(Closed):
            await asyncio.wait_for(notes.write(lambda tx: add(tx, "after")), 5)
        with pytest.raises(Closed):
            await asyncio.wait_for(notes.read(names), 5)

    asyncio.run(main())


def test_a_severed_database_runs_nothing_more(notes: Database, db_url: str) -> None:
    async def main() -> None:
        notes.sever()
        with pytest.raises(Closed):
            await notes.write(lambda tx: add(tx, "after"))
        other = open_database(db_url)
        assert await other.read(names) == set()
        other.close()

    asyncio.run(main())


# PostgreSQL: collisions


@pytest.mark.postgres
def test_colliding_writes_run_again_until_both_hold(postgres_url: str) -> None:
    """Two control planes read the same number before either writes it."""
    planes = [open_database(postgres_url), open_database(postgres_url)]
    make_table(planes[0])
    planes[0].write_now(lambda tx: add(tx, "n", 0))
    meet = threading.Barrier(2, timeout=5)
    runs: list[int] = []

    def increment(first_time: list[bool]) -> Callable[[Tx], int]:
        def run(tx: Tx) -> int:
            seen = tx.sql.execute(select(note.c.count)).scalar_one()
            runs.append(seen)
            tx.wake("run", str(len(runs)))
            if first_time:
                first_time.clear()
                meet.wait()
            tx.sql.execute(update(note).values(count=seen + 1))
            return int(seen + 1)

        return run

    async def main() -> list[int]:
        heard: list[list[Wake]] = []
        for plane in planes:
            plane.on_wake = lambda wakes, cause: heard.append(wakes)
        results = await asyncio.gather(*(plane.write(increment([True])) for plane in planes))
        assert [len(wakes) for wakes in heard] == [1, 1], "wakes of the run that was rolled back"
        return results

    try:
        assert sorted(asyncio.run(main())) == [1, 2]
    finally:
        for plane in planes:
            plane.close()
    assert len(runs) > 2


# SQLite: the one writer


@pytest.fixture
def embedded(sqlite_url: str) -> Any:
    database = open_database(sqlite_url)
    make_table(database)
    yield database
    database.close()


class Gate:
    """A write that holds the writer up, so that what comes after it shares a commit."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, tx: Tx) -> None:
        self.reached.set()
        assert self.opened.wait(5)

    async def wait(self) -> None:
        assert await asyncio.to_thread(self.reached.wait, 5)


async def write_together(database: Database, *writes: Callable[[Tx], Any]) -> list[Any]:
    """The results or errors of writes that were waiting at once."""
    gate = Gate()
    held = asyncio.ensure_future(database.write(gate))
    await gate.wait()
    waiting = [asyncio.ensure_future(database.write(write)) for write in writes]
    await asyncio.sleep(0)
    gate.opened.set()
    await held
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_waiting_writes_share_a_commit_and_fail_alone(embedded: Database) -> None:
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    def fails(tx: Tx) -> None:
        add(tx, "b")
        raise LookupError("only this one")

    async def main() -> set[str]:
        results = await write_together(embedded, lambda tx: add(tx, "a"), fails, lambda tx: add(tx, "c"))
        assert [type(result) for result in results] == [type(None), LookupError, type(None)]
        return await embedded.read(names)

    event.listen(Engine, "commit", count)
    try:
        assert asyncio.run(main()) == {"a", "c"}
    finally:
        event.remove(Engine, "commit", count)
    assert len(commits) == 2, "one for the gate, one for the three"


def test_nobody_is_answered_before_the_commit(embedded: Database) -> None:
    gate, last = Gate(), Gate()

    async def main() -> None:
        held = asyncio.ensure_future(embedded.write(gate))
        await gate.wait()
        first = asyncio.ensure_future(embedded.write(lambda tx: add(tx, "first")))
        second = asyncio.ensure_future(embedded.write(last))
        await asyncio.sleep(0)
        gate.opened.set()
        await held
        await last.wait()
        assert not first.done()
        assert await embedded.read(names) == set()
        last.opened.set()
        await asyncio.gather(first, second)
        assert await embedded.read(names) == {"first"}

    asyncio.run(main())


def test_a_commit_that_fails_fails_all_that_shared_it(embedded: Database) -> None:
    def break_the_commit(tx: Tx) -> None:
        tx.sql.exec_driver_sql("CREATE TABLE child (n TEXT REFERENCES note (name) DEFERRABLE INITIALLY DEFERRED)")
        tx.sql.exec_driver_sql("INSERT INTO child VALUES ('nobody')")

    async def main() -> set[str]:
        results = await write_together(embedded, lambda tx: add(tx, "a"), break_the_commit)
        assert [type(result) for result in results] == [IntegrityError, IntegrityError]
        await embedded.write(lambda tx: add(tx, "afterwards"))
        return await embedded.read(names)

    assert asyncio.run(main()) == {"afterwards"}


def test_an_error_that_ends_sqlites_transaction_fails_all_that_shared_it(embedded: Database) -> None:
    """A full disk does this; ON CONFLICT ROLLBACK does it on demand."""

    def rolls_all_back(tx: Tx) -> None:
        tx.sql.exec_driver_sql("INSERT OR ROLLBACK INTO note (name) VALUES ('a')")

    async def main() -> set[str]:
        results = await write_together(
            embedded, lambda tx: add(tx, "a"), rolls_all_back, lambda tx: add(tx, "not by itself")
        )
        assert all(isinstance(result, DBAPIError) for result in results)
        await embedded.write(lambda tx: add(tx, "afterwards"))
        return await embedded.read(names)

    assert asyncio.run(main()) == {"afterwards"}


def test_every_sqlite_connection_is_durable(embedded: Database) -> None:
    def pragmas(tx: Tx) -> tuple[object, object, object]:
        ask = tx.sql.exec_driver_sql
        return (
            ask("PRAGMA synchronous").scalar(),
            ask("PRAGMA journal_mode").scalar(),
            ask("PRAGMA foreign_keys").scalar(),
        )

    async def main() -> list[tuple[object, object, object]]:
        return [await embedded.write(pragmas), *await asyncio.gather(*(embedded.read(pragmas) for _ in range(8)))]

    assert set(asyncio.run(main())) == {(2, "wal", 1)}


def test_only_the_writer_checkpoints(embedded: Database) -> None:
    def threshold(tx: Tx) -> object:
        return tx.sql.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar()

    async def main() -> tuple[object, object]:
        return await embedded.write(threshold), await embedded.read(threshold)

    assert asyncio.run(main()) == (1000, 0)


def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Any) -> None:
    path = tmp_path / "altostratus.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(DBAPIError, match="not a database"):
        open_database(f"sqlite:///{path}")


def test_inline_keeps_the_same_promises(sqlite_url: str) -> None:
    database = open_database(sqlite_url, inline=True)
    make_table(database)

    async def main() -> set[str]:
        await database.write(lambda tx: add(tx, "a"))
        with pytest.raises(IntegrityError):
            await database.write(lambda tx: add(tx, "a"))
        with pytest.raises(DBAPIError, match="readonly"):
            await database.read(lambda tx: add(tx, "b"))
        await database.write(lambda tx: add(tx, "c"))
        found = await database.read(names)
        database.close()
        with pytest.raises(Closed):
            await database.read(names)
        return found

    assert asyncio.run(main()) == {"a", "c"}


@pytest.mark.postgres
def test_postgres_is_serializable(postgres_url: str) -> None:
    database = open_database(postgres_url)
    level = database.write_now(lambda tx: tx.sql.exec_driver_sql("SHOW transaction_isolation").scalar())
    database.close()
    assert level == "serializable"
