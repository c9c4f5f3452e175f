"""Writes cpio archives in the form the Linux kernel unpacks as an initramfs.

Source: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst ("newc"). All files belong to root.
"""

from __future__ import annotations

import stat
from pathlib import Path


def archive_folder(folder: Path) -> bytes:
    """The whole of a folder (folders, files, symbolic links), in the order of its names."""
    paths = sorted(folder.rglob("*"))
    entries = [_entry(str(path.relative_to(folder)), path, number) for number, path in enumerate(paths, 1)]
    return b"".join(entries) + _record("TRAILER!!!", 0, 0, 1, b"")


def _entry(name: str, path: Path, number: int) -> bytes:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return _record(name, number, mode, 1, str(path.readlink()).encode())
    if stat.S_ISDIR(mode):
        return _record(name, number, mode, 2, b"")
    return _record(name, number, mode, 1, path.read_bytes())


def _record(name: str, number: int, mode: int, links: int, contents: bytes) -> bytes:
    raw_name = name.encode() + b"\0"
    owner = modified = device = checksum = 0
    fields = (number, mode, owner, owner, links, modified, len(contents), *(device,) * 4, len(raw_name), checksum)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + raw_name) + _padded(contents)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
