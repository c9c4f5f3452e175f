"""The reconciler of orphans: machines on a host that no server's row knows are reported, and after a while removed.

The time since an orphan was first seen is kept in memory: after a restart the grace period begins anew, which errs on
the side of keeping.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.log import logger
from altostratus.kernel.reconcile import Again, Pass
from altostratus.kernel.tx import Tx
from altostratus.services.compute.driver import DriverError
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute

EVERY_SECONDS = 60.0
GRACE = timedelta(minutes=10)
log = logger("orphans")


@dataclass(frozen=True, slots=True)
class RemoveOrphan:
    """Remove a machine that belongs to nobody."""

    machine_id: str


class OrphanReconciler:
    """kind 'compute.orphans'; keys are host ids"""

    kind: ClassVar[str] = "compute.orphans"
    steps: ClassVar[tuple[type, ...]] = (RemoveOrphan,)

    def __init__(self, compute: Compute, grace: timedelta = GRACE) -> None:
        self._compute = compute
        self._grace = grace
        self._since: dict[str, datetime] = {}

    def due(self, tx: Tx) -> Iterable[str]:
        return self._compute.hosts.keys()

    def load(self, tx: Tx, key: str) -> str | None:
        return key

    async def observe(self, wanted: str, turn: Pass) -> frozenset[str]:
        """Machines there that have no row. The host is asked first: a row made meanwhile is then found."""
        host = self._compute.hosts[wanted]
        try:
            machines = await turn.call(host.observe, host.driver.observe_all)
        except DriverError:
            return frozenset()
        ids = [machine.id for machine in machines]
        known = await turn.read(lambda tx: servers.existing(tx, ids))
        return frozenset(ids) - known

    def plan(self, wanted: str, seen: frozenset[str], now: datetime) -> RemoveOrphan | Again:
        self._since = {key: since for key, since in self._since.items() if key in seen}
        for machine_id in sorted(seen):
            if machine_id not in self._since:
                log.warning("machine without a server", machine=machine_id, host=wanted, removed_after=str(self._grace))
                self._since[machine_id] = now
            elif now - self._since[machine_id] >= self._grace:
                return RemoveOrphan(machine_id)
        return Again(EVERY_SECONDS, "hosts are searched for orphans again and again")

    def news(self, wanted: str, seen: frozenset[str], verdict: RemoveOrphan | Again) -> bool:
        return isinstance(verdict, RemoveOrphan)

    def record(self, tx: Tx, wanted: str, seen: frozenset[str], verdict: RemoveOrphan | Again) -> None:
        if isinstance(verdict, RemoveOrphan):
            events.record(tx, SYSTEM, "compute.orphan.remove", verdict.machine_id)

    async def take(self, step: RemoveOrphan, wanted: str, turn: Pass) -> None:
        host = self._compute.hosts[wanted]
        await turn.call(host.change, host.driver.ensure_absent, step.machine_id, turn.fence)
