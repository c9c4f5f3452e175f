"""Finds kernel modules and puts them in the order in which they must be loaded."""

from __future__ import annotations

import lzma
import re
from pathlib import Path

from altostratus.cli.command import run

EARLY = ("virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod", "ata_piix", "ext4")
"""What it takes to reach the root file system."""

LATE = (
    "virtio_net", "virtio_rng", "virtio_console", "virtio_balloon", "button", "evdev",
    "isofs", "sr_mod", "cdrom", "vfat", "nls_cp437", "nls_ascii", "nls_iso8859-1", "vmw_vsock_virtio_transport",
)  # fmt: skip
"""What a running guest needs: network, entropy, console, power button, config drive."""

_SUFFIX = re.compile(r"\.ko(\.xz|\.zst)?$")
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


class ModuleTree:
    """The modules below one /lib/modules/VERSION folder."""

    def __init__(self, folder: Path) -> None:
        self._paths = {_name(path): path for path in folder.rglob("*.ko*") if _SUFFIX.search(path.name)}

    def ordered(self, wanted: tuple[str, ...]) -> dict[str, bytes]:
        """Name → contents of the wanted modules and of those they need, in loading order.

        A name that the kernel does not have as a module is left out: then it is built in, or not needed there.
        """
        found: dict[str, bytes] = {}
        for name in wanted:
            self._add(name.replace("-", "_"), found)
        return found

    def _add(self, name: str, found: dict[str, bytes]) -> None:
        if name in found or name not in self._paths:
            return
        contents = _read(self._paths[name])
        for needed in depends_of(contents):
            self._add(needed, found)
        found[name] = contents


def depends_of(contents: bytes) -> list[str]:
    """Names of the modules that this one says it needs (the `depends` field of its .modinfo section)."""
    match = _DEPENDS.search(contents)
    names = match.group(1).decode().split(",") if match else []
    return [name.replace("-", "_") for name in names if name]


def _name(path: Path) -> str:
    return _SUFFIX.sub("", path.name).replace("-", "_")


def _read(path: Path) -> bytes:
    match path.suffix:
        case ".xz":
            return lzma.decompress(path.read_bytes())
        case ".zst":
            return run("zstd", "--decompress", "--stdout", path)
        case _:
            return path.read_bytes()
