"""A disk that forgets in a power cut what it was not told to flush, as real ones do.

QEMU's process is killed, and with it goes all that the guest's kernel had in memory. But what that had sent to its disk
is in this machine's cache, and would be there afterwards though nobody asked for it to be durable: no real disk is that
good. So QEMU writes down, in order, what it is sent (its driver blklogwrites, in the format of the kernel's
Documentation/admin-guide/device-mapper/log-writes.rst), and what the disk holds after the cut is made from that: all up
to the last flush that was answered, and of what came later any part, by chance.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from altostratus.cli.command import run

MAGIC = 0x6A736677736872
BEGINNING, ENTRY = struct.Struct("<QQQI"), struct.Struct("<QQQQ")
DISCARD = 4
SURVIVES = 0.5
"""How likely it is that a write after the last flush is there."""


@dataclass(frozen=True)
class Disk:
    """What is on it is in `image`, once it was cut off; until then in files beside that."""

    image: Path

    def attach(self) -> str:
        """What QEMU's -blockdev takes. What is written goes to an overlay, which is thrown away."""
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", self.image, self._overlay)
        self._log.write_bytes(b"")
        written = f"file.driver=qcow2,file.file.driver=file,file.file.filename={self._overlay}"
        log = f"log.driver=file,log.filename={self._log}"
        # this machine stays up: its own disk need not be asked
        return f"driver=blklogwrites,{written},file.file.cache.no-flush=on,{log},log.cache.no-flush=on"

    def cut_off(self, chance: random.Random) -> None:
        """Nobody writes to it any more."""
        with self._log.open("rb") as log, self.image.open("r+b") as image:
            _replay(log, image, chance)
        self._overlay.unlink()
        self._log.unlink()

    @property
    def _overlay(self) -> Path:
        return self.image.with_suffix(".overlay")

    @property
    def _log(self) -> Path:
        return self.image.with_suffix(".log")


def _replay(log: BinaryIO, image: BinaryIO, chance: random.Random) -> None:
    """The log begins with how many entries it had at the last flush. Each has a sector, and then its data."""
    magic, _, flushed, sector = BEGINNING.unpack(log.read(BEGINNING.size))
    assert magic == MAGIC, "QEMU has written no log"
    log.seek(sector)
    number = 0
    while any(head := log.read(sector)):
        first, count, flags, _ = ENTRY.unpack_from(head)
        data = b"" if flags & DISCARD else log.read(count * sector)
        number += 1
        if number <= flushed or chance.random() < SURVIVES:
            image.seek(first * sector)
            image.write(data)
    assert number >= flushed > 0, "QEMU was killed amid its log: nobody knows what the disk holds"
