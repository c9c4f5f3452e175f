"""Snapshots: create, change, delete, list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Snapshot, Volume, snapshot_status_of
from altostratus.services.volume.errors import (
    InvalidSnapshot,
    InvalidVolume,
    MetadataNotFound,
    MetadataQuota,
    SnapshotNotFound,
)
from altostratus.services.volume.store import attachments, snapshot_lists, snapshots, volumes
from altostratus.services.volume.store.lists import Query
from altostratus.services.volume.usecases import BlockStorageService, quotas
from altostratus.services.volume.usecases.find_volume import find_snapshot, find_volume, require_status

_FORCED = "volume_extension:snapshot_admin_actions:force_delete"


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """What was asked for. `in_use`: also of a volume that is in use."""

    volume_id: str
    in_use: bool
    name: str = ""
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


def create_snapshot(tx: Tx, service: BlockStorageService, actor: Actor, new: NewSnapshot) -> Snapshot:
    """The new snapshot, of the volume's project."""
    volume = find_volume(tx, service, actor, new.volume_id, "volume:create_snapshot")
    _require_copyable(tx, service, volume, new.in_use)
    _require_few(service, new.metadata)
    quotas.require_room(tx, service, volume.project_id, snapshots=1, gigabytes=volume.size)
    row = _row(tx, actor, volume, new)
    snapshots.insert_snapshot(tx, row)
    events.record(tx, actor, "volume.snapshot.create", row.id, row.project_id, volume=volume.id, size=row.size)
    return row


def _require_copyable(tx: Tx, service: BlockStorageService, volume: Volume, in_use: bool) -> None:
    require_status(tx, volume, "make a snapshot", ("available", "in-use") if in_use else ("available",))
    attached = attachments.of_volume(tx, volume.id) is not None
    if attached and not service.storage.capabilities.copies_in_use:
        raise InvalidVolume(
            reason=f"Volume {volume.id} is in use, and the storage cannot copy what is being written to: detach it, or"
            " stop using it, first."
        )


def update_snapshot(tx: Tx, service: BlockStorageService, actor: Actor, snapshot_id: str, **values: Any) -> Snapshot:
    """Change name or description."""
    found = find_snapshot(tx, service, actor, snapshot_id, "volume:update_snapshot")
    return _write(tx, actor, found, **values)


def delete_snapshot(tx: Tx, service: BlockStorageService, actor: Actor, snapshot_id: str, force: bool = False) -> None:
    """By force whatever its status is."""
    found = find_snapshot(tx, service, actor, snapshot_id, "volume:delete_snapshot")
    if force:
        service.policy.require(actor, _FORCED, {"project_id": found.project_id})
    status = snapshot_status_of(found)
    if not force and status not in ("available", "error"):
        raise InvalidSnapshot(reason=f"Snapshot status must be available or error, but it is {status}.")
    if volumes.made_from_snapshot(tx, snapshot_id):
        raise InvalidSnapshot(reason="a volume is being made from it.")
    if found.deleted_at is None:
        snapshots.wish(tx, snapshot_id, deleted_at=tx.now)
        events.record(tx, actor, "volume.snapshot.delete", snapshot_id, found.project_id)


def set_metadata(
    tx: Tx, service: BlockStorageService, actor: Actor, snapshot_id: str, items: Mapping[str, str], replace: bool
) -> dict[str, str]:
    """Add items, or make them all there is; the metadata afterwards."""
    found = find_snapshot(tx, service, actor, snapshot_id, "volume:update_snapshot_metadata")
    metadata = dict(items) if replace else {**found.metadata, **items}
    _require_few(service, metadata)
    return _write(tx, actor, found, metadata=metadata).metadata


def delete_metadata(tx: Tx, service: BlockStorageService, actor: Actor, snapshot_id: str, key: str) -> None:
    found = find_snapshot(tx, service, actor, snapshot_id, "volume:delete_snapshot_metadata")
    if key not in found.metadata:
        raise MetadataNotFound(what="Snapshot", id=snapshot_id, key=key)
    _write(tx, actor, found, metadata={name: value for name, value in found.metadata.items() if name != key})


def list_snapshots(tx: Tx, query: Query) -> list[Snapshot]:
    """A page of snapshots; whose is up to the query."""
    try:
        return snapshot_lists.list_snapshots(tx, query)
    except LookupError:
        raise SnapshotNotFound(id=query.marker) from None


def _require_few(service: BlockStorageService, metadata: Mapping[str, str]) -> None:
    if len(metadata) > service.config.metadata_items:
        raise MetadataQuota(allowed=service.config.metadata_items)


def _write(tx: Tx, actor: Actor, found: Snapshot, **values: Any) -> Snapshot:
    snapshots.update_snapshot(tx, found.id, updated_at=tx.now, **values)
    events.record(tx, actor, "volume.snapshot.update", found.id, found.project_id)
    changed = snapshots.get_snapshot(tx, found.id)
    assert changed is not None
    return changed


def _row(tx: Tx, actor: Actor, volume: Volume, new: NewSnapshot) -> Snapshot:
    return Snapshot(
        id=tx.new_id(),
        project_id=volume.project_id,
        user_id=actor.user_id,
        volume_id=volume.id,
        name=new.name,
        description=new.description,
        size=volume.size,
        metadata=new.metadata,
        fault=None,
        fault_at=None,
        forced_status=None,
        request_id=tx.correlation,
        created_at=tx.now,
        updated_at=tx.now,
        launched_at=None,
        deleted_at=None,
    )
