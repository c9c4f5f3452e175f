"""SQLite: one writer thread, first in first out, and a few reader threads, each on its own connection.

Several waiting writes share one commit (one fsync) through savepoints; each is still all or nothing, and none is
answered before the commit. A `patient` writer waits a little for those whom it has answered just now, if they were
several: they are likely to come again. `synchronous=FULL` is asserted, because an acknowledged write must survive a
power cut; only the writer checkpoints the WAL.
"""

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from altostratus.kernel import regex
from altostratus.kernel.clock import monotonic
from altostratus.kernel.db.database import Closed, Run

T = TypeVar("T")
BATCH = 64
READERS = 4
PATIENCE = 0.1
"""How long, in seconds, a patient writer waits at most; and never more than twice as long as its last commit took: half
of it is for those who were answered to ask again, which takes them about as long."""


class _Job:
    """A function on its way to a thread. Once it is done `settle` is called with the job, in `loop` if it has one."""

    def __init__(
        self, run: Run[Any], settle: Callable[["_Job"], None], loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self.run = run
        self.settle = settle
        self.loop = loop
        self.result: Any = None
        self.error: BaseException | None = None


_Jobs = queue.SimpleQueue[_Job | None]


class _LastIdleFirst:
    """Jobs for several threads, each with a queue of its own. Who was idle last gets the next one: what it needs is in
    its connection's caches and its processor's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Jobs] = []
        self._waiting: deque[_Job | None] = deque()

    def put(self, job: _Job | None) -> None:
        with self._lock:
            if self._idle:
                self._idle.pop().put(job)
            else:
                self._waiting.append(job)

    def get(self, mine: _Jobs) -> _Job | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(mine)
        return mine.get()


class Sqlite:
    """A database file."""

    dialect = "sqlite"

    def __init__(self, path: Path, readers: int = READERS, patient: bool = False) -> None:
        self._patience = PATIENCE if patient else 0.0
        self._writes: _Jobs = queue.SimpleQueue()
        self._reads = _LastIdleFirst()
        self._lock = threading.Lock()
        self._closed = False
        self._threads: list[threading.Thread] = []
        # connected here, one after the other: what is wrong with the file is said to whoever opens it
        self._start("db-writer", self._write_loop, _connect(path, "IMMEDIATE"))
        for number in range(readers):
            self._start(f"db-reader-{number}", self._read_loop, _connect(path, "DEFERRED"))

    def _start(self, name: str, work: Callable[[Connection], None], connection: Connection) -> None:
        thread = threading.Thread(target=work, args=(connection,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    async def write(self, run: Run[T]) -> T:
        return await self._submit(self._writes, run)

    async def read(self, run: Run[T]) -> T:
        return await self._submit(self._reads, run)

    def write_now(self, run: Run[T]) -> T:
        done = threading.Event()
        job = _Job(run, lambda job: done.set())
        self._put(self._writes, job)
        done.wait()
        if job.error is not None:
            raise job.error
        return job.result  # type: ignore[no-any-return]

    def close(self) -> None:
        """Finish what is queued, then close every connection."""
        with self._lock:
            self._closed = True
            self._writes.put(None)
            for _ in self._threads[1:]:
                self._reads.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def _put(self, jobs: "_Jobs | _LastIdleFirst", job: _Job) -> None:
        with self._lock:
            if self._closed:
                raise Closed()
            jobs.put(job)

    async def _submit(self, jobs: "_Jobs | _LastIdleFirst", run: Run[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(job: _Job) -> None:
            if future.done():
                return
            if job.error is None:
                future.set_result(job.result)
            else:
                future.set_exception(job.error)

        self._put(jobs, _Job(run, settle, loop))
        return await future

    def _write_loop(self, connection: Connection) -> None:
        expected, patience = 1, 0.0
        with connection:
            while batch := _batch(self._writes, expected, patience):
                began = monotonic()
                _commit(connection, batch)
                patience = min(2 * (monotonic() - began), self._patience)
                expected = len(batch) + self._writes.qsize()

    def _read_loop(self, connection: Connection) -> None:
        with connection:
            _make_reader(connection)
            mine: _Jobs = queue.SimpleQueue()
            while job := self._reads.get(mine):
                _run(connection, job)
                connection.rollback()
                _deliver([job])


class InlineSqlite:
    """The same database in the caller's thread: a seeded simulation decides alone what happens when."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._writer = _connect(path, "IMMEDIATE", synchronous="OFF")
        self._reader = _connect(path, "DEFERRED")
        _make_reader(self._reader)

    async def write(self, run: Run[T]) -> T:
        await asyncio.sleep(0)
        return self.write_now(run)

    async def read(self, run: Run[T]) -> T:
        await asyncio.sleep(0)
        return _transact(self._reader, run)

    def write_now(self, run: Run[T]) -> T:
        return _transact(self._writer, run)

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


def _transact(connection: Connection, run: Run[T]) -> T:
    if connection.closed:
        raise Closed()
    try:
        with connection.begin():
            return run(connection)
    except BaseException:
        _undo(connection)
        raise


def _make_reader(connection: Connection) -> None:
    """A connection that cannot write; only the writer checkpoints."""
    connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
    connection.rollback()


def _batch(jobs: _Jobs, expected: int, patience: float) -> list[_Job]:
    """The next write and those that wait behind it, at most BATCH; [] when the database is being closed. As long as
    they are fewer than `expected`, others have `patience` seconds to come."""
    first = jobs.get()
    batch, end = [first] if first else [], monotonic() + patience
    while batch and len(batch) < BATCH:
        try:
            job = jobs.get(timeout=max(0.0, end - monotonic()) if len(batch) < expected else 0.0)
        except queue.Empty:
            break
        if job is None:
            jobs.put(None)
            break
        batch.append(job)
    return batch


def _commit(connection: Connection, batch: list[_Job]) -> None:
    """Run the batch in one transaction, each job in a savepoint of its own (one alone needs none), and answer all
    after the commit."""
    alone = len(batch) == 1
    try:
        with connection.begin() as transaction:
            for job in batch:
                _run(connection, job, savepoint=not alone)
                _require_transaction(connection, job)
            if alone and batch[0].error is not None:
                transaction.rollback()
    except BaseException as error:  # the commit itself failed: nothing of the batch is there
        _undo(connection)
        for job in batch:
            job.result, job.error = None, job.error or error
    _deliver(batch)


def _run(connection: Connection, job: _Job, savepoint: bool = False) -> None:
    if savepoint:  # by hand: SQLAlchemy's own take four times as long
        connection.exec_driver_sql("SAVEPOINT job")
    try:
        job.result = job.run(connection)
    except BaseException as error:
        job.error = error
    if savepoint and _in_transaction(connection):
        if job.error is not None:
            connection.exec_driver_sql("ROLLBACK TO job")
        connection.exec_driver_sql("RELEASE job")


def _undo(connection: Connection) -> None:
    """SQLAlchemy takes a transaction whose commit failed for ended; SQLite does not."""
    if connection.in_transaction():
        connection.rollback()
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:
        driver.rollback()


def _require_transaction(connection: Connection, job: _Job) -> None:
    """Some errors (a full disk) end SQLite's whole transaction; what came after would commit by itself."""
    if not _in_transaction(connection):
        raise job.error or RuntimeError("the transaction was ended from within")


def _in_transaction(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


def _deliver(jobs: list[_Job]) -> None:
    """Settle what is done, and wake each event loop once."""
    for loop in {job.loop for job in jobs}:
        mine = [job for job in jobs if job.loop is loop]
        if loop is None:
            _settle(mine)
            continue
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_settle, mine)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle(job)


def _connect(path: Path, begin: str, synchronous: str = "FULL") -> Connection:
    """A connection that never begins by itself: pysqlite's own begin comes too late and is deferred."""
    arguments = {"timeout": 30, "check_same_thread": False}  # opened here, used by one thread
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args=arguments,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,  # errors are logged, and there are secrets among them
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        connection.create_function("regexp", 2, regex.matches, deterministic=True)  # in place of Python's own
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA temp_store = MEMORY")
        level = cursor.execute("PRAGMA synchronous").fetchone()[0]
        if synchronous == "FULL" and level != 2:
            raise RuntimeError("SQLite does not honour synchronous=FULL; acknowledged writes would not be safe")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {begin}")

    return engine.connect()
