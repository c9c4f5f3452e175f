"""For tests of what holds volumes in files: a file system that can reflink, and the first block of a disk."""

import os
import shutil
import subprocess
from pathlib import Path

from altostratus.kernel.disk import Disk

BLOCK = 4096
_OFFSET = 0x00FF_FFFF_FFFF_FE00  # of table entries, docs/interop/qcow2.txt of QEMU


class ReflinkingDisk(Disk):
    """As on a file system that can: it copies."""

    def reflink(self, source: Path, target: Path) -> bool:
        shutil.copyfile(source, target)
        target.chmod(0o600)
        return True


def first_block(path: Path) -> bytes:
    """What a machine reads there; QEMU would need 20 ms to tell."""
    with path.open("rb") as file:
        header = file.read(104)
        if header[:4] != b"QFI\xfb":
            return header + file.read(BLOCK - len(header))
        l2_table = _entry(file.fileno(), _number(header[40:48]))
        cluster = _entry(file.fileno(), l2_table) if l2_table else 0
        if cluster:
            return os.pread(file.fileno(), BLOCK, cluster)
        backing = os.pread(file.fileno(), _number(header[16:20]), _number(header[8:16]))
    return first_block(Path(os.fsdecode(backing))) if backing else bytes(BLOCK)


def write_first_block(path: Path, content: bytes) -> None:
    """As a machine does."""
    block = content.ljust(BLOCK, b"\0")
    if path.suffix == ".raw":
        with path.open("r+b") as file:
            file.write(block)
        return
    pattern = path.parent.parent / ".block"
    pattern.write_bytes(block)
    subprocess.run(
        ["qemu-io", "-f", "qcow2", "-c", f"write -q -s {pattern} 0 {BLOCK}", path], check=True, capture_output=True
    )
    pattern.unlink()


def qcow2_from(content: bytes, size: int, target: Path) -> None:
    """An image whose disk begins with these bytes."""
    raw = target.with_suffix(".content")
    raw.write_bytes(content)
    os.truncate(raw, size)
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, target], check=True)
    raw.unlink()


def _entry(descriptor: int, offset: int) -> int:
    return _number(os.pread(descriptor, 8, offset)) & _OFFSET


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big")
