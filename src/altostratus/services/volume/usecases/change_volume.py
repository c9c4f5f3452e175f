"""Change what is only written down of a volume: name, description, metadata, flags."""

from collections.abc import Mapping
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Volume
from altostratus.services.volume.errors import MetadataNotFound, MetadataQuota
from altostratus.services.volume.store import volumes
from altostratus.services.volume.usecases import BlockStorageService
from altostratus.services.volume.usecases.find_volume import find_volume, require_status

READONLY = "readonly"
"""The flag as Cinder shows it, among the metadata, once it has been set."""


def update_volume(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, **values: Any) -> Volume:
    """Change name, description or all of the metadata."""
    volume = find_volume(tx, service, actor, volume_id, "volume:update")
    if "metadata" in values:
        _require_few(service, values["metadata"])
    return _write(tx, actor, volume, **values)


def set_metadata(
    tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, items: Mapping[str, str], replace: bool
) -> dict[str, str]:
    """Add items, or make them all there is; the metadata afterwards."""
    rule = "volume:update_volume_metadata" if replace else "volume:create_volume_metadata"
    volume = find_volume(tx, service, actor, volume_id, rule)
    metadata = dict(items) if replace else {**volume.metadata, **items}
    _require_few(service, metadata)
    return _write(tx, actor, volume, metadata=metadata).metadata


def delete_metadata(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, key: str) -> None:
    volume = find_volume(tx, service, actor, volume_id, "volume:delete_volume_metadata")
    _write(tx, actor, volume, metadata=_without(volume.metadata, key, volume_id))


def set_image_metadata(
    tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, items: Mapping[str, str]
) -> dict[str, str]:
    """Add items; all that is known of the image afterwards."""
    volume = find_volume(tx, service, actor, volume_id, "volume_extension:volume_image_metadata:set")
    metadata = {**volume.image_metadata, **items}
    _require_few(service, metadata)
    return _write(tx, actor, volume, image_metadata=metadata).image_metadata


def unset_image_metadata(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, key: str) -> None:
    volume = find_volume(tx, service, actor, volume_id, "volume_extension:volume_image_metadata:remove")
    _write(tx, actor, volume, image_metadata=_without(volume.image_metadata, key, volume_id))


def set_readonly(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, readonly: bool) -> None:
    """Whoever gets the volume from now on may only read it."""
    volume = find_volume(tx, service, actor, volume_id, "volume:update_readonly_flag")
    require_status(tx, volume, "update its readonly flag", ("available",))
    _write(tx, actor, volume, readonly=readonly, metadata={**volume.metadata, READONLY: str(readonly)})


def set_bootable(tx: Tx, service: BlockStorageService, actor: Actor, volume_id: str, bootable: bool) -> None:
    _write(tx, actor, find_volume(tx, service, actor, volume_id, "volume:update"), bootable=bootable)


def _without(metadata: Mapping[str, str], key: str, volume_id: str) -> dict[str, str]:
    if key not in metadata:
        raise MetadataNotFound(what="Volume", id=volume_id, key=key)
    return {name: value for name, value in metadata.items() if name != key}


def _require_few(service: BlockStorageService, metadata: Mapping[str, str]) -> None:
    if len(metadata) > service.config.metadata_items:
        raise MetadataQuota(allowed=service.config.metadata_items)


def _write(tx: Tx, actor: Actor, volume: Volume, **values: Any) -> Volume:
    volumes.update_volume(tx, volume.id, updated_at=tx.now, **values)
    events.record(tx, actor, "volume.volume.update", volume.id, volume.project_id)
    changed = volumes.get_volume(tx, volume.id)
    assert changed is not None
    return changed
