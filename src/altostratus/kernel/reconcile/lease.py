"""Leases: at most one worker acts on a key, and a worker that lost its lease finds out before it acts again.

A lease carries a fencing token. Several kinds of keys leave theirs at one thing (a volume, its attachment, its
snapshots), and a database that is restored from a backup forgets those it gave since, which things still bear. So a
token is the time at which it was given, in microseconds, or more: it grows from lease to lease, whatever their keys.

On SQLite there is one process (an flock on the data directory sees to that), so leases live in memory. On PostgreSQL
they are rows; expiry compares the database's own time only.
"""

import itertools
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import BigInteger, Column, DateTime, PrimaryKeyConstraint, String, Table, text

from altostratus.kernel.db import Database, Name, metadata, state
from altostratus.kernel.errors import Stale
from altostratus.kernel.tx import Tx, Wake

SECONDS = 30.0
"""How long a lease lasts without renewal. Every outside call has a deadline under half of it."""

lease_table = Table(
    "lease",
    metadata,
    Column("kind", String(64), nullable=False),
    Column("key", Name(), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("kind", "key"),
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act on a key; `token` is the fence that drivers compare."""

    wake: Wake
    token: int


class Leases(Protocol):
    """Where leases are kept. `seconds` is how long one lasts without renewal."""

    seconds: float

    async def claim(self, wake: Wake) -> Lease | None:
        """The lease, or None while somebody else holds it."""
        ...

    async def check(self, lease: Lease) -> None:
        """Renew the lease, or raise Stale when it is lost."""
        ...

    def verify(self, tx: Tx, lease: Lease) -> None:
        """Raise Stale, inside a transaction that writes what the lease's holder found, when it is lost."""
        ...

    async def release(self, lease: Lease) -> None: ...


class MemoryLeases:
    """Leases of the one process on SQLite."""

    def __init__(self, first: int) -> None:
        self.seconds = SECONDS
        self._tokens = itertools.count(first)
        self._held: dict[Wake, Lease] = {}

    async def claim(self, wake: Wake) -> Lease | None:
        if wake in self._held:
            return None
        lease = self._held[wake] = Lease(wake, next(self._tokens))
        return lease

    async def check(self, lease: Lease) -> None:
        if self._held.get(lease.wake) is not lease:
            raise Stale(lease.wake)

    def verify(self, tx: Tx, lease: Lease) -> None:
        if self._held.get(lease.wake) is not lease:
            raise Stale(lease.wake)

    async def release(self, lease: Lease) -> None:
        if self._held.get(lease.wake) is lease:
            del self._held[lease.wake]


_CLAIM = text(
    "INSERT INTO lease (kind, key, token, holder, expires_at) VALUES (:kind, :key,"
    " (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, :holder,"
    " clock_timestamp() + make_interval(secs => :seconds))"
    " ON CONFLICT (kind, key) DO UPDATE SET token = greatest(lease.token + 1, excluded.token), holder = :holder,"
    " expires_at = excluded.expires_at"
    " WHERE lease.expires_at < clock_timestamp() RETURNING token"
)
_RENEW = text(
    "UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => :seconds)"
    " WHERE kind = :kind AND key = :key AND token = :token AND expires_at > clock_timestamp()"
)
_RELEASE = text(
    "UPDATE lease SET expires_at = clock_timestamp() - interval '1 microsecond'"
    " WHERE kind = :kind AND key = :key AND token = :token"
)
_VERIFY = text(
    "SELECT 1 FROM lease WHERE kind = :kind AND key = :key AND token = :token"
    " AND expires_at > clock_timestamp() FOR UPDATE"
)


class TableLeases:
    """Leases of many processes on one PostgreSQL."""

    def __init__(self, db: Database, holder: str, seconds: float = SECONDS) -> None:
        self._db = db
        self._holder = holder
        self.seconds = seconds

    async def claim(self, wake: Wake) -> Lease | None:
        values = {"kind": wake.kind, "key": wake.key, "holder": self._holder, "seconds": self.seconds}
        token = await self._db.write(lambda tx: tx.sql.execute(_CLAIM, values).scalar())
        return None if token is None else Lease(wake, token)

    async def check(self, lease: Lease) -> None:
        values = {**_where(lease), "seconds": self.seconds}
        if not await self._db.write(lambda tx: tx.sql.execute(_RENEW, values).rowcount):
            raise Stale(lease.wake)

    def verify(self, tx: Tx, lease: Lease) -> None:
        if tx.sql.execute(_VERIFY, _where(lease)).scalar() is None:
            raise Stale(lease.wake)

    async def release(self, lease: Lease) -> None:
        await self._db.write(lambda tx: tx.sql.execute(_RELEASE, _where(lease)) and None)


def _where(lease: Lease) -> dict[str, object]:
    return {"kind": lease.wake.kind, "key": lease.wake.key, "token": lease.token}


async def open_leases(db: Database, holder: str, seconds: float = SECONDS) -> Leases:
    """The leases that fit the database."""
    if db.dialect == "postgresql":
        return TableLeases(db, holder, seconds)
    return MemoryLeases(await db.write(_first_token))


def _first_token(tx: Tx) -> int:
    """Later than all of the processes before, also when the clock has been set back since."""
    return state.advance(tx, "lease_token", int(tx.now.timestamp() * 1_000_000), by=1 << 32)
