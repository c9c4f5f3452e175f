"""Blobs as files below one directory: large ones in `files/`, by the first byte of their id, small ones in `packs/`.

The order is: data, fsync of the file, rename, fsync of the directory. A pack is never appended to by two processes, nor
after a restart: each process begins packs of its own, and ends them after a while, so that a pack that was not written
to for long is written to no more.
"""

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from weakref import WeakValueDictionary

from altostratus.kernel.clock import monotonic
from altostratus.kernel.disk import Disk, storage_faults
from altostratus.services.objectstore.driver import HEADER, Blob, Stored
from altostratus.services.objectstore.drivers.packs import read_records, record
from altostratus.services.objectstore.drivers.sums import Sums

PART = ".part"
WRITEBACK_BYTES = 8 << 20
"""How much of a file gathers before the kernel begins to write it to disk."""
PACK_BYTES, PACK_SECONDS = 64 << 20, 3600.0
"""When a pack is full."""
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
        self._size = self._begun = 0
        self._lock = threading.Lock()
        with storage_faults():
            self._descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._open = True

    def write(self, data: bytes) -> None:
        with self._lock, storage_faults():
            self._require_open()
            self._disk.write(self._descriptor, data)
            self._size += len(data)
            if self._size - self._begun >= WRITEBACK_BYTES:
                self._disk.begin_writeback(self._descriptor, self._begun, self._size - self._begun)
                self._begun = self._size
        self._sums.feed(data)

    def finish(self) -> Blob:
        with self._lock, storage_faults():
            self._require_open()
            self._disk.fsync_file(self._descriptor)
            self._disk.rename(self._part, self._path)
            self._disk.fsync_directory(self._path.parent)
            self._close()
        return Blob(self._id, self._size, self._sums.result())

    def close(self) -> None:
        with self._lock:
            if self._open:
                self._close()
                self._part.unlink(missing_ok=True)

    def _close(self) -> None:
        self._open = False
        os.close(self._descriptor)

    def __del__(self) -> None:
        if getattr(self, "_open", False):  # whoever began it went away before it was there
            self.close()

    def _require_open(self) -> None:
        if not self._open:
            raise OSError("closed while it was written")


class Files:
    """A directory of blobs; see driver.Blobs."""

    def __init__(self, directory: Path, disk: Disk | None = None, pack_bytes: int = PACK_BYTES) -> None:
        self._files = directory / "files"
        self._packs = directory / "packs"
        self._disk = disk or Disk()
        self._pack_bytes = pack_bytes
        self._idle: list[_Filling] = []
        self._filling: WeakValueDictionary[str, _Filling] = WeakValueDictionary()
        self._open = _OpenPacks(self._packs)
        if not self._packs.exists():
            self._make(directory)

    def begin(self, blob_id: str) -> FileWriting:
        path = self.path(blob_id)
        if not path.parent.exists():  # it must survive a power cut, as what will be in it does
            with storage_faults():
                path.parent.mkdir(mode=0o711, exist_ok=True)
                self._disk.fsync_directory(self._files)
        return FileWriting(blob_id, path, self._disk)

    def append(self, batch: Sequence[tuple[str, bytes]]) -> list[Blob]:
        """To a pack that nobody else appends to now. After an error nobody does any more: what is in it beyond the last
        whole record is nobody's."""
        with storage_faults():
            pack = self._take_pack()
            blobs = pack.append(batch)
        self._idle.append(pack)
        return blobs

    def read(self, blob: Blob, start: int, length: int) -> bytes:
        if blob.pack is not None:
            return self._open.read(blob.pack, blob.offset + start, min(length, blob.size - start))
        descriptor = os.open(self.path(blob.id), os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, length, start)
        finally:
            os.close(descriptor)

    def path(self, blob_id: str) -> Path:
        return self._files / blob_id[:2] / blob_id

    def read_at_once(self, blob: Blob) -> bytes | None:
        return self._open.read_at_once(blob.pack, blob.offset, blob.size) if blob.pack is not None else None

    def remove(self, blob_id: str) -> None:
        path = self.path(blob_id)
        path.unlink(missing_ok=True)
        path.with_name(path.name + PART).unlink(missing_ok=True)

    def large(self) -> Iterator[Stored]:
        for folder in sorted(self._files.iterdir()):
            yield from _listed(folder)

    def packs(self) -> Iterator[Stored]:
        return (found for found in _listed(self._packs) if found.name not in self._filling)

    def scan(self, pack: str) -> Iterator[Blob]:
        with (self._packs / pack).open("rb") as file:
            yield from read_records(file, pack)

    def remove_pack(self, pack: str) -> None:
        (self._packs / pack).unlink(missing_ok=True)
        self._open.forget(pack)

    def _make(self, directory: Path) -> None:
        """Folders that survive a power cut, as what will be in them does. The packs' is the last."""
        self._files.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._packs.mkdir(mode=0o711)
        for made in (directory, directory.parent):
            self._disk.fsync_directory(made)

    def _take_pack(self) -> "_Filling":
        """One that has room and is young, or a new one."""
        while self._idle:
            pack = self._idle.pop()
            if pack.size < self._pack_bytes and monotonic() - pack.begun < PACK_SECONDS:
                return pack
        pack = _Filling(self._packs, self._disk)
        self._filling[pack.name] = pack
        return pack


class _Filling:
    """A pack that this process appends to. Closed when the last reference to it goes."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        self.name = secrets.token_hex(16)
        self.size = 0
        self.begun = monotonic()
        self._disk = disk
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(directory / self.name, flags, 0o600)
        disk.fsync_directory(directory)

    def append(self, batch: Sequence[tuple[str, bytes]]) -> list[Blob]:
        blobs, records, at = [], [], self.size
        for blob_id, data in batch:
            whole, sums = record(blob_id, data)
            blobs.append(Blob(blob_id, len(data), sums, self.name, at + HEADER))
            records.append(whole)
            at += len(whole)
        self._disk.write(self._descriptor, b"".join(records))
        self._disk.fsync_file(self._descriptor)
        self.size = at
        return blobs

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        if hasattr(self, "_descriptor"):
            close(self._descriptor)


class _OpenPacks:
    """Descriptors of packs that were read lately. One that is forgotten is closed once nobody reads it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Descriptor] = OrderedDict()

    def read(self, pack: str, offset: int, length: int) -> bytes:
        descriptor = self._of(pack)  # held until it is read
        return os.pread(descriptor.number, length, offset)

    def read_at_once(self, pack: str, offset: int, length: int) -> bytes | None:
        """What the system has in memory, of a pack that is open. Does not wait for the lock either."""
        descriptor = self._open.get(pack)
        if descriptor is None:
            return None
        found = bytearray(length)
        try:
            size = os.preadv(descriptor.number, [found], offset, os.RWF_NOWAIT)
        except OSError:  # it would have to wait, or this file system cannot tell
            return None
        return bytes(found) if size == length else None

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


def _listed(folder: Path) -> Iterator[Stored]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                stat = entry.stat()
            except FileNotFoundError:  # removed in between
                continue
            yield Stored(entry.name.removesuffix(PART), stat.st_size, stat.st_mtime)
