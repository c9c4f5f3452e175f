"""The reconciler of attachments, the storage's part: who may write to a volume. Compute does the rest: see
contracts.volume."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.reconcile import Outcome, Pass
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.plan import Seen, plan_attachment
from altostratus.services.volume.domain.steps import ATTACHMENT_STEPS, Connect, Disconnect, Step
from altostratus.services.volume.domain.volume import Attachment, Volume
from altostratus.services.volume.reconcilers.storage import Storage
from altostratus.services.volume.store import attachments, snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService


@dataclass(frozen=True, slots=True)
class Wanted:
    """The row, and its volume's."""

    attachment: Attachment
    volume: Volume


class AttachmentReconciler:
    """kind 'volume.attachment'"""

    kind: ClassVar[str] = "volume.attachment"
    steps: ClassVar[tuple[type, ...]] = ATTACHMENT_STEPS

    def __init__(self, service: BlockStorageService) -> None:
        self._storage = Storage(service.storage, service.config.copy_seconds)

    def due(self, tx: Tx) -> Iterable[str]:
        return attachments.due(tx)

    def load(self, tx: Tx, key: str) -> Wanted | None:
        attachment = attachments.get(tx, key)
        volume = volumes.get_volume(tx, attachment.volume_id) if attachment else None
        return Wanted(attachment, volume) if attachment and volume else None

    async def observe(self, wanted: Wanted, turn: Pass) -> Seen:
        return await self._storage.volume(turn, wanted.volume.id)

    def plan(self, wanted: Wanted, seen: Seen, now: datetime) -> Step | Outcome:
        return plan_attachment(wanted.attachment, wanted.volume, seen)

    def news(self, wanted: Wanted, seen: Seen, verdict: Any) -> bool:
        return False

    def record(self, tx: Tx, wanted: Wanted, seen: Seen, verdict: Any) -> None:
        """Nothing to write down: what is done stands in the row."""

    async def take(self, step: Step, wanted: Wanted, turn: Pass) -> None:
        attachment, driver = wanted.attachment, self._storage.driver
        match step:
            case Connect():
                host_id = attachment.host_id or ""
                key = (attachment.volume_id, attachment.id, host_id)
                source = asdict(await self._storage.change(turn, driver.ensure_connected, *key, turn.fence))
                await turn.write(lambda tx: attachments.update(tx, attachment.id, source=source))
            case Disconnect():
                await self._disconnect(attachment, turn)
            case _:
                if attachment.host_id is not None and attachment.source is None:
                    await self._disconnect(attachment, turn)  # leaves a fence for a `Connect` that hung, and comes late
                await turn.write(lambda tx: _forget(tx, attachment))

    async def _disconnect(self, attachment: Attachment, turn: Pass) -> None:
        key = (attachment.volume_id, attachment.id)
        await self._storage.change(turn, self._storage.driver.ensure_disconnected, *key, turn.fence)


def _forget(tx: Tx, attachment: Attachment) -> None:
    """The volume is free again, or goes where it was to go with its server: unless something is or will be made from
    it, which would keep it `deleting` for who knows how long. Then it stays, as it does with Nova."""
    volume = volumes.get_volume(tx, attachment.volume_id)
    attachments.delete(tx, attachment.id)
    volumes.update_volume(tx, attachment.volume_id, updated_at=tx.now)
    events.record(tx, SYSTEM, "volume.attachment.deleted", attachment.id, attachment.project_id)
    goes = attachment.terminated and attachment.delete_on_termination and volume and volume.deleted_at is None
    if volume and goes and not snapshots.of_volume(tx, volume.id) and not volumes.made_from(tx, volume.id):
        volumes.wish(tx, volume.id, deleted_at=tx.now)
        events.record(tx, SYSTEM, "volume.volume.delete", volume.id, volume.project_id, name=volume.name)
