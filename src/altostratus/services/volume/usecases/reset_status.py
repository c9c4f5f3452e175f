"""Have a volume or a snapshot shown in another status, as an administrator, until its wish changes."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import snapshot_status_of, status_of
from altostratus.services.volume.errors import AttachedByServer, InvalidVolume
from altostratus.services.volume.store import attachments, snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.find_volume import find_snapshot, find_volume

_RULE = "volume_extension:{}_admin_actions:reset_status"


def reset_volume_status(
    tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, status: str | None, detached: bool
) -> None:
    """`detached` forgets an attachment that nobody here sees to. A failed volume that is to be `available` is tried
    again: its fault is forgotten."""
    volume = find_volume(tx, service, actor, volume_id, _RULE.format("volume"))
    attachment = attachments.of_volume(tx, volume_id)
    if status == "in-use" and attachment is None:
        raise InvalidVolume(reason="Cannot reset-state to in-use because volume does not have any attachments.")
    if detached and attachment is not None:
        if attachment.owner is not None:
            raise AttachedByServer(id=volume_id, server=attachment.instance_id)
        attachments.delete(tx, attachment.id)
    if status is not None and volume.deleted_at is None:
        volumes.wish(tx, volume_id)
        again = volumes.get_volume(tx, volume_id)
        if again is not None and status_of(again, attachments.of_volume(tx, volume_id)) != status:
            volumes.update_volume(tx, volume_id, forced_status=status)
    events.record(tx, actor, "volume.volume.reset", volume_id, volume.project_id, status=status)


def reset_snapshot_status(tx: Tx, service: BlockStorageService, actor: Actor, snapshot_id: str, status: str) -> None:
    snapshot = find_snapshot(tx, service, actor, snapshot_id, _RULE.format("snapshot"))
    if snapshot.deleted_at is None:
        snapshots.wish(tx, snapshot_id)
        again = snapshots.get_snapshot(tx, snapshot_id)
        if again is not None and snapshot_status_of(again) != status:
            snapshots.update_snapshot(tx, snapshot_id, forced_status=status)
    events.record(tx, actor, "volume.snapshot.reset", snapshot_id, snapshot.project_id, status=status)
