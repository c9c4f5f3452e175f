"""A whole service in small: lamps that are wanted on or off, in a world that forgets nothing when a process dies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, select, update

from altostratus.kernel.db import Database
from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.errors import Stale
from altostratus.kernel.lanes import Lane
from altostratus.kernel.reconcile import Again, Done, Pass, Terminal
from altostratus.kernel.testing.faults import Faults
from altostratus.kernel.tx import Tx, Wake

lamp = Table(
    "lamp",
    MetaData(),
    Column("id", String(8), primary_key=True),
    Column("wanted", Boolean, nullable=False),
    Column("seen", Boolean),
    Column("generation", Integer, nullable=False),
    Column("observed", Integer, nullable=False),
)


class Dark(Exception):
    """The driver's own error."""

    expected = True


@dataclass(frozen=True)
class EnsureWired:
    """There is a wire to the lamp."""


@dataclass(frozen=True)
class EnsureLight:
    """The lamp is as it is wanted."""

    on: bool


@dataclass
class World:
    """What is really there, and every call that changed it. Refuses a fence older than one that it has seen."""

    lit: dict[str, bool] = field(default_factory=dict)
    wired: set[str] = field(default_factory=set)
    fences: dict[str, int] = field(default_factory=dict)
    acts: list[tuple[str, Any]] = field(default_factory=list)
    faults: Faults = field(default_factory=lambda: Faults(Dark))

    def look(self, key: str) -> tuple[bool, bool]:
        return self.faults.call("look", lambda: (key in self.wired, self.lit.get(key, False)))

    def wire(self, key: str, fence: int) -> None:
        self._act("wire", key, fence, lambda: self.wired.add(key))

    def switch(self, key: str, on: bool, fence: int) -> None:
        self._act("switch", key, fence, lambda: self.lit.update({key: on}))

    def _act(self, name: str, key: str, fence: int, change: Callable[[], None]) -> None:
        def act() -> None:
            if fence < self.fences.get(key, 0):
                raise Stale(key)
            self.fences[key] = fence
            self.acts.append((name, key))
            change()

        self.faults.call(name, act)


class Lamps:
    """The reconciler."""

    kind: ClassVar[str] = "lamp"
    steps: ClassVar[tuple[type, ...]] = (EnsureWired, EnsureLight)

    def __init__(self, world: World, lane: Lane) -> None:
        self._world = world
        self._lane = lane

    def due(self, tx: Tx) -> Iterable[str]:
        return tx.sql.execute(
            select(lamp.c.id).where(lamp.c.generation != lamp.c.observed).order_by(lamp.c.id)
        ).scalars()

    def load(self, tx: Tx, key: str) -> Any:
        return tx.sql.execute(select(lamp).where(lamp.c.id == key)).one_or_none()

    async def observe(self, wanted: Any, turn: Pass) -> tuple[bool, bool]:
        return await turn.call(self._lane, self._world.look, wanted.id)

    def plan(self, wanted: Any, seen: tuple[bool, bool], now: datetime) -> Any:
        wired, lit = seen
        if not wired:
            return EnsureWired()
        return Done() if lit == wanted.wanted else EnsureLight(wanted.wanted)

    def news(self, wanted: Any, seen: tuple[bool, bool], verdict: Any) -> bool:
        return wanted.seen != seen[1] or (isinstance(verdict, Done) and wanted.generation != wanted.observed)

    def record(self, tx: Tx, wanted: Any, seen: tuple[bool, bool], verdict: Any) -> None:
        observed = wanted.generation if isinstance(verdict, Done) else wanted.observed
        tx.sql.execute(update(lamp).where(lamp.c.id == wanted.id).values(seen=seen[1], observed=observed))

    async def take(self, step: Any, wanted: Any, turn: Pass) -> None:
        match step:
            case EnsureWired():
                await turn.call(self._lane, self._world.wire, wanted.id, turn.fence)
            case EnsureLight(on):
                await turn.call(self._lane, self._world.switch, wanted.id, on, turn.fence)


def make_lamps(database: Database, *keys: str) -> None:
    """New lamps that are wanted on."""

    def write(tx: Tx) -> None:
        lamp.create(tx.sql, checkfirst=True)
        for key in keys:
            insert_row(tx, lamp, id=key, wanted=True, generation=1, observed=0)

    database.write_now(write)


def want(tx: Tx, key: str, on: bool, wake: bool = True) -> None:
    """Change a wish, as a use case does."""
    tx.sql.execute(update(lamp).where(lamp.c.id == key).values(wanted=on, generation=lamp.c.generation + 1))
    if wake:
        tx.wake("lamp", key)


def unsettled(tx: Tx) -> list[str]:
    """Lamps whose wish is not fulfilled, as the database knows it."""
    differs = (lamp.c.generation != lamp.c.observed) | lamp.c.seen.is_(None) | (lamp.c.seen != lamp.c.wanted)
    return list(tx.sql.execute(select(lamp.c.id).where(differs)).scalars())


@dataclass
class Scripted:
    """A reconciler that does as it is told: the next verdict of a key, or an error to be raised; Done by default.
    `passes` says when (virtual time) each look at each key began."""

    now: Callable[[], float]
    script: dict[str, list[Any]] = field(default_factory=dict)
    due_now: list[str] = field(default_factory=list)
    passes: list[tuple[float, str]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    most_inside: int = 0
    twice: bool = False
    busy: Callable[[str], Any] | None = None
    kind: ClassVar[str] = "scripted"
    steps: ClassVar[tuple[type, ...]] = (str,)

    def due(self, tx: Tx) -> Iterable[str]:
        return list(self.due_now)

    def load(self, tx: Tx, key: str) -> str | None:
        return None if key == "gone" else key

    async def observe(self, wanted: str, turn: Pass) -> None:
        self.passes.append((self.now(), wanted))
        self.twice |= wanted in self.inside
        self.inside.append(wanted)
        self.most_inside = max(self.most_inside, len(self.inside))
        try:
            if self.busy:
                await self.busy(wanted)
        finally:
            self.inside.remove(wanted)

    def plan(self, wanted: str, seen: None, now: datetime) -> Any:
        verdicts = self.script.get(wanted, [])
        verdict = verdicts.pop(0) if verdicts else Done()
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    def news(self, wanted: str, seen: None, verdict: Any) -> bool:
        return isinstance(verdict, Again | Terminal)

    def record(self, tx: Tx, wanted: str, seen: None, verdict: Any) -> None:
        """Nothing to write down; that the lease is verified is the point."""

    async def take(self, step: Any, wanted: str, turn: Pass) -> None:
        """A step that does nothing."""

    def times(self, key: str) -> list[float]:
        return [round(at, 3) for at, looked in self.passes if looked == key]


def scripted(*keys: str) -> list[Wake]:
    return [Wake("scripted", key) for key in keys]
