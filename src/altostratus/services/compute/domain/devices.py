"""What a server calls its disks: 'vda' is what it boots from, 'vdb' its config drive if it has one."""

import re
import string
from collections.abc import Collection, Sequence

from altostratus.services.compute.errors import DeviceInUse, InvalidDevice, TooManyDevices

ROOT, CONFIG_DRIVE = "vda", "vdb"
MAX_VOLUMES = 14
"""With root disk and config drive as many disks as a machine has slots for."""
_NAMES = [f"vd{letter}" for letter in string.ascii_lowercase]
_PATH = re.compile(r"(?:/dev/)?(?:x?[a-z]?d)?([a-z])[0-9]*")


def reserved(local_root: bool, config_drive: bool) -> set[str]:
    """The names of the disks that are no volumes."""
    return {name for name, there in ((ROOT, local_root), (CONFIG_DRIVE, config_drive)) if there}


def named(path: str) -> str:
    """The device that a user means. Nova goes by the letter: '/dev/sdc' and 'xvdc' are 'vdc'."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise InvalidDevice(path=path)
    return f"vd{found[1]}"


def allocate(used: Collection[str], asked: Sequence[str | None]) -> list[str]:
    """Names for new volumes, in their order: the one that was asked for, else the first that is free and that nobody
    asked for. `used` are those of all other disks."""
    chosen = [named(path) if path else None for path in asked]
    taken = set(used)
    for name, path in zip(chosen, asked, strict=True):
        if name in taken:
            raise DeviceInUse(path=path)
        if name:
            taken.add(name)
    free = (name for name in _NAMES if name not in taken)
    return [name or next(free) for name in chosen]


def require_room(volumes: int) -> None:
    """A server has so many volumes and no more."""
    if volumes > MAX_VOLUMES:
        raise TooManyDevices(maximum=MAX_VOLUMES)
