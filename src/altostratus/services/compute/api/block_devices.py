"""block_device_mapping_v2 of POST /servers: what it says, and Nova's rules about what it may say."""

from typing import Any

from msgspec import UNSET

from altostratus.kernel.errors import BadRequest, NotImplementedHere
from altostratus.services.compute.api import schemas
from altostratus.services.compute.domain import devices
from altostratus.services.compute.errors import InvalidMapping
from altostratus.services.compute.usecases.boot_source import BlockDevice

_SEQUENCE = "Boot sequence for the instance and image/block device mapping combination is not valid."
_NO_SIZE = {
    "image": "Images with destination_type 'volume' need to have a non-zero size specified",
    "blank": "Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size",
}


def volumes_of(asked: Any, image_id: str, many: bool) -> list[BlockDevice]:
    """The volumes that new servers (`many`, or one) are to get. Unless one of them has boot index 0, they boot from a
    copy of the image."""
    mappings = [mapping for mapping in asked.block_device_mapping_v2 or () if not mapping.no_device]
    if not mappings:
        if not image_id:
            raise BadRequest("Missing imageRef attribute")
        return []
    for mapping in mappings:
        _check(mapping, image_id)
    order = sorted(index for mapping in mappings if (index := _boot_index(mapping)) is not None)
    if not order or order != list(range(len(order))):
        raise InvalidMapping(details=_SEQUENCE)
    found = [_device(mapping) for mapping in mappings if _destination(mapping) == "volume"]
    _check_together(found, many, local_root=len(found) < len(mappings))
    return found


def _check_together(found: list[BlockDevice], many: bool, local_root: bool) -> None:
    there = [device.id for device in found if device.source == "volume"]
    if there and many:
        raise BadRequest("Cannot attach one or more volumes to multiple instances")
    if len(set(there)) < len(there):
        raise InvalidMapping(details="a volume is named twice.")
    names = [devices.named(device.device) for device in found if device.device]
    if local_root and devices.ROOT in names:
        raise BadRequest(f"The volume cannot be assigned the same device name as the root device {devices.ROOT}")


def _check(mapping: Any, image_id: str) -> None:
    """What is wrong with a mapping by itself."""
    if not mapping.source_type:
        raise InvalidMapping(details="Some required fields are missing")
    if mapping.source_type == "blank" and mapping.uuid:
        raise InvalidMapping(details="Invalid device UUID.")
    if mapping.source_type != "blank" and not mapping.uuid:
        raise InvalidMapping(details="Missing device UUID.")
    if (mapping.disk_bus or "virtio") != "virtio" or (mapping.device_type or "disk") != "disk":
        raise InvalidMapping(details="the only disk_bus is 'virtio', and the only device_type 'disk'.")
    if _destination(mapping) == "local":
        _check_local(mapping, image_id)
    else:
        _check_volume(mapping)


def _check_local(mapping: Any, image_id: str) -> None:
    if getattr(mapping, "volume_type", None):
        raise InvalidMapping(details="Specifying a volume_type with destination_type=local is not supported.")
    if mapping.source_type == "blank":
        raise NotImplementedHere("Ephemeral and swap disks (a blank source, local) are not implemented.")
    if mapping.source_type != "image" or mapping.uuid != image_id or _boot_index(mapping) != 0:
        raise InvalidMapping(details=f"Mapping {mapping.source_type} to local is not supported.")


def _check_volume(mapping: Any) -> None:
    if mapping.source_type == "volume" and getattr(mapping, "volume_type", None):
        raise InvalidMapping(details="Specifying volume type to existing volume is not supported.")
    if mapping.guest_format:
        raise InvalidMapping(details="guest_format is for local disks.")
    if mapping.source_type in _NO_SIZE and not _size(mapping):
        raise BadRequest(_NO_SIZE[mapping.source_type])


def _device(mapping: Any) -> BlockDevice:
    return BlockDevice(
        source=mapping.source_type,
        id=mapping.uuid or "",
        size=_size(mapping),
        boot_index=_boot_index(mapping),
        device=mapping.device_name or None,
        delete_on_termination=schemas.truth(mapping.delete_on_termination),
        tag=getattr(mapping, "tag", None) or None,
        volume_type=getattr(mapping, "volume_type", None) or None,
    )


def _destination(mapping: Any) -> str:
    """Volumes and snapshots can become nothing else than volumes."""
    default = "local" if mapping.source_type in ("image", "blank") else "volume"
    return str(mapping.destination_type or default)


def _boot_index(mapping: Any) -> int | None:
    """Negative is never, like null."""
    index = -1 if mapping.boot_index in (None, UNSET) else int(mapping.boot_index)
    return index if index >= 0 else None


def _size(mapping: Any) -> int | None:
    return int(mapping.volume_size or 0) or None
