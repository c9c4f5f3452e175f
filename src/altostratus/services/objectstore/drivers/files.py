"""Blobs as files below one directory: large ones in `files/`, by the first byte of their id, small ones in `packs/`.

The order is: data, fsync of the file, rename, fsync of the directory. A pack is never appended to by two processes, nor
after a restart: each process begins packs of its own.
"""

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.drivers.disk import Disk, storage_faults
from altostratus.services.objectstore.drivers.packs import HEADER, read_records, record
from altostratus.services.objectstore.drivers.sums import Sums

PART = ".part"
PACK_BYTES = 64 << 20
OPEN_PACKS = 64


class FileWriting:
    """One large blob; see driver.Writing. The lock is for callers that give up while a call still runs: a descriptor
    that is closed under a write could by then be another file's."""

    def __init__(self, blob_id: str, path: Path, disk: Disk) -> None:
        self._id = blob_id
        self._path = path
        self._part = path.with_name(path.name + PART)
        self._disk = disk
        self._sums = Sums()
        self._size = 0
        self._lock = threading.Lock()
        with storage_faults():
            self._descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._open = True

    def write(self, data: bytes) -> None:
        with self._lock, storage_faults():
            if not self._open:
                raise OSError("closed while it was written")
            self._disk.write(self._descriptor, data)
        self._sums.feed(data)
        self._size += len(data)

    def finish(self) -> Blob:
        with self._lock, storage_faults():
            self._disk.fsync_file(self._descriptor)
            self._disk.rename(self._part, self._path)
            self._disk.fsync_directory(self._path.parent)
        return Blob(self._id, self._size, self._sums.result())

    def close(self) -> None:
        with self._lock:
            if self._open:
                self._open = False
                os.close(self._descriptor)
                self._part.unlink(missing_ok=True)


class Files:
    """A directory of blobs; see driver.Blobs."""

    def __init__(self, directory: Path, disk: Disk | None = None, pack_bytes: int = PACK_BYTES) -> None:
        self._files = directory / "files"
        self._packs = directory / "packs"
        self._disk = disk or Disk()
        self._filling = _Filling(self._packs, self._disk, pack_bytes)
        self._open = _OpenPacks(self._packs)
        self._packs.mkdir(mode=0o711, parents=True, exist_ok=True)
        for number in range(256):
            (self._files / f"{number:02x}").mkdir(mode=0o711, parents=True, exist_ok=True)

    def begin(self, blob_id: str) -> FileWriting:
        return FileWriting(blob_id, self._path(blob_id), self._disk)

    def append(self, batch: Sequence[tuple[str, bytes]]) -> list[Blob]:
        with storage_faults():
            return self._filling.append(batch)

    def read(self, blob: Blob, start: int, length: int) -> bytes:
        if blob.pack is not None:
            return self._open.read(blob.pack, blob.offset + start, min(length, blob.size - start))
        descriptor = os.open(self._path(blob.id), os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, length, start)
        finally:
            os.close(descriptor)

    def remove(self, blob_id: str) -> None:
        path = self._path(blob_id)
        path.unlink(missing_ok=True)
        path.with_name(path.name + PART).unlink(missing_ok=True)

    def large(self) -> Iterator[tuple[str, float]]:
        for folder in sorted(self._files.iterdir()):
            yield from _listed(folder)

    def packs(self) -> Iterator[tuple[str, float]]:
        return (found for found in _listed(self._packs) if found[0] != self._filling.name)

    def scan(self, pack: str) -> Iterator[Blob]:
        with (self._packs / pack).open("rb") as file:
            yield from read_records(file, pack)

    def remove_pack(self, pack: str) -> None:
        (self._packs / pack).unlink(missing_ok=True)
        self._open.forget(pack)

    def _path(self, blob_id: str) -> Path:
        return self._files / blob_id[:2] / blob_id


class _Filling:
    """The pack that this process appends to. After an error the next call begins another: what is in this one beyond
    the last whole record is nobody's."""

    def __init__(self, directory: Path, disk: Disk, most: int) -> None:
        self.name = ""
        self._directory = directory
        self._disk = disk
        self._most = most
        self._descriptor = -1
        self._size = 0

    def append(self, batch: Sequence[tuple[str, bytes]]) -> list[Blob]:
        if self._descriptor < 0 or self._size >= self._most:
            self._begin()
        blobs, records, at = [], [], self._size
        for blob_id, data in batch:
            whole, sums = record(blob_id, data)
            blobs.append(Blob(blob_id, len(data), sums, self.name, at + HEADER))
            records.append(whole)
            at += len(whole)
        try:
            self._disk.write(self._descriptor, b"".join(records))
            self._disk.fsync_file(self._descriptor)
        except BaseException:
            self._end()
            raise
        self._size = at
        return blobs

    def _begin(self) -> None:
        self._end()
        name = secrets.token_hex(16)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._directory / name, flags, 0o600)
        self.name, self._size = name, 0
        self._disk.fsync_directory(self._directory)

    def _end(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self.name = -1, ""


class _OpenPacks:
    """Descriptors of packs that were read lately. One that is forgotten is closed once nobody reads it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Descriptor] = OrderedDict()

    def read(self, pack: str, offset: int, length: int) -> bytes:
        descriptor = self._of(pack)  # held until it is read
        return os.pread(descriptor.number, length, offset)

    def forget(self, pack: str) -> None:
        with self._lock:
            self._open.pop(pack, None)

    def _of(self, pack: str) -> "_Descriptor":
        with self._lock:
            found = self._open.get(pack) or _Descriptor(self._directory / pack)
            self._open[pack] = found
            self._open.move_to_end(pack)
            if len(self._open) > OPEN_PACKS:
                self._open.popitem(last=False)
            return found


class _Descriptor:
    """Closed when the last reference to it goes."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        if hasattr(self, "number"):
            close(self.number)


def _listed(folder: Path) -> Iterator[tuple[str, float]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                yield entry.name.removesuffix(PART), entry.stat().st_mtime
            except FileNotFoundError:  # removed in between
                continue
