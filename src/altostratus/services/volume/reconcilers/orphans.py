"""The reconciler of orphans: volumes and snapshots in the storage that no row knows are reported, and after a month
removed; so are copies of images that nothing rests on. One that somebody may write to is never removed.

The time since an orphan was first seen is kept in memory: after a restart the grace period begins anew, which errs on
the side of keeping.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.log import logger
from altostratus.kernel.reconcile import Again, Pass
from altostratus.kernel.tx import Tx
from altostratus.services.volume.driver import DriverError
from altostratus.services.volume.reconcilers.storage import Storage
from altostratus.services.volume.store import snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService

EVERY_SECONDS = 60.0
KEY = "storage"
log = logger("orphans")


@dataclass(frozen=True, slots=True)
class RemoveOrphanVolume:
    """Remove a volume that belongs to nobody."""

    volume_id: str


@dataclass(frozen=True, slots=True)
class RemoveOrphanSnapshot:
    """Remove a snapshot that belongs to nobody."""

    snapshot_id: str


@dataclass(frozen=True, slots=True)
class RemoveVolumeBase:
    """Remove the copy of an image, unless something rests on it."""

    image_id: str


Remove = RemoveOrphanVolume | RemoveOrphanSnapshot | RemoveVolumeBase


class OrphanReconciler:
    """kind 'volume.orphans'"""

    kind: ClassVar[str] = "volume.orphans"
    steps: ClassVar[tuple[type, ...]] = (RemoveOrphanVolume, RemoveOrphanSnapshot, RemoveVolumeBase)

    def __init__(self, service: BlockStorageService) -> None:
        self._storage = Storage(service.storage, service.config.copy_seconds)
        self._orphan_grace = timedelta(seconds=service.config.orphan_seconds)
        self._base_grace = timedelta(seconds=service.config.unused_base_seconds)
        self._since: dict[Remove, datetime] = {}

    def due(self, tx: Tx) -> Iterable[str]:
        return [KEY]

    def load(self, tx: Tx, key: str) -> str | None:
        return key

    async def observe(self, wanted: str, turn: Pass) -> list[Remove]:
        """What is there and in no row. The storage is asked before the rows: a row made meanwhile is then found."""
        driver = self._storage.driver
        try:
            stored = await self._storage.look(turn, driver.observe_all)
            copies = set(await self._storage.look(turn, driver.snapshots))
            bases = await self._storage.look(turn, driver.bases)
        except DriverError:
            return []
        idle = {volume.id for volume in stored if not volume.writer}

        def unknown(tx: Tx) -> list[Remove]:
            lost = idle - volumes.existing(tx, sorted(idle))
            lost_copies = copies - snapshots.existing(tx, sorted(copies))
            unused = bases - volumes.images(tx)
            return [
                *(RemoveOrphanVolume(each) for each in sorted(lost)),
                *(RemoveOrphanSnapshot(each) for each in sorted(lost_copies)),
                *(RemoveVolumeBase(each) for each in sorted(unused)),
            ]

        return await turn.read(unknown)

    def plan(self, wanted: str, seen: list[Remove], now: datetime) -> Remove | Again:
        for new in set(seen) - set(self._since):
            if not isinstance(new, RemoveVolumeBase):
                log.warning("in the storage, but in no row", what=repr(new), removed_after=str(self._orphan_grace))
        self._since = {remove: self._since.get(remove, now) for remove in seen}
        for remove, since in self._since.items():
            grace = self._base_grace if isinstance(remove, RemoveVolumeBase) else self._orphan_grace
            if now - since >= grace:
                return remove
        return Again(EVERY_SECONDS, "the storage is searched for orphans again and again")

    def news(self, wanted: str, seen: list[Remove], verdict: Remove | Again) -> bool:
        return isinstance(verdict, RemoveOrphanVolume | RemoveOrphanSnapshot)

    def record(self, tx: Tx, wanted: str, seen: list[Remove], verdict: Remove | Again) -> None:
        match verdict:
            case RemoveOrphanVolume(volume_id):
                events.record(tx, SYSTEM, "volume.orphan.remove", volume_id)
            case RemoveOrphanSnapshot(snapshot_id):
                events.record(tx, SYSTEM, "volume.orphan.remove", snapshot_id)

    async def take(self, step: Remove, wanted: str, turn: Pass) -> None:
        driver = self._storage.driver
        match step:
            case RemoveOrphanVolume(volume_id):
                await self._storage.change(turn, driver.ensure_absent, volume_id, turn.fence)
            case RemoveOrphanSnapshot(snapshot_id):
                await self._storage.change(turn, driver.ensure_snapshot_absent, snapshot_id)
            case RemoveVolumeBase(image_id):
                self._since.pop(step, None)  # what rests on it is known to the storage alone: another time, then
                with suppress(DriverError):
                    await self._storage.change(turn, driver.ensure_base_absent, image_id)
