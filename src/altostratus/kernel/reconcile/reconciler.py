"""What a reconciler must be, and the pass that it is handed.

A reconciler receives a key and reads everything else again. One pass is: load what is wanted, observe what is
there, plan, record what was seen and decided, take one step; and so on until the plan is Done, Again or Terminal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from altostratus.kernel.db import Database
from altostratus.kernel.lanes import Lane
from altostratus.kernel.reconcile.lease import Lease, Leases
from altostratus.kernel.reconcile.outcome import Again, Done, Terminal
from altostratus.kernel.tx import Tx

T = TypeVar("T")
W = TypeVar("W")
S = TypeVar("S")


class Pass:
    """One worker's turn on one key. Everything it writes or does outside is guarded by its lease."""

    def __init__(self, db: Database, leases: Leases, lease: Lease) -> None:
        self._db = db
        self._leases = leases
        self.lease = lease

    @property
    def key(self) -> str:
        return self.lease.wake.key

    @property
    def fence(self) -> int:
        """The number that drivers compare; see Lease."""
        return self.lease.token

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._db.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """`db.write`, refused with Stale when the lease is lost."""

        def guarded(tx: Tx) -> T:
            self._leases.verify(tx, self.lease)
            return fn(tx)

        return await self._db.write(guarded)

    async def call(self, lane: Lane, fn: Callable[..., T], *args: Any, deadline: float | None = None) -> T:
        """Call outside, in a lane."""
        return await self.outside(lambda: lane.run(fn, *args, deadline=deadline))

    async def outside(self, begin: Callable[[], Awaitable[T]]) -> T:
        """Begin something outside: the lease is checked first, and renewed while it goes on (a long copy)."""
        await self._leases.check(self.lease)
        work = asyncio.ensure_future(begin())
        try:
            while not (await asyncio.wait({work}, timeout=self._leases.seconds / 3))[0]:
                await self._leases.check(self.lease)
        finally:
            work.cancel()  # the lease is lost or the pass is over: nobody waits for the result
        return work.result()


class Reconciler(Protocol[W, S]):
    """Brings one kind of resource from what is wanted to what is there. `steps` lists the step types that `plan`
    may return: the crash matrix is generated from it."""

    kind: ClassVar[str]
    steps: ClassVar[tuple[type, ...]]

    def due(self, tx: Tx) -> Iterable[str]:
        """Keys that need a look by now: the scan that guarantees what a lost wake may lose."""
        ...

    def load(self, tx: Tx, key: str) -> W | None:
        """What is wanted, with what was recorded before; None when there is nothing left to do."""
        ...

    async def observe(self, wanted: W, turn: Pass) -> S:
        """What is there now."""
        ...

    def plan(self, wanted: W, seen: S, now: datetime) -> Any | Done | Again | Terminal:
        """Pure: the next step, or the end of the pass."""
        ...

    def news(self, wanted: W, seen: S, verdict: Any) -> bool:
        """Whether `record` would change anything; most looks find nothing new, and write nothing."""
        ...

    def record(self, tx: Tx, wanted: W, seen: S, verdict: Any) -> None:
        """Write down what was seen and what was decided: a step to be taken now, or how the pass ends."""
        ...

    async def take(self, step: Any, wanted: W, turn: Pass) -> None:
        """Carry out one step; safe to run twice."""
        ...
