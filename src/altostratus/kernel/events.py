"""What happened, as rows written in the transaction that made it happen: audit, accounting and `alto events`.

Events are read in the order (xid, id), up to the oldest transaction that still runs, so that a reader never steps
over a row whose transaction commits late. Ids alone would not do on PostgreSQL: the younger of two transactions may
take the lower id and commit last. On SQLite there is one writer, and xid is always 0.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    literal,
    literal_column,
    select,
    tuple_,
)

from altostratus.kernel.actor import Actor
from altostratus.kernel.clock import Clock
from altostratus.kernel.db import Database
from altostratus.kernel.db.rows import every
from altostratus.kernel.db.schema import Instant, Json, metadata
from altostratus.kernel.log import client, correlation, logger
from altostratus.kernel.tx import Tx

log = logger("events")
Row = dict[str, Any]
RETENTION = timedelta(days=90)
MOST, SHOWN = 10_000, 100
"""Events that a journal gathers when they cannot be written, and how many of them it shows in the log."""
DELAY = 0.05
"""Seconds that a journal gathers events for."""

event = Table(
    "event",
    metadata,
    # SQLite numbers only INTEGER PRIMARY KEY by itself
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("resource_id", String(64), nullable=False),
    Column("project_id", String(64)),
    Column("user_id", String(64)),
    Column("request_id", String(64), nullable=False),
    Column("detail", Json(), nullable=False),
    Column("xid", BigInteger, nullable=False, default=0),
    Index(None, "project_id", "id"),
    Index(None, "resource_id", "id"),
    Index(None, "xid", "id"),
    Index(None, "at"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: kind 'compute.server.create', the resource, who asked, under which request."""

    id: int
    at: datetime
    kind: str
    resource_id: str
    project_id: str | None
    user_id: str | None
    request_id: str
    detail: dict[str, Any]


_INSERT = {
    "sqlite": event.insert().values(xid=0),
    "postgresql": event.insert().values(xid=literal_column("pg_current_xact_id()::text::bigint")),
}
_OLD = select(event.c.id).where(event.c.at < bindparam("end", type_=Instant)).order_by(event.c.at).limit(1000)
_FORGET = delete(event).where(event.c.id.in_(_OLD))
_FIELDS = [event.c[name] for name in Event.__dataclass_fields__]


def record(
    tx: Tx,
    actor: Actor,
    kind: str,
    resource_id: str,
    project_id: str | None = None,
    **detail: Any,
) -> None:
    """Write an event. `detail` holds small public facts, never a secret; the client's address comes by itself."""
    project = actor.project_id if project_id is None else project_id
    _insert(tx, [_row(tx.now, tx.correlation, tx.client, kind, resource_id, project, actor.user_id, detail)])


class Journal:
    """Events that no answer waits for, written within `DELAY`, in their order, many in one transaction. Of what changes
    nothing: those of the last moment are gone when the process is killed."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._rows: list[Row] = []
        self._lost = 0
        self._writing: asyncio.Task[None] | None = None

    def record(
        self, kind: str, resource_id: str, *, user_id: str, project_id: str | None = None, **detail: Any
    ) -> None:
        """As `record` without a transaction; of the request that asks now."""
        if len(self._rows) >= MOST:  # the database has stood still for long
            self._lost += 1
            return
        cause, whence = correlation.get(), client.get()
        self._rows.append(_row(self._clock.now(), cause, whence, kind, resource_id, project_id, user_id, detail))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        """Once all are written."""
        if self._writing:
            await self._writing

    async def _write(self) -> None:
        while self._rows:
            await asyncio.sleep(DELAY)
            rows, self._rows = self._rows, []
            try:
                await self._db.write(partial(_write, rows=rows))
            except Exception as error:
                log.error("events not written", why=repr(error), events=rows[:SHOWN], more=len(rows[SHOWN:]))
            if self._lost:
                log.error("events forgotten: the database does not keep up", count=self._lost)
                self._lost = 0


def _write(tx: Tx, rows: list[Row]) -> None:
    forget_old(tx)
    _insert(tx, rows)


def _row(
    at: datetime,
    cause: str,
    whence: str,
    kind: str,
    resource_id: str,
    project_id: str | None,
    user_id: str,
    detail: dict[str, Any],
) -> Row:
    return {
        "at": at,
        "kind": kind,
        "resource_id": resource_id,
        "project_id": project_id,
        "user_id": user_id,
        "request_id": cause,
        "detail": {**detail, "client": whence} if whence else detail,
    }


def _insert(tx: Tx, rows: list[Row]) -> None:
    tx.sql.execute(_INSERT[tx.sql.dialect.name], rows)


def read_after(tx: Tx, after: int = 0, limit: int = 100, project_id: str | None = None) -> list[Event]:
    """Events that became readable after the one with id `after` (0: all), in an order that never changes; of one
    project, or of all. Ids need not ascend on PostgreSQL: go on from the last one that was read."""
    query = select(*_FIELDS).where(_beyond(tx, after)).order_by(event.c.xid, event.c.id).limit(limit)
    if project_id is not None:
        query = query.where(event.c.project_id == project_id)
    if tx.sql.dialect.name == "postgresql":
        query = query.where(event.c.xid < literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    return every(tx, query, Event)


def _beyond(tx: Tx, after: int) -> ColumnElement[bool]:
    xid = tx.sql.execute(select(event.c.xid).where(event.c.id == after)).scalar()
    if xid is None:  # the first read, or a marker that is forgotten by now
        return event.c.id > after
    return tuple_(event.c.xid, event.c.id) > tuple_(literal(xid), literal(after))


def read_of(tx: Tx, resource_id: str) -> list[Event]:
    """Everything that happened to one resource, newest first."""
    query = select(*_FIELDS).where(event.c.resource_id == resource_id).order_by(event.c.id.desc())
    return every(tx, query, Event)


def read_last(tx: Tx, limit: int = 50, project_id: str | None = None) -> list[Event]:
    """The newest events, oldest first."""
    query = select(*_FIELDS).order_by(event.c.id.desc()).limit(limit)
    if project_id is not None:
        query = query.where(event.c.project_id == project_id)
    return every(tx, query, Event)[::-1]


def forget_old(tx: Tx) -> None:
    """Keep the table bounded: a few at a time, so that nobody waits for it."""
    tx.sql.execute(_FORGET, {"end": tx.now - RETENTION})
