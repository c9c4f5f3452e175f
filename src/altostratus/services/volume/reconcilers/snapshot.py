"""The reconciler of snapshots: carries out what domain.plan decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.reconcile import Done, Outcome, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.plan import Seen, plan_snapshot
from altostratus.services.volume.domain.steps import SNAPSHOT_STEPS, EnsureSnapshot, EnsureSnapshotAbsent, Step
from altostratus.services.volume.domain.volume import Snapshot
from altostratus.services.volume.driver import Impossible
from altostratus.services.volume.reconcilers.storage import Storage
from altostratus.services.volume.store import snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService


@dataclass(frozen=True, slots=True)
class Wanted:
    """The row, and whether it waits for its volume."""

    snapshot: Snapshot
    waits: bool


class SnapshotReconciler:
    """kind 'volume.snapshot'"""

    kind: ClassVar[str] = "volume.snapshot"
    steps: ClassVar[tuple[type, ...]] = SNAPSHOT_STEPS

    def __init__(self, service: BlockStorageService) -> None:
        self._storage = Storage(service.storage, service.config.copy_seconds)

    def due(self, tx: Tx) -> Iterable[str]:
        return snapshots.due_snapshots(tx)

    def load(self, tx: Tx, key: str) -> Wanted | None:
        snapshot = snapshots.get_snapshot(tx, key)
        if snapshot is None:
            return None
        volume = volumes.get_volume(tx, snapshot.volume_id)
        return Wanted(snapshot, volume is not None and volume.launched_at is None and volume.fault is None)

    async def observe(self, wanted: Wanted, turn: Pass) -> Seen:
        return await self._storage.snapshot(turn, wanted.snapshot.id)

    def plan(self, wanted: Wanted, seen: Seen, now: datetime) -> Step | Outcome:
        return plan_snapshot(wanted.snapshot, wanted.waits, seen)

    def news(self, wanted: Wanted, seen: Seen, verdict: Any) -> bool:
        return bool(_changes(wanted.snapshot, verdict, None))

    def record(self, tx: Tx, wanted: Wanted, seen: Seen, verdict: Any) -> None:
        changes = _changes(wanted.snapshot, verdict, tx.now)
        if changes:
            snapshots.update_snapshot(tx, wanted.snapshot.id, updated_at=tx.now, **changes)

    async def take(self, step: Step, wanted: Wanted, turn: Pass) -> None:
        snapshot, driver = wanted.snapshot, self._storage.driver
        try:
            match step:
                case EnsureSnapshot():
                    call = (driver.ensure_snapshot, snapshot.id, snapshot.volume_id, turn.fence)
                    await self._storage.change(turn, *call, copies=True)
                case EnsureSnapshotAbsent():
                    await self._storage.change(turn, driver.ensure_snapshot_absent, snapshot.id)
                case _:
                    await turn.write(lambda tx: _forget(tx, snapshot))
        except Impossible as error:
            message = str(error)
            await turn.write(lambda tx: _fail(tx, snapshot, message))


def _changes(snapshot: Snapshot, verdict: Any, now: datetime | None) -> dict[str, Any]:
    """The columns to change; `now` None asks only whether there are any."""
    if isinstance(verdict, Done) and snapshot.launched_at is None:
        return {"launched_at": now}
    if isinstance(verdict, Terminal) and snapshot.fault is None:
        return {"fault": verdict.fault, "fault_at": now}
    return {}


def _fail(tx: Tx, snapshot: Snapshot, message: str) -> None:
    snapshots.update_snapshot(tx, snapshot.id, fault=message, fault_at=tx.now, updated_at=tx.now)
    events.record(tx, SYSTEM, "volume.snapshot.fault", snapshot.id, snapshot.project_id, message=message)


def _forget(tx: Tx, snapshot: Snapshot) -> None:
    snapshots.delete_snapshot_row(tx, snapshot.id)
    tx.wake("volume.volume", snapshot.volume_id)
    events.record(tx, SYSTEM, "volume.snapshot.deleted", snapshot.id, snapshot.project_id)
