"""What new servers boot from, and the volumes that they get: checked as Nova checks them, before any row is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from altostratus.contracts.image import Image
from altostratus.contracts.volume import NewVolume, Volume, VolumeWish
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain import devices
from altostratus.services.compute.domain.server import Flavor
from altostratus.services.compute.errors import (
    FlavorTooSmall,
    ImageMissing,
    ImageNotUsable,
    InvalidMapping,
    VolumeNotBootable,
    VolumeTooSmall,
)
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.server_volumes import require_available

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class BlockDevice:
    """A volume that a new server is to get: the one with this id, or a new one from that image or snapshot, or empty
    ('blank'). `size` in GiB. Boot index 0 is what the server boots from, None what it never boots from."""

    source: str
    id: str = ""
    size: int | None = None
    boot_index: int | None = None
    device: str | None = None
    delete_on_termination: bool = False
    tag: str | None = None
    volume_type: str | None = None

    @property
    def new(self) -> NewVolume | None:
        """What is to be made, if it is not there."""
        if self.source == "volume":
            return None
        image_id = self.id if self.source == "image" else None
        snapshot_id = self.id if self.source == "snapshot" else None
        return NewVolume(self.size, image_id, snapshot_id, self.volume_type)


@dataclass(frozen=True, slots=True)
class BootSource:
    """What a server boots from: a copy of an image, or a volume (`image_id` ''). The properties are the image's."""

    image_id: str
    properties: Mapping[str, str] = field(default_factory=dict)


def boot_source(
    tx: Tx, compute: Compute, actor: Actor, image_id: str, wanted: Sequence[BlockDevice], flavor: Flavor
) -> BootSource:
    """An image, and of the volumes that which has boot index 0; either is refused if it cannot be booted."""
    root: BootSource | None = None
    for device in wanted:
        found = _found(tx, compute, actor, device)
        if device.boot_index == 0:
            root = _root_volume(device, found, flavor)
    if root is not None:
        return root
    image = compute.images.find(tx, actor, image_id)
    if image is None:
        raise ImageMissing()
    _require_usable(image, flavor)
    needed = max(image.min_disk * GIB, image.virtual_size or image.size or 0)
    if flavor.disk and flavor.disk * GIB < needed:
        raise FlavorTooSmall(what="disk")
    return BootSource(image.id, image.properties)


def volume_wishes(wanted: Sequence[BlockDevice], local_root: bool, config_drive: bool) -> list[VolumeWish]:
    """The volumes as the volume service makes them, with their names."""
    devices.require_room(len(wanted))
    asked = [device.device or (devices.ROOT if device.boot_index == 0 else None) for device in wanted]
    names = devices.allocate(devices.reserved(local_root, config_drive), asked)
    return [
        VolumeWish(
            device=name,
            volume_id=device.id if device.source == "volume" else None,
            new=device.new,
            boot_index=device.boot_index,
            delete_on_termination=device.delete_on_termination,
            tag=device.tag,
        )
        for name, device in zip(names, wanted, strict=True)
    ]


def _found(tx: Tx, compute: Compute, actor: Actor, device: BlockDevice) -> Image | Volume | None:
    """What it is made from, or is; None for an empty one."""
    if device.source == "blank":
        return None
    find = {"image": compute.images.find, "volume": compute.volumes.find, "snapshot": compute.volumes.find_snapshot}
    found: Image | Volume | None = find[device.source](tx, actor, device.id)
    if found is None:
        raise InvalidMapping(details=f"failed to get {device.source} {device.id}.")
    if device.source == "volume":
        assert isinstance(found, Volume)
        require_available(found)
    return found


def _root_volume(device: BlockDevice, found: Image | Volume | None, flavor: Flavor) -> BootSource:
    if isinstance(found, Image):
        _require_usable(found, flavor)
        _require_size(device.size, found.min_disk)
        return BootSource("", found.properties)
    if found is None:
        return BootSource("")
    if not found.bootable:
        raise VolumeNotBootable(id=found.id)
    if flavor.ram < _number(found.image, "min_ram"):
        raise FlavorTooSmall(what="memory")
    _require_size(device.size or found.size, _number(found.image, "min_disk"))
    return BootSource("", {name: value for name, value in found.image.items() if name not in ("min_ram", "min_disk")})


def _require_usable(image: Image, flavor: Flavor) -> None:
    if image.status != "active":
        raise ImageNotUsable(id=image.id)
    if image.disk_format not in ("raw", "qcow2"):
        raise BadRequest(f"Image {image.id} has disk format {image.disk_format}; servers boot from raw or qcow2.")
    if flavor.ram < image.min_ram:
        raise FlavorTooSmall(what="memory")


def _require_size(size: int | None, needed: int) -> None:
    if size is not None and size < needed:
        raise VolumeTooSmall(size=size, needed=needed)


def _number(properties: Mapping[str, str], name: str) -> int:
    text = properties.get(name, "")
    return int(text) if text.isdecimal() else 0
