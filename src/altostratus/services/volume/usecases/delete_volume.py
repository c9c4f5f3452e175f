"""Delete a volume: `deleted_at` is the wish; the row stays until nothing of the volume is left anywhere."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Snapshot, Volume, snapshot_status_of, status_of
from altostratus.services.volume.errors import InvalidVolume
from altostratus.services.volume.store import attachments, snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.find_volume import find_volume

DELETABLE = ("available", "error", "error_restoring", "error_extending", "error_managing")


def delete_volume(
    tx: Tx,
    service: BlockStorageService,
    actor: Actor,
    volume_id: str,
    *,
    cascade: bool = False,
    force: bool = False,
    rule: str = "volume:force_delete",
) -> None:
    """With its snapshots where `cascade` says so; by `force` (for which `rule` has to hold) whatever its status is,
    if only nothing is attached. One that is being deleted already is left alone by force, and refused otherwise."""
    volume = find_volume(tx, service, actor, volume_id, "volume:delete")
    if force:
        service.policy.require(actor, rule, {"project_id": volume.project_id})
    _require_unused(tx, volume, force)
    mine = snapshots.of_volume(tx, volume_id)
    if mine and not cascade:
        raise _refused(volume, "it has snapshots")
    for snapshot in mine:
        _require_deletable(tx, volume, snapshot, force)
    for snapshot in mine:
        if snapshot.deleted_at is None:
            snapshots.wish(tx, snapshot.id, deleted_at=tx.now)
            events.record(tx, actor, "volume.snapshot.delete", snapshot.id, snapshot.project_id)
    if volume.deleted_at is None:
        volumes.wish(tx, volume_id, deleted_at=tx.now)
        events.record(tx, actor, "volume.volume.delete", volume_id, volume.project_id, name=volume.name)


def _require_unused(tx: Tx, volume: Volume, force: bool) -> None:
    attachment = attachments.of_volume(tx, volume.id)
    status = status_of(volume, attachment)
    if not force and status not in DELETABLE:
        raise _refused(volume, f"its status is {status}")
    if attachment is not None:
        if not force or attachment.owner or attachment.attached_at:
            raise _refused(volume, "it is attached, or about to be")
        attachments.delete(tx, attachment.id)
    if volumes.made_from(tx, volume.id):
        raise _refused(volume, "another volume is being made from it")


def _require_deletable(tx: Tx, volume: Volume, snapshot: Snapshot, force: bool) -> None:
    status = snapshot_status_of(snapshot)
    if not force and status not in ("available", "error", "deleting"):
        raise _refused(volume, f"its snapshot {snapshot.id} is {status}")
    if volumes.made_from_snapshot(tx, snapshot.id):
        raise _refused(volume, f"a volume is being made from its snapshot {snapshot.id}")


def _refused(volume: Volume, why: str) -> InvalidVolume:
    wanted = " or ".join(DELETABLE)
    return InvalidVolume(
        reason=f"Volume {volume.id} status must be {wanted}, and it must not be attached, have snapshots or be in use"
        f" otherwise: {why}."
    )
