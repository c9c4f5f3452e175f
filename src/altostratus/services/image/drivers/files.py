"""Image data as files in one directory: written under a temporary name, hashed on the way, durable before it is known.

The order is: data, fsync of the file, rename, fsync of the directory. `Disk` is the seam at which a test watches it.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path

from altostratus.kernel.disk import FULL, Disk
from altostratus.kernel.errors import DeadlineExceeded, Unavailable
from altostratus.kernel.lanes import Lane
from altostratus.services.image.driver import Content
from altostratus.services.image.drivers.intake import FINISH_SECONDS, Intake, batches
from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.errors import StorageFull

PART = ".part"
BLOCK = 1 << 20
"""Bytes that are read at once."""
SWEEP_SECONDS = 12.0  # under half of a reconciler's lease


class Files:
    """A directory of image files; see driver.ImageStore."""

    def __init__(self, directory: Path, qemu_img: QemuImg, lane: Lane, disk: Disk | None = None) -> None:
        directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._directory = directory
        self._qemu_img = qemu_img
        self._lane = lane
        self._disk = disk or Disk()

    async def keep(
        self, name: str, disk_format: str | None, container_format: str | None, body: AsyncIterator[bytes]
    ) -> Content:
        intake = Intake(disk_format, container_format, self._qemu_img)
        try:
            writing = await self._lane.run(FileWriting, self.path(name), intake, self._disk)
            try:
                await self._copy(writing, body)
                return await self._lane.run(writing.finish, deadline=FINISH_SECONDS)
            finally:
                await asyncio.shield(self._lane.run(writing.close))
        except DeadlineExceeded as error:
            raise Unavailable("Image storage is not available.", detail=str(error)) from error

    def path(self, name: str) -> Path:
        return self._directory / name

    def sendable(self, name: str) -> Path:
        return self.path(name)

    async def read(self, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        with _storage_faults():
            descriptor = await self._lane.run(os.open, self.path(name), os.O_RDONLY)
        try:
            for offset in range(start, stop, BLOCK):
                with _storage_faults():
                    block = await self._lane.run(os.pread, descriptor, min(BLOCK, stop - offset), offset)
                yield block
        finally:
            os.close(descriptor)

    async def names(self) -> set[str]:
        return await self._lane.run(self._names, deadline=SWEEP_SECONDS)

    async def remove(self, name: str) -> None:
        await self._lane.run(self._remove, name, deadline=SWEEP_SECONDS)

    async def _copy(self, writing: "FileWriting", body: AsyncIterator[bytes]) -> None:
        """While one batch is written and hashed in the lane, the next one arrives."""
        waiting: Awaitable[None] | None = None
        try:
            async for batch in batches(body):
                if waiting:
                    await waiting
                waiting = asyncio.ensure_future(self._lane.run(writing.write, batch))
        finally:
            if waiting:
                await waiting

    def _names(self) -> set[str]:
        return {path.name.removesuffix(PART) for path in self._directory.iterdir()}

    def _remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)
        self.path(name + PART).unlink(missing_ok=True)


class FileWriting:
    """One file on its way in; calls are made in the lane. The lock is for callers that give up while a call still runs:
    a descriptor that is closed under a write could by then be another file's."""

    def __init__(self, path: Path, intake: Intake, disk: Disk) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART)
        self._intake = intake
        self._disk = disk
        self._lock = threading.Lock()
        with _storage_faults():
            self._file = self._part.open("xb", buffering=0)

    def write(self, data: bytes) -> None:
        with self._lock, _storage_faults():
            self._disk.write(self._file.fileno(), data)
        self._intake.feed(data)

    def finish(self) -> Content:
        content = self._intake.content(self._part)
        with self._lock, _storage_faults():
            self._disk.fsync_file(self._file.fileno())
            self._disk.rename(self._part, self._path)
            self._disk.fsync_directory(self._path.parent)
        return content

    def close(self) -> None:
        """Write no more. Safe to repeat, and after `finish`."""
        with self._lock:
            self._file.close()


@contextlib.contextmanager
def _storage_faults() -> Iterator[None]:
    """Errors of the file system as faults that say whose they are."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(f"Image storage media is full: {error.strerror}") from error
        raise Unavailable("Image storage is not available.", detail=repr(error)) from error
