"""The reconciler of orphans: machines on a host that no server's row knows are reported, and after a while removed; so
are copies of images that no server there was made from.

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


@dataclass(frozen=True, slots=True)
class RemoveBase:
    """Remove the copy of an image that nothing rests on."""

    image_id: str


Remove = RemoveOrphan | RemoveBase


class OrphanReconciler:
    """kind 'compute.orphans'; keys are host ids"""

    kind: ClassVar[str] = "compute.orphans"
    steps: ClassVar[tuple[type, ...]] = (RemoveOrphan, RemoveBase)

    def __init__(self, compute: Compute, grace: timedelta = GRACE) -> None:
        self._compute = compute
        self._graces = {RemoveOrphan: grace, RemoveBase: timedelta(seconds=compute.config.unused_base_seconds)}
        self._since: dict[Remove, datetime] = {}

    def due(self, tx: Tx) -> Iterable[str]:
        return self._compute.hosts.keys()

    def load(self, tx: Tx, key: str) -> str | None:
        return key

    async def observe(self, wanted: str, turn: Pass) -> list[Remove]:
        """What is there and in no row, machines first: bases are safe to judge only when there are none. The host is
        asked before the rows: a row made meanwhile is then found."""
        host = self._compute.hosts[wanted]
        try:
            machines = await turn.call(host.observe, host.driver.observe_all)
            bases = await turn.call(host.observe, host.driver.bases)
        except DriverError:
            return []
        ids = [machine.id for machine in machines]
        known, used = await turn.read(lambda tx: (servers.existing(tx, ids), servers.images_on(tx, wanted)))
        orphans: list[Remove] = [RemoveOrphan(machine_id) for machine_id in sorted(set(ids) - known)]
        return orphans or [RemoveBase(image_id) for image_id in sorted(bases - used)]

    def plan(self, wanted: str, seen: list[Remove], now: datetime) -> Remove | Again:
        for new in set(seen) - set(self._since):
            if isinstance(new, RemoveOrphan):
                after = str(self._graces[RemoveOrphan])
                log.warning("machine without a server", machine=new.machine_id, host=wanted, removed_after=after)
        self._since = {remove: self._since.get(remove, now) for remove in seen}
        for remove, since in self._since.items():
            if now - since >= self._graces[type(remove)]:
                return remove
        return Again(EVERY_SECONDS, "hosts are searched for orphans again and again")

    def news(self, wanted: str, seen: list[Remove], verdict: Remove | Again) -> bool:
        return isinstance(verdict, RemoveOrphan)

    def record(self, tx: Tx, wanted: str, seen: list[Remove], verdict: Remove | Again) -> None:
        if isinstance(verdict, RemoveOrphan):
            events.record(tx, SYSTEM, "compute.orphan.remove", verdict.machine_id)

    async def take(self, step: Remove, wanted: str, turn: Pass) -> None:
        host = self._compute.hosts[wanted]
        if isinstance(step, RemoveOrphan):
            await turn.call(host.change, host.driver.ensure_absent, step.machine_id, turn.fence)
        else:
            await turn.call(host.change, host.driver.ensure_base_absent, step.image_id)
