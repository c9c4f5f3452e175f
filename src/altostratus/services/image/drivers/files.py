"""Image data as files in one directory: written under a temporary name, hashed on the way, durable before it is known.

The order is: data, fsync of the file, rename, fsync of the directory. `Disk` is the seam at which a test watches it.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

from altostratus.kernel.disk import FULL, Disk
from altostratus.kernel.errors import Unavailable
from altostratus.services.image.domain.inspection import Inspection
from altostratus.services.image.driver import Content
from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.errors import StorageFull

PART = ".part"


class FileWriting:
    """One file on its way in; see driver.Writing. The lock is for callers that give up while a call still runs: a
    descriptor that is closed under a write could by then be another file's."""

    def __init__(self, path: Path, inspection: Inspection, qemu_img: QemuImg | None, disk: Disk) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART)
        self._inspection = inspection
        self._qemu_img = qemu_img
        self._disk = disk
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha512 = hashlib.sha512()
        self._size = 0
        self._lock = threading.Lock()
        with _storage_faults():
            self._file = self._part.open("xb", buffering=0)

    def write(self, data: bytes) -> None:
        with self._lock, _storage_faults():
            self._disk.write(self._file.fileno(), data)
        self._md5.update(data)
        self._sha512.update(data)
        self._inspection.feed(data)
        self._size += len(data)

    def finish(self) -> Content:
        virtual_size = self._inspection.verdict()
        if self._qemu_img:
            virtual_size = self._qemu_img.qcow2_size(self._part)
        with self._lock, _storage_faults():
            self._disk.fsync_file(self._file.fileno())
            self._disk.rename(self._part, self._path)
            self._disk.fsync_directory(self._path.parent)
        return Content(self._size, virtual_size, self._md5.hexdigest(), self._sha512.hexdigest())

    def close(self) -> None:
        with self._lock:
            self._file.close()


class Files:
    """A directory of image files; see driver.ImageFiles."""

    def __init__(self, directory: Path, qemu_img: QemuImg, disk: Disk | None = None) -> None:
        directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._directory = directory
        self._qemu_img = qemu_img if qemu_img.available else None
        self._disk = disk or Disk()

    def begin(self, name: str, disk_format: str | None, container_format: str | None) -> FileWriting:
        second_opinion = self._qemu_img if (disk_format, container_format) == ("qcow2", "bare") else None
        return FileWriting(self.path(name), Inspection(disk_format, container_format), second_opinion, self._disk)

    def path(self, name: str) -> Path:
        return self._directory / name

    def names(self) -> set[str]:
        return {path.name.removesuffix(PART) for path in self._directory.iterdir()}

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)
        self.path(name + PART).unlink(missing_ok=True)


@contextlib.contextmanager
def _storage_faults() -> Iterator[None]:
    """Errors of the file system as faults that say whose they are."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(f"Image storage media is full: {error.strerror}") from error
        raise Unavailable("Image storage is not available.", detail=repr(error)) from error
