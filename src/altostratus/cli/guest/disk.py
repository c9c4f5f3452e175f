"""Turns a kernel, an initramfs and a root folder into a disk that a PC's BIOS can start.

Layout: a DOS partition table with syslinux's boot code, then a FAT file system (boot loader, kernel, initramfs),
then ext4 (root). Root is last, so that it can grow with the disk.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from altostratus.cli.command import run

MEBIBYTE = 1 << 20
SECTOR = 512
_JOURNAL = 4  # MiB, the least that ext4 takes

_KERNEL_LINE = (
    "root=LABEL=altoroot console=tty0 console=ttyS0,115200 quiet net.ifnames=0 "
    # an emulated clock is no worse than it says; and the guest runs nobody else's code
    "tsc=reliable no_timer_check mitigations=off"
)
_SYSLINUX = f"""\
SERIAL 0 115200
DEFAULT guest
LABEL guest
 KERNEL /vmlinuz
 INITRD /initramfs
 APPEND {_KERNEL_LINE}
"""


def make_root_file_system(image: Path, folder: Path) -> None:
    """Writes `folder` as ext4, owned by root, with a little room and the means to grow to 1 TiB while mounted. With a
    journal: a reset while it grows, right after the first start, must not cost a guest its disk."""
    mebibytes = _mebibytes(folder) * 5 // 4 + 4 + _JOURNAL
    _truncate(image, mebibytes * MEBIBYTE)
    features = "has_journal,^metadata_csum,^64bit"
    options = f"root_owner=0:0,lazy_itable_init=0,resize={(1 << 40) // 4096}"
    journal = ("-J", f"size={_JOURNAL}")
    layout = ("-b", "4096", "-m", "0", "-L", "altoroot", "-O", features, *journal, "-E", options)
    run("mke2fs", "-q", "-t", "ext4", *layout, "-d", folder, image)
    if os.geteuid() != 0:
        _give_to_root(image, folder)


def _give_to_root(image: Path, folder: Path) -> None:
    """mke2fs keeps the owner that files have here: where that is not root, say otherwise in each inode."""
    names = [f"/{path.relative_to(folder)}" for path in folder.rglob("*")]
    commands = [f'set_inode_field "{name}" {field} 0\n' for name in names for field in ("uid", "gid")]
    run("debugfs", "-w", "-f", "-", image, stdin="".join(commands).encode())


def make_boot_file_system(image: Path, kernel: Path, initramfs: Path, tools: Path) -> None:
    """Writes a FAT file system with the boot loader, with the programs unpacked below `tools`."""
    mebibytes = (kernel.stat().st_size + initramfs.stat().st_size) // MEBIBYTE + 3
    _truncate(image, mebibytes * MEBIBYTE)
    programs = {"PATH": f"{tools}/usr/bin:{os.environ['PATH']}", "MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"}
    settings = image.with_suffix(".cfg")
    settings.write_text(_SYSLINUX)
    run("mformat", "-i", image, "-v", "ALTOBOOT", "::", environment=programs)
    for source, name in ((kernel, "vmlinuz"), (initramfs, "initramfs"), (settings, "syslinux.cfg")):
        run("mcopy", "-i", image, source, f"::/{name}", environment=programs)
    run("syslinux", "--install", image, environment=programs)


def join_disk(disk: Path, boot: Path, root: Path, boot_code: Path) -> None:
    """Writes partition table, boot and root file system one after the other."""
    lengths = [boot.stat().st_size, root.stat().st_size]
    with disk.open("wb") as target:
        target.write(partition_table(boot_code.read_bytes(), lengths))
        for image, start in ((boot, MEBIBYTE), (root, MEBIBYTE + lengths[0])):
            target.seek(start)
            target.write(image.read_bytes())


def partition_table(boot_code: bytes, lengths: list[int]) -> bytes:
    """The first sector of the disk: FAT16 (started from) and Linux, from 1 MiB on. Lengths are in bytes."""
    entries, start = b"", MEBIBYTE
    for flag, kind, length in zip((0x80, 0), (0x06, 0x83), lengths, strict=True):
        unused = b"\xfe\xff\xff"  # addresses by cylinder: "see the sector numbers"
        entries += struct.pack("<B3sB3sII", flag, unused, kind, unused, start // SECTOR, length // SECTOR)
        start += length
    return boot_code[:440].ljust(446, b"\0") + entries.ljust(64, b"\0") + b"\x55\xaa"


def _truncate(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _mebibytes(folder: Path) -> int:
    blocks = sum(-(-path.lstat().st_size // 4096) + 1 for path in folder.rglob("*"))
    return blocks * 4096 // MEBIBYTE + 1
