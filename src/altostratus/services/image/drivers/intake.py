"""What all data of images passes on its way into a store: pieces that are worth a hop to another thread, hashes, and
the inspection of what nobody trusts."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from altostratus.services.image.domain.inspection import Inspection
from altostratus.services.image.driver import Content
from altostratus.services.image.drivers.qemu_img import QemuImg

BATCH = 2 << 20
"""Bytes that cross into the lane at once."""

FINISH_SECONDS = 1800.0
"""How long checking and syncing the largest image may take."""


class Intake:
    """One image's data. Calls block and are made in a lane."""

    def __init__(self, disk_format: str | None, container_format: str | None, qemu_img: QemuImg) -> None:
        second_opinion = (disk_format, container_format) == ("qcow2", "bare") and qemu_img.available
        self._qemu_img = qemu_img if second_opinion else None
        self._inspection = Inspection(disk_format, container_format)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha512 = hashlib.sha512()
        self._size = 0

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        self._md5.update(data)
        self._sha512.update(data)
        self._inspection.feed(data)
        self._size += len(data)

    def content(self, written: Path) -> Content:
        """What it was, once all of it is in this file. Raises InvalidImageData."""
        virtual_size = self._inspection.verdict()
        if self._qemu_img:
            virtual_size = self._qemu_img.qcow2_size(written)
        return Content(self._size, virtual_size, self._md5.hexdigest(), self._sha512.hexdigest())


async def batches(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of about BATCH."""
    pending: list[bytes] = []
    size = 0
    async for chunk in body:
        pending.append(chunk)
        size += len(chunk)
        if size >= BATCH:
            yield b"".join(pending)
            pending, size = [], 0
    yield b"".join(pending)
