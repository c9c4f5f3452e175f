"""Find what the actor may touch. What is foreign does not exist for them; a rule they lack is 403."""

from collections.abc import Iterable
from dataclasses import replace

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment, Snapshot, Volume, status_of
from altostratus.services.volume.errors import (
    AttachmentNotFound,
    InvalidVolume,
    SnapshotNotFound,
    VolumeNotFound,
)
from altostratus.services.volume.store import attachments, snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService


def find_volume(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, rule: str = "volume:get") -> Volume:
    """The volume, if the actor may do to it what the rule says."""
    found = volumes.get_volume(tx, volume_id)
    if found is None or not _sees(service, actor, "volume:get", found.project_id):
        raise VolumeNotFound(id=volume_id)
    service.policy.require(actor, rule, {"project_id": found.project_id, "user_id": found.user_id})
    return found


def find_snapshot(
    tx: Tx, service: BlockStorageService, actor: Actor, snapshot_id: str, rule: str = "volume:get_snapshot"
) -> Snapshot:
    """The snapshot, if the actor may do to it what the rule says."""
    found = snapshots.get_snapshot(tx, snapshot_id)
    if found is None or not _sees(service, actor, "volume:get_snapshot", found.project_id):
        raise SnapshotNotFound(id=snapshot_id)
    service.policy.require(actor, rule, {"project_id": found.project_id, "user_id": found.user_id})
    return found


def find_attachment(
    tx: Tx, service: BlockStorageService, actor: Actor, attachment_id: str, rule: str = "volume:get"
) -> Attachment:
    """The attachment, if the actor may do to it what the rule says. Cinder has no rule for who sees one."""
    found = attachments.get(tx, attachment_id)
    if found is None or not _sees(service, actor, "volume:get", found.project_id):
        raise AttachmentNotFound(id=attachment_id)
    service.policy.require(actor, rule, {"project_id": found.project_id})
    return found


def require_status(tx: Tx, volume: Volume, action: str, allowed: Iterable[str]) -> None:
    """Refuse what needs the volume's bytes unless they are there and its status is one of these; what an administrator
    has it shown as neither makes it nor frees it."""
    attachment = attachments.of_volume(tx, volume.id)
    status = status_of(volume, attachment)
    taken = attachment is not None and "in-use" not in allowed
    if status not in allowed or volume.launched_at is None or taken:
        really = status_of(replace(volume, forced_status=None), attachment) if status in allowed else status
        wanted = " or ".join(allowed)
        raise InvalidVolume(reason=f"Volume {volume.id} status must be {wanted} to {action}, but it is {really}.")


def _sees(service: BlockStorageService, actor: Actor, rule: str, project_id: str) -> bool:
    """Whose role in the project does not reach as far as the rule does is told so; who is not in it sees nothing."""
    own = project_id == actor.project_id
    return own or service.policy.allows(actor, rule, {"project_id": project_id})
