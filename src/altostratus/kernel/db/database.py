"""Opens the database and runs transactions: see `Database`. Owns no tables."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DataError, DBAPIError, StatementError

from altostratus.kernel.clock import Clock, SystemClock
from altostratus.kernel.errors import BadRequest, Fault, StorageFull, Unavailable
from altostratus.kernel.log import client, correlation
from altostratus.kernel.tx import Tx, Wake

T = TypeVar("T")
Run = Callable[[Connection], T]
_REFUSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


class Backend(Protocol):
    """An engine: runs functions on connections in its own threads."""

    dialect: str

    async def write(self, run: Run[T]) -> T:
        """Commit what `run` did, or nothing; return its result only after the commit is on disk."""
        ...

    async def read(self, run: Run[T]) -> T:
        """One snapshot, read only."""
        ...

    def write_now(self, run: Run[T]) -> T:
        """`write` from a thread without an event loop: start-up, migrations, tests."""
        ...

    def close(self) -> None: ...


class Closed(Exception):
    """The database is closed: this process is ending."""


class NeedsDatabase(Exception):
    """What was to run without the database asked it something."""


class _Absent:
    def __getattr__(self, name: str) -> Any:
        raise NeedsDatabase()


class Database:
    """The state of the cloud. `fn` is a plain function of a Tx; it may run more than once."""

    def __init__(self, backend: Backend, clock: Clock, entropy: random.Random) -> None:
        self._backend = backend
        self._clock = clock
        self._entropy = entropy
        self.on_wake: Callable[[list[Wake], str], None] | None = None
        self._severed = False

    @property
    def dialect(self) -> str:
        """'sqlite' or 'postgresql'."""
        return self._backend.dialect

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in one transaction, commit, then answer and wake what it asked to wake."""
        wakes: dict[Wake, None] = {}
        # The commit happens even if the caller goes away, so its wakes must too.
        return await asyncio.shield(asyncio.ensure_future(self._committed(fn, wakes)))

    async def _committed(self, fn: Callable[[Tx], T], wakes: dict[Wake, None]) -> T:
        try:
            result = await self._backend.write(self._runner(fn, wakes))
        except DBAPIError as error:
            if refusal := _refusal(error):
                raise refusal from error
            raise
        self._deliver(wakes)
        return result

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on one consistent snapshot. A statement that writes fails."""
        return await self._backend.read(self._runner(fn, {}))

    def without(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` here and now, if it asks the database nothing; NeedsDatabase as soon as it does."""
        absent: Any = _Absent()
        return self._runner(fn, {})(absent)

    def write_now(self, fn: Callable[[Tx], T]) -> T:
        """`write`, blocking; for start-up, before there is an event loop. Wakes go nowhere."""
        return self._backend.write_now(self._runner(fn, {}))

    def close(self) -> None:
        """Finish what is under way; what comes later gets `Closed`."""
        self._backend.close()

    def sever(self) -> None:
        """As if the process had died: no function runs from now on, and what was asked for gets `Closed`."""
        self._severed = True

    def _runner(self, fn: Callable[[Tx], T], wakes: dict[Wake, None]) -> Run[T]:
        cause, whence = correlation.get(), client.get()

        def run(connection: Connection) -> T:
            if self._severed:
                raise Closed()
            wakes.clear()
            return _call(fn, Tx(connection, self._clock.now(), self._entropy, wakes, cause, whence))

        return run

    def _deliver(self, wakes: dict[Wake, None]) -> None:
        if wakes and self.on_wake:
            self.on_wake(list(wakes), correlation.get())


def _refusal(error: DBAPIError) -> Fault | None:
    """What it says of the disk, if it does: nothing was written then, and reading goes on."""
    code, state = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, getattr(error.orig, "sqlstate", None)
    if code == sqlite3.SQLITE_FULL or state == "53100":
        return StorageFull(detail=repr(error.orig))
    if code in _REFUSED or state == "25006":
        return Unavailable("The database takes no data now.", detail=repr(error.orig))
    return None


def _call(fn: Callable[[Tx], T], tx: Tx) -> T:
    """Run `fn`; what no future can carry and what no column can hold become errors that say so."""
    try:
        return fn(tx)
    except StopIteration as error:
        raise RuntimeError("StopIteration in a transaction") from error
    except (StatementError, OverflowError) as error:
        # NUL in a text, a number or a text that is too long; an instant that is none in UTC
        if isinstance(error, DataError | OverflowError) or isinstance(error.orig, OverflowError):
            raise BadRequest("A value in the request cannot be stored.", detail=repr(error)) from error
        raise


def open_database(
    url: str,
    *,
    clock: Clock | None = None,
    entropy: random.Random | None = None,
    inline: bool = False,
    patient: bool = False,
) -> Database:
    """Open 'sqlite:////path/to/file' or 'postgresql+psycopg://…'. `inline` runs everything in the caller's
    thread (SQLite only), for seeded simulations; `patient` is for many who write at the same time (SQLite only).
    The tables are there already: see app.migrations."""
    parsed = make_url(url)
    backend: Backend
    if parsed.get_backend_name() == "sqlite":
        from altostratus.kernel.db.sqlite import InlineSqlite, Sqlite

        path = Path(parsed.database or "")
        backend = InlineSqlite(path) if inline else Sqlite(path, patient=patient)
    else:
        from altostratus.kernel.db.postgres import Postgres

        backend = Postgres(parsed)
    return Database(backend, clock or SystemClock(), entropy or random.SystemRandom())
