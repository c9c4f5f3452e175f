"""The attachments API (3.27): reserve a volume, say who connects to it, say that it is attached, let it go."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment
from altostratus.services.volume.errors import AttachmentNotFound, InvalidAttachment
from altostratus.services.volume.store import attachment_lists, attachments
from altostratus.services.volume.store.lists import Query
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.attach_volume import connector_of, forget, note, require_free
from altostratus.services.volume.usecases.find_volume import find_attachment, find_volume


def create_attachment(
    tx: Tx,
    service: BlockStorageService,
    actor: Actor,
    volume_id: str,
    instance_id: str | None,
    connector: dict[str, Any] | None,
    mode: str | None,
) -> Attachment:
    """Keep a volume for somebody; with a connector they are about to attach it."""
    volume = find_volume(tx, service, actor, volume_id, "volume:attachment_create")
    said = _said(connector)
    readonly = volume.readonly or (mode or (connector or {}).get("mode")) == "ro"
    row = note(tx, volume, instance_id=instance_id, readonly=readonly, **said)
    events.record(tx, actor, "volume.attachment.create", row.id, row.project_id, volume=volume_id)
    return row


def update_attachment(
    tx: Tx, service: BlockStorageService, actor: Actor, attachment_id: str, connector: dict[str, Any]
) -> Attachment:
    """Say who attaches it."""
    row = find_attachment(tx, service, actor, attachment_id, "volume:attachment_update")
    require_free(actor, row)
    if row.owner is not None:
        raise InvalidAttachment(reason="the compute service says where a server's volumes go.")
    readonly = row.readonly or connector.get("mode") == "ro"
    attachments.update(tx, row.id, readonly=readonly, **_said(connector))
    return find_attachment(tx, service, actor, attachment_id)


def complete_attachment(tx: Tx, service: BlockStorageService, actor: Actor, attachment_id: str) -> None:
    """It is attached: the volume is in use."""
    row = find_attachment(tx, service, actor, attachment_id, "volume:attachment_complete")
    require_free(actor, row)
    if row.owner is None and row.attached_at is None:
        attachments.update(tx, row.id, attached_at=tx.now)
        events.record(tx, actor, "volume.volume.attach", row.volume_id, row.project_id, attachment=row.id)


def delete_attachment(tx: Tx, service: BlockStorageService, actor: Actor, attachment_id: str) -> None:
    """Let it go."""
    forget(tx, actor, find_attachment(tx, service, actor, attachment_id, "volume:attachment_delete"))


def list_attachments(tx: Tx, query: Query) -> list[Attachment]:
    """A page of attachments; whose is up to the query."""
    try:
        return attachment_lists.list_attachments(tx, query)
    except LookupError:
        raise AttachmentNotFound(id=query.marker) from None


def _said(connector: dict[str, Any] | None) -> dict[str, Any]:
    """The columns that a connector fills."""
    if not connector:
        return {}
    host, device = connector.get("host"), connector.get("mountpoint")
    said: dict[str, Any] = {"connector": connector_of(connector)}
    if isinstance(host, str):
        said["host_name"] = host[:255]
    if isinstance(device, str):
        said["device"] = device[:255]
    return said
