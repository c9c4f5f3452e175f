"""What others than compute say they do with a volume, through the older actions or the attachments API: it is noted in
a row without an owner, which keeps everybody else away. What compute attached is compute's alone to detach."""

from typing import Any

import msgspec

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment, Volume
from altostratus.services.volume.errors import AttachedByServer, InvalidInput, InvalidVolume
from altostratus.services.volume.store import attachments, volumes
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.find_volume import find_attachment, find_volume, require_status

LARGEST_CONNECTOR = 8192
"""Bytes of JSON that a client may tell of itself."""
_RESERVED = {"reserved": True}
"""The connector of a volume that is `attaching` and nobody has said where to."""
_RULE = "volume_extension:volume_actions:"


def note(tx: Tx, volume: Volume, **values: Any) -> Attachment:
    """A row without an owner, for a volume that nobody has."""
    require_status(tx, volume, "be attached", ("available",))
    return claim(tx, volume, **values)


def claim(tx: Tx, volume: Volume, **values: Any) -> Attachment:
    """A row that keeps others away from a volume."""
    known: dict[str, Any] = {
        "id": tx.new_id(),
        "volume_id": volume.id,
        "project_id": volume.project_id,
        "owner": None,
        "instance_id": None,
        "host_name": None,
        "device": "",
        "readonly": volume.readonly,
        "boot_index": None,
        "delete_on_termination": False,
        "tag": None,
        "connector": None,
        "host_id": None,
        "source": None,
        "attached_at": None,
        "detach_asked_at": None,
        "released_at": None,
        "terminated": False,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    row = Attachment(**{**known, **values})
    attachments.insert(tx, row)
    return row


def forget(tx: Tx, actor: Actor, row: Attachment) -> None:
    """It is detached: a row without an owner goes at once; compute is asked to, by whom it listens to."""
    require_free(actor, row)
    if row.owner is None:
        volumes.update_volume(tx, row.volume_id, forced_status=None)
        attachments.delete(tx, row.id)
    elif row.detach_asked_at is None:
        attachments.update(tx, row.id, detach_asked_at=tx.now)
    events.record(tx, actor, "volume.volume.detach", row.volume_id, row.project_id, attachment=row.id)


def require_free(actor: Actor, row: Attachment) -> None:
    """Refuse to take from a server what compute attached to it, but to a service (CVE-2023-2088)."""
    if row.owner is not None and not (actor.is_admin and "service" in actor.roles):
        raise AttachedByServer(id=row.volume_id, server=row.instance_id)


def connector_of(asked: dict[str, Any]) -> dict[str, Any]:
    """What a client says of itself, of bounded size."""
    if len(msgspec.json.encode(asked)) > LARGEST_CONNECTOR:
        raise InvalidInput(reason=f"a connector has at most {LARGEST_CONNECTOR} bytes")
    return asked


# -- the older actions ---------------------------------------------------------------------------------------


def reserve(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> None:
    """Keep everybody else away; the volume is `attaching`."""
    note(tx, find_volume(tx, service, actor, volume_id, f"{_RULE}reserve"), connector=_RESERVED)


def unreserve(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> None:
    """The contrary; nothing happens to one that is attached, or that nobody reserved."""
    find_volume(tx, service, actor, volume_id, f"{_RULE}unreserve")
    row = attachments.of_volume(tx, volume_id)
    if row is not None and row.attached_at is None:
        forget(tx, actor, row)


def attach(
    tx: Tx,
    service: BlockStorageService,
    actor: Actor,
    volume_id: str,
    *,
    instance_id: str | None,
    host_name: str | None,
    device: str,
    readonly: bool,
) -> None:
    """It has been attached, by somebody else."""
    volume = find_volume(tx, service, actor, volume_id, f"{_RULE}attach")
    if volume.readonly and not readonly:
        raise InvalidVolume(reason=f"Invalid attaching mode 'rw' for volume {volume_id}: it may only be read.")
    said = {"instance_id": instance_id, "host_name": host_name, "device": device, "readonly": readonly}
    row = attachments.of_volume(tx, volume_id)
    if row is None:
        row = note(tx, volume, **said, attached_at=tx.now)
    elif row.owner is not None or row.attached_at is not None:
        raise InvalidVolume(reason=f"Volume {volume_id} is already attached, or about to be.")
    else:
        attachments.update(tx, row.id, **said, attached_at=tx.now)
    events.record(tx, actor, "volume.volume.attach", volume_id, volume.project_id, attachment=row.id)


def detach(
    tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, attachment_id: str | None, rule: str
) -> None:
    """It has been detached. A volume that nobody has stays as it is; an attachment of another one is refused
    (OSSA-2023-003)."""
    find_volume(tx, service, actor, volume_id, rule)
    if attachment_id is not None and find_attachment(tx, service, actor, attachment_id).volume_id != volume_id:
        raise InvalidInput(reason=f"Mismatching volume and attachment: {attachment_id} is not of volume {volume_id}.")
    row = attachments.of_volume(tx, volume_id)
    if row is not None:
        forget(tx, actor, row)


def begin_detaching(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> None:
    """It is about to be detached."""
    find_volume(tx, service, actor, volume_id, f"{_RULE}begin_detaching")
    row = attachments.of_volume(tx, volume_id)
    if row is None or row.attached_at is None or row.detach_asked_at is not None:
        raise InvalidVolume(
            reason="Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to"
            " detach."
        )
    require_free(actor, row)
    attachments.update(tx, row.id, detach_asked_at=tx.now)


def roll_detaching(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> None:
    """It is not to be detached after all."""
    find_volume(tx, service, actor, volume_id, f"{_RULE}roll_detaching")
    row = attachments.of_volume(tx, volume_id)
    if row is not None and row.detach_asked_at is not None:
        require_free(actor, row)
        attachments.update(tx, row.id, detach_asked_at=None)


def initialize_connection(
    tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, connector: dict[str, Any]
) -> dict[str, Any]:
    """How a volume is reached: only by a server, so that nobody outside can."""
    volume = find_volume(tx, service, actor, volume_id, f"{_RULE}initialize_connection")
    row = attachments.of_volume(tx, volume_id)
    if row is not None and row.owner is None:
        attachments.update(tx, row.id, connector=connector_of(connector))
    return connection_info(volume_id, readonly=row.readonly if row else volume.readonly)


def terminate_connection(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str) -> None:
    """Nobody outside reaches it any more; a reservation ends with that."""
    find_volume(tx, service, actor, volume_id, f"{_RULE}terminate_connection")
    row = attachments.of_volume(tx, volume_id)
    if row is not None:
        require_free(actor, row)
        if row.attached_at is None:
            forget(tx, actor, row)


def connection_info(volume_id: str, readonly: bool) -> dict[str, Any]:
    """What Cinder tells of a connection; where the bytes are on the host is nobody's business."""
    data = {"volume_id": volume_id, "access_mode": "ro" if readonly else "rw", "encrypted": False, "qos_specs": None}
    return {"driver_volume_type": "none", "data": data}
