"""Create a volume: check its source and its size, count quota, write the row, wake the reconciler."""

from dataclasses import dataclass, field

from altostratus.contracts.image import Image
from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain import volume_type
from altostratus.services.volume.domain.volume import Snapshot, Volume, snapshot_status_of
from altostratus.services.volume.errors import (
    ImageUnusable,
    InvalidInput,
    InvalidSnapshot,
    MetadataQuota,
    TypeNotFound,
)
from altostratus.services.volume.store import volumes
from altostratus.services.volume.usecases import ZONE, BlockStorageService, quotas
from altostratus.services.volume.usecases.find_volume import find_snapshot, find_volume, require_status

GIB = 1 << 30
FORMATS = ("raw", "qcow2")


@dataclass(frozen=True, slots=True)
class NewVolume:
    """What was asked for: empty, or from one of three sources. `size` in GiB, None for that of its source."""

    size: int | None = None
    name: str = ""
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    image_id: str | None = None
    snapshot_id: str | None = None
    volume_id: str | None = None
    type: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """What the new volume has from what it is made of; `size` in GiB is the smallest that it may have."""

    kind: str = ""
    size: int = 1
    default_size: int | None = None
    bootable: bool = False
    image_metadata: dict[str, str] = field(default_factory=dict)


def create_volume(tx: Tx, service: BlockStorageService, actor: Actor, new: NewVolume) -> Volume:
    """The new volume, of the actor's project."""
    service.policy.require(actor, "volume:create")
    if not actor.project_id:
        raise InvalidInput(reason="a volume belongs to a project, and this token is not for one")
    _check(service, new)
    source = _source(tx, service, actor, new)
    size = _size(new, source)
    quotas.require_size(tx, service, actor.project, size)
    quotas.require_room(tx, service, actor.project, volumes=1, gigabytes=size)
    row = _row(tx, actor, new, source, size)
    volumes.insert_volume(tx, row)
    events.record(tx, actor, "volume.volume.create", row.id, name=row.name, size=size)
    return row


def _check(service: BlockStorageService, new: NewVolume) -> None:
    if new.type not in (None, "", volume_type.NAME, volume_type.ID):
        raise TypeNotFound(id=new.type)
    if new.zone not in (None, ZONE):
        raise InvalidInput(reason=f"Availability zone '{new.zone}' is invalid")
    if len(new.metadata) > service.config.metadata_items:
        raise MetadataQuota(allowed=service.config.metadata_items)
    if sum(source is not None for source in (new.image_id, new.snapshot_id, new.volume_id)) > 1:
        raise InvalidInput(reason="May specify only one of snapshot, source volume or image")


def _source(tx: Tx, service: BlockStorageService, actor: Actor, new: NewVolume) -> _Source:
    if new.image_id is not None:
        service.policy.require(actor, "volume:create_from_image")
        return _of_image(service.images.find(tx, actor, new.image_id))
    if new.snapshot_id is not None:
        return _of_snapshot(tx, find_snapshot(tx, service, actor, new.snapshot_id))
    if new.volume_id is not None:
        found = find_volume(tx, service, actor, new.volume_id)
        copied = service.storage.capabilities.copies_in_use
        require_status(tx, found, "be copied", ("available", "in-use") if copied else ("available",))
        return _Source("source volume", found.size, found.size, found.bootable, found.image_metadata)
    return _Source()


def _of_snapshot(tx: Tx, found: Snapshot) -> _Source:
    status = snapshot_status_of(found)
    if status != "available" or found.launched_at is None:
        raise InvalidSnapshot(reason=f"snapshot {found.id} status must be available, but it is {status}.")
    parent = volumes.get_volume(tx, found.volume_id)
    if parent is None:
        raise InvalidSnapshot(reason=f"snapshot {found.id} has no volume.")
    return _Source("snapshot", found.size, found.size, parent.bootable, parent.image_metadata)


def _of_image(image: Image | None) -> _Source:
    if image is None:
        raise InvalidInput(reason="Invalid image identifier or unable to access requested image.")
    if image.status != "active":
        raise ImageUnusable(id=image.id, reason=f"it is {image.status}, not active.")
    if image.disk_format not in FORMATS:
        raise ImageUnusable(id=image.id, reason=f"volumes are made from raw or qcow2, not {image.disk_format}.")
    needed = max(image.virtual_size or 0, image.size or 0)
    size = max(image.min_disk, -(-needed // GIB), 1)
    return _Source("image", size, None, True, _image_metadata(image))


def _image_metadata(image: Image) -> dict[str, str]:
    """What Cinder remembers of the image that a volume was made from, all of it text."""
    known = {
        "image_id": image.id,
        "image_name": image.name,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "size": image.size,
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
    }
    return {**image.properties, **{name: str(value) for name, value in known.items() if value is not None}}


def _size(new: NewVolume, source: _Source) -> int:
    size = new.size if new.size is not None else source.default_size
    if size is None:
        raise InvalidInput(reason="Volume size 'None' must be an integer and greater than 0")
    if size < source.size:
        raise InvalidInput(
            reason=f"Volume size {size}GB cannot be smaller than the {source.kind} size {source.size}GB."
            f" It must be at least that."
        )
    return size


def _row(tx: Tx, actor: Actor, new: NewVolume, source: _Source, size: int) -> Volume:
    return Volume(
        id=tx.new_id(),
        project_id=actor.project,
        user_id=actor.user_id,
        name=new.name,
        description=new.description,
        size=size,
        metadata=new.metadata,
        availability_zone=ZONE,
        bootable=source.bootable,
        readonly=False,
        image_id=new.image_id,
        snapshot_id=new.snapshot_id,
        source_volume_id=new.volume_id,
        image_metadata=source.image_metadata,
        generation=1,
        observed_generation=0,
        stored_size=0,
        fault=None,
        fault_at=None,
        forced_status=None,
        request_id=tx.correlation,
        created_at=tx.now,
        updated_at=tx.now,
        launched_at=None,
        deleted_at=None,
    )
