"""Attach volumes to a server, new ones and those that are there. See contracts.volume for what follows."""

from collections.abc import Sequence
from dataclasses import fields

from altostratus.contracts import volume as contract
from altostratus.contracts.volume import VolumeWish
from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import DEV, Attachment, Volume, snapshot_status_of
from altostratus.services.volume.errors import InvalidVolume
from altostratus.services.volume.store import attachments, snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.attach_volume import claim
from altostratus.services.volume.usecases.create_volume import NewVolume, create_volume
from altostratus.services.volume.usecases.find_volume import find_volume, require_status


def attach_to_server(
    tx: Tx, service: BlockStorageService, actor: Actor, owner: str, host_id: str | None, wishes: Sequence[VolumeWish]
) -> list[Attachment]:
    """One attachment for each wish, in order. Raises VolumeNotFound, InvalidVolume, and what making a volume raises."""
    return [_attach(tx, service, actor, owner, host_id, wish) for wish in wishes]


def _attach(
    tx: Tx, service: BlockStorageService, actor: Actor, owner: str, host_id: str | None, wish: VolumeWish
) -> Attachment:
    volume = _new_volume(tx, service, actor, wish) or _still_volume(tx, service, actor, wish.volume_id or "")
    row = claim(
        tx,
        volume,
        owner=owner,
        instance_id=owner.split("/", 1)[1],
        host_id=host_id,
        device=DEV + wish.device,
        boot_index=wish.boot_index,
        delete_on_termination=wish.delete_on_termination,
        tag=wish.tag,
    )
    events.record(tx, actor, "volume.volume.attach", volume.id, volume.project_id, attachment=row.id, server=owner)
    return row


def _new_volume(tx: Tx, service: BlockStorageService, actor: Actor, wish: VolumeWish) -> Volume | None:
    return create_volume(tx, service, actor, asked_by(wish.new)) if wish.new else None


def asked_by(new: contract.NewVolume) -> NewVolume:
    """What another service asks for, as the use case has it."""
    return NewVolume(**{each.name: getattr(new, each.name) for each in fields(new)})


def _still_volume(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> Volume:
    """One that nobody has, and that is not just being copied where that needs it to be still."""
    volume = find_volume(tx, service, actor, volume_id, "volume:attachment_create")
    require_status(tx, volume, "be attached", ("available",))
    if attachments.of_volume(tx, volume.id) is not None:  # whatever an administrator has it shown as
        raise InvalidVolume(reason=f"Volume {volume_id} is attached, or about to be.")
    if not service.storage.driver.capabilities().copies_in_use and _is_copied(tx, volume.id):
        raise InvalidVolume(reason=f"Volume {volume_id} is being copied. Try again when that is done.")
    return volume


def _is_copied(tx: Tx, volume_id: str) -> bool:
    of_it = snapshots.of_volume(tx, volume_id)
    return volumes.made_from(tx, volume_id) or any(snapshot_status_of(each) == "creating" for each in of_it)
