"""One folder of the storage: a volume, a snapshot, or what is kept of an image. Its disk is one file, `disk.raw` or
`disk.qcow2`, which is there whole or not at all; beside a volume's stands the note of who may write to it.

Who changes a place holds it alone, who copies from it holds it with others: flock(2), between threads and processes.
Those who only look hold nothing.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from altostratus.kernel.disk import Disk
from altostratus.kernel.disk_images import TORN, appear, locked, read_qcow2, rests_on
from altostratus.services.volume.driver import DriverError, Source, StoredVolume

FORMATS = ("raw", "qcow2")
NOTE = "owner.json"
UNKNOWN = "unknown"
"""The writer of a volume whose note is damaged."""


class DamagedDisk(DriverError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged: it is no qcow2 file any more")


@dataclass(frozen=True, slots=True)
class DiskFile:
    """What a disk's bytes are in."""

    path: Path
    format: str

    @property
    def size(self) -> int:
        """Bytes that a machine sees; of a qcow2 file, as its header says."""
        if self.format == "raw":
            return self.path.stat().st_size
        found = read_qcow2(self.path)
        if found is None:
            raise DamagedDisk(self.path)
        return found.virtual_size

    @property
    def base(self) -> "DiskFile | None":
        """What it is laid over."""
        below = rests_on(self.path) if self.format == "qcow2" else ""
        return DiskFile(Path(below), below.rpartition(".")[2]) if below else None

    @property
    def source(self) -> Source:
        base = self.base
        return Source(str(self.path), self.format, str(base.path) if base else "", base.format if base else "")


@dataclass(frozen=True, slots=True)
class Note:
    """Who has acted on a volume, and which attachment may write to it from which host ('' for none)."""

    fence: int = 0
    writer: str = ""
    host: str = ""


class Damaged(DriverError):
    """Nobody knows who may write to this volume."""

    def __init__(self, path: Path) -> None:
        mended = json.dumps(asdict(Note()))
        super().__init__(f"{path} is damaged: once no machine has the volume open, write {mended} into it")


class Place:
    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def exists(self) -> bool:
        """Something of it is there. OSError when the storage itself is not: then nobody knows."""
        there = self.folder.is_dir()
        if not there:
            self.folder.parent.stat()
        return there

    def file(self) -> DiskFile | None:
        """Its disk, once it is whole."""
        found = (DiskFile(self.folder / f"disk.{each}", each) for each in FORMATS)
        return next((file for file in found if file.path.exists()), None)

    def whole(self) -> DiskFile:
        """Its disk; DriverError when there is none."""
        file = self.file()
        if file is None:
            raise DriverError(f"there is no {self.folder.parent.name.removesuffix('s')} {self.id}")
        return file

    def seen(self) -> StoredVolume | None:
        """A volume as it is, None when nothing of it is there."""
        if not self.exists:
            return None
        try:
            note = self.note()
        except Damaged:
            note = Note(writer=UNKNOWN)
        return StoredVolume(self.id, self.size(), note.writer, note.fence)

    def size(self) -> int:
        """Bytes that a machine sees of its disk; 0 when there is none (any more), or it is no disk any more."""
        file = self.file()
        with suppress(DamagedDisk, FileNotFoundError):
            return file.size if file else 0
        return 0

    @contextmanager
    def alone(self, *, make: bool = False, wait: bool = False) -> Iterator[None]:
        """Hold it; with `make`, it is there then. Raises DriverError when it is held, unless one is to `wait`."""
        if make and not self.exists:
            self.folder.mkdir(mode=0o711, exist_ok=True)
            self._disk.fsync_directory(self.folder.parent)
        with self._held(fcntl.LOCK_EX, wait):
            yield

    @contextmanager
    def shared(self, *, wait: bool = False) -> Iterator[DiskFile]:
        """Its disk, which nobody changes meanwhile but a writer that was let in before. Raises DriverError when there
        is none."""
        self.whole()
        with self._held(fcntl.LOCK_SH, wait):
            yield self.whole()

    @contextmanager
    def _held(self, how: int, wait: bool) -> Iterator[None]:
        try:
            with locked(self.folder, how if wait else how | fcntl.LOCK_NB) as descriptor:
                if not os.path.samestat(os.fstat(descriptor), self.folder.stat()):
                    raise DriverError(f"{self.folder} has just been removed")
                yield
        except BlockingIOError as error:
            raise DriverError(f"{self.folder} is being worked on") from error

    def appear(self, image_format: str, make: Callable[[Path], None]) -> None:
        """Its disk, as `make` writes it; what died on its way is cleared first."""
        for torn in self.folder.glob(TORN):
            torn.unlink()
        appear(self.folder / f"disk.{image_format}", make, self._disk)

    def note(self) -> Note:
        """What is noted of a volume. It stands from before there is a disk until there is none any more, so a disk
        without one is Damaged, as is what cannot be read: never without a writer."""
        path = self.folder / NOTE
        try:
            return _parsed(path.read_bytes())
        except FileNotFoundError:
            if self.file() is None:
                return Note()
            raise Damaged(path) from None
        except (ValueError, TypeError) as error:
            raise Damaged(path) from error

    def write_note(self, note: Note) -> None:
        path = self.folder / NOTE
        if not path.exists() or self.note() != note:
            self._disk.write_file(path, json.dumps(asdict(note)).encode())

    def remove(self) -> None:
        """The disk goes first, the note after it."""
        if file := self.file():
            file.path.unlink()
            self._disk.fsync_directory(self.folder)
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()
        self._disk.fsync_directory(self.folder.parent)


def _parsed(content: bytes) -> Note:
    found = json.loads(content)
    note = Note(**found)
    if type(note.fence) is int and isinstance(note.writer, str) and isinstance(note.host, str) and len(found) == 3:
        return note
    raise ValueError("not a note")
