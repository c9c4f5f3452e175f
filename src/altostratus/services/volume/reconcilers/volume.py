"""The reconciler of volumes: carries out what domain.plan decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.reconcile import Done, Outcome, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.plan import Seen, plan_volume
from altostratus.services.volume.domain.steps import VOLUME_STEPS, EnsureSize, EnsureVolume, EnsureVolumeAbsent, Step
from altostratus.services.volume.domain.volume import Volume
from altostratus.services.volume.driver import BaseImage, Impossible, VolumeSpec
from altostratus.services.volume.reconcilers.storage import GIB, Storage
from altostratus.services.volume.store import attachments, snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService


@dataclass(frozen=True, slots=True)
class Wanted:
    """The row; whether an attachment or a snapshot needs it; whether it waits for what it is made from."""

    volume: Volume
    kept: bool
    waits: bool


class VolumeReconciler:
    """kind 'volume.volume'"""

    kind: ClassVar[str] = "volume.volume"
    steps: ClassVar[tuple[type, ...]] = VOLUME_STEPS

    def __init__(self, service: BlockStorageService) -> None:
        self._service = service
        self._storage = Storage(service.storage, service.config.copy_seconds)

    def due(self, tx: Tx) -> Iterable[str]:
        return volumes.due_volumes(tx)

    def load(self, tx: Tx, key: str) -> Wanted | None:
        volume = volumes.get_volume(tx, key)
        if volume is None:
            return None
        kept = attachments.of_volume(tx, key) is not None or bool(snapshots.of_volume(tx, key))
        return Wanted(volume, kept, _waits(tx, volume))

    async def observe(self, wanted: Wanted, turn: Pass) -> Seen:
        return await self._storage.volume(turn, wanted.volume.id)

    def plan(self, wanted: Wanted, seen: Seen, now: datetime) -> Step | Outcome:
        return plan_volume(wanted.volume, wanted.kept, wanted.waits, seen)

    def news(self, wanted: Wanted, seen: Seen, verdict: Any) -> bool:
        return bool(_changes(wanted.volume, seen, verdict, None))

    def record(self, tx: Tx, wanted: Wanted, seen: Seen, verdict: Any) -> None:
        changes = _changes(wanted.volume, seen, verdict, tx.now)
        if changes and volumes.record_if_unchanged(tx, wanted.volume, **changes):
            _wake_attachment(tx, wanted.volume)

    async def take(self, step: Step, wanted: Wanted, turn: Pass) -> None:
        volume, driver = wanted.volume, self._storage.driver
        try:
            match step:
                case EnsureVolume():
                    spec = await turn.read(lambda tx: self._spec(tx, volume))
                    await self._storage.change(turn, driver.ensure_volume, spec, turn.fence, copies=True)
                case EnsureSize():
                    await self._storage.change(turn, driver.ensure_size, volume.id, volume.size * GIB, turn.fence)
                case EnsureVolumeAbsent():
                    await self._storage.change(turn, driver.ensure_absent, volume.id, turn.fence)
                case _:
                    await turn.write(lambda tx: _forget(tx, volume))
        except Impossible as error:
            message = str(error)
            await turn.write(lambda tx: _fail(tx, volume, message))

    def _spec(self, tx: Tx, volume: Volume) -> VolumeSpec:
        return VolumeSpec(
            id=volume.id,
            size=volume.size * GIB,
            image=self._base_image(tx, volume.image_id) if volume.image_id else None,
            snapshot_id=volume.snapshot_id,
            volume_id=volume.source_volume_id,
        )

    def _base_image(self, tx: Tx, image_id: str) -> BaseImage:
        image = self._service.images.get(tx, image_id)
        if image is None or image.path is None or image.disk_format is None:
            raise Impossible(f"Image {image_id} is gone. Create the volume from another.")
        return BaseImage(image.id, image.path, image.disk_format, image.virtual_size or image.size or 0)


def _waits(tx: Tx, volume: Volume) -> bool:
    """Whether what it is made from is still being made."""
    if volume.launched_at is not None:
        return False
    if volume.snapshot_id is not None:
        snapshot = snapshots.get_snapshot(tx, volume.snapshot_id)
        return snapshot is not None and snapshot.launched_at is None and snapshot.fault is None
    source = volumes.get_volume(tx, volume.source_volume_id) if volume.source_volume_id else None
    return source is not None and source.launched_at is None and source.fault is None


def _changes(volume: Volume, seen: Seen, verdict: Any, now: datetime | None) -> dict[str, Any]:
    """The columns to change; `now` None asks only whether there are any."""
    found: dict[str, Any] = {}
    if isinstance(verdict, Done) and volume.deleted_at is None:
        found = {"stored_size": volume.size, "observed_generation": volume.generation}
        if volume.launched_at is None:
            found |= {"launched_at": now, "updated_at": now}
        elif volume.stored_size != volume.size:
            found |= {"updated_at": now}
    if isinstance(verdict, Terminal) and volume.fault is None:
        found = _fault(volume, verdict.fault, now)
    return {name: value for name, value in found.items() if getattr(volume, name) != value or name == "launched_at"}


def _fault(volume: Volume, message: str, now: datetime | None) -> dict[str, Any]:
    return {"fault": message, "fault_at": now, "observed_generation": volume.generation, "updated_at": now}


def _fail(tx: Tx, volume: Volume, message: str) -> None:
    """It cannot be as wanted: say so, and stop trying until the wish changes."""
    if volumes.record_if_unchanged(tx, volume, **_fault(volume, message, tx.now)):
        events.record(tx, SYSTEM, "volume.volume.fault", volume.id, volume.project_id, message=message)
        _wake_attachment(tx, volume)


def _wake_attachment(tx: Tx, volume: Volume) -> None:
    """What waits for the volume looks again: to be let in, or to learn that it never will be."""
    found = attachments.of_volume(tx, volume.id)
    if found is not None:
        attachments.wake(tx, found)


def _forget(tx: Tx, volume: Volume) -> None:
    volumes.delete_volume_row(tx, volume.id)
    events.record(tx, SYSTEM, "volume.volume.deleted", volume.id, volume.project_id)
