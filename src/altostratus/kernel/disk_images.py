"""Files that are disks of machines: how they come to be whole, are copied, and are looked into.

For the drivers of images, machines and volumes. A raw file is its bytes. Of a qcow2 file the header is read, no more
(docs/interop/qcow2.txt of QEMU), and no file that it names is ever opened here.
"""

import errno
import fcntl
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from altostratus.kernel.disk import Disk

QEMU_IMG_BYTES = 1 << 30  # of address space
QEMU_IMG_SECONDS = 60
TORN = ".*.tmp"
"""What is on its way to its name, or was when its process died."""
_PIECE = 64 << 20
_MAGIC = b"QFI\xfb"
_EXTERNAL_DATA = 1 << 2  # of the incompatible features
_LARGEST_CLUSTER = 2 << 20
_LONGEST_NAME = 1023


class QemuImgFailed(OSError):
    """`strerror` is what qemu-img said."""

    def __init__(self, said: str) -> None:
        super().__init__(errno.EIO, said)


@dataclass(frozen=True, slots=True)
class Qcow2:
    """What a header says. `backing`: the file that it rests on, '' for none. `leans`: whether it needs any other file,
    that one or an external data file."""

    virtual_size: int  # bytes
    backing: str
    leans: bool


def read_qcow2(path: Path) -> Qcow2 | None:
    """None when the file does not begin as a qcow2 file does."""
    with path.open("rb") as file:
        header = file.read(80)
        if header[:4] != _MAGIC or len(header) < 72:
            return None
        file.seek(min(_number(header, 8, 16), _LARGEST_CLUSTER))  # the name stands in the first cluster
        backing = os.fsdecode(file.read(min(_number(header, 16, 20), _LONGEST_NAME)))
    external = _number(header, 4, 8) >= 3 and bool(_number(header, 72, 80) & _EXTERNAL_DATA)
    return Qcow2(_number(header, 24, 32), backing, leans=external or any(header[8:20]))


def rests_on(path: Path) -> str:
    """The file that a qcow2 file is laid over; '' for none, also when it is none, or gone."""
    with suppress(FileNotFoundError):
        found = read_qcow2(path)
        return found.backing if found else ""
    return ""


def create_overlay(target: Path, base: Path, base_format: str, size: int | None) -> None:
    """A qcow2 file over a base that nobody writes to any more; of the base's size when none is given."""
    wanted = [] if size is None else [str(size)]
    qemu_img("create", "-f", "qcow2", "-b", str(base), "-F", base_format, str(target), *wanted)
    target.chmod(0o600)


def qemu_img(*arguments: str, memory: int = QEMU_IMG_BYTES, seconds: int = QEMU_IMG_SECONDS) -> bytes:
    """Run it under limits (bytes of address space; seconds of CPU, and of waiting): what it printed, or
    QemuImgFailed."""
    limits = ["prlimit", f"--as={memory}", f"--cpu={seconds}", "--core=0", "--"]
    try:
        done = subprocess.run(
            [*limits, "qemu-img", *arguments], check=True, capture_output=True, timeout=seconds, cwd="/"
        )
    except subprocess.TimeoutExpired as error:
        raise QemuImgFailed(f"qemu-img {arguments[0]} took over {seconds} s") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-500:]
        raise QemuImgFailed(f"qemu-img {arguments[0]} failed: {said}") from error
    return done.stdout


def appear(path: Path, make: Callable[[Path], None], disk: Disk) -> None:
    """`make` writes a file under another name; once on disk it gets its own."""
    new = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    new.unlink(missing_ok=True)
    try:
        make(new)
        sync(new, disk)
        disk.rename(new, path)
    finally:
        new.unlink(missing_ok=True)
    disk.fsync_directory(path.parent)


def sync(path: Path, disk: Disk) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        disk.fsync_file(descriptor)
    finally:
        os.close(descriptor)


def share(source: Path, target: Path, readers: int | None, disk: Disk) -> None:
    """By reflink, else by hard link, else by copy: the source is never written again, so its bytes can be shared.
    `readers`: the group that may read it, while nobody but us may write; None leaves that as it is."""
    if not disk.reflink(source, target):
        try:
            os.link(source, target)
        except OSError:
            copy_sparse(source, target, disk)
    if readers is not None:
        os.chown(target, -1, readers)
        target.chmod(0o640)


def can_reflink(folder: Path, disk: Disk) -> bool:
    """Whether the folder's file system can."""
    process = f"{os.getpid()}-{threading.get_ident()}.tmp"
    source, target = folder / f".reflink-{process}", folder / f".reflinked-{process}"
    try:
        source.write_bytes(bytes(4096))
        return disk.reflink(source, target)
    finally:
        source.unlink(missing_ok=True)
        target.unlink(missing_ok=True)


def copy_sparse(source: Path, target: Path, disk: Disk) -> None:
    """Its bytes, and its holes where they are."""
    with source.open("rb") as read, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as write:
        size = os.fstat(read.fileno()).st_size
        for start, stop in _pieces(read.fileno(), size):
            os.lseek(write.fileno(), start, os.SEEK_SET)
            while start < stop:
                sent = os.sendfile(write.fileno(), read.fileno(), start, stop - start)
                if not sent:
                    raise OSError(errno.EIO, f"{source} has become shorter as it was read")
                disk.begin_writeback(write.fileno(), start, sent)
                start += sent
        os.ftruncate(write.fileno(), size)


def _pieces(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Where a file has data, in pieces that do not take long."""
    start = 0
    while start < size:
        try:
            start = os.lseek(descriptor, start, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole from here
                return
            raise
        stop = min(os.lseek(descriptor, start, os.SEEK_HOLE), start + _PIECE)
        yield start, stop
        start = stop


@contextmanager
def locked(folder: Path, how: int) -> Iterator[int]:
    """An flock(2) on a directory, between threads and processes; BlockingIOError with LOCK_NB when it is taken. The
    directory's descriptor."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, how)
        yield descriptor
    finally:
        os.close(descriptor)


def _number(header: bytes, start: int, stop: int) -> int:
    return int.from_bytes(header[start:stop], "big")
