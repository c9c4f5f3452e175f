"""The calls that make data durable: the seam at which a test watches their order, or makes them slow or fail."""

import contextlib
import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from altostratus.kernel.errors import StorageFull, Unavailable

_FICLONE = 0x40049409  # <linux/fs.h>
_WRITE = 2  # SYNC_FILE_RANGE_WRITE, sync_file_range(2)
_SYNC_FILE_RANGE = getattr(ctypes.CDLL(None), "sync_file_range", None)
if _SYNC_FILE_RANGE is not None:
    _SYNC_FILE_RANGE.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
_ANEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a file system that has no room."""


class Disk:
    """What it says, on this machine."""

    def write(self, descriptor: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def begin_writeback(self, descriptor: int, offset: int, length: int) -> None:
        """Let the kernel begin to write these bytes to disk, so that the fsync at the end has little left to wait for.
        Where it cannot, fsync does it all."""
        if _SYNC_FILE_RANGE is not None:
            _SYNC_FILE_RANGE(descriptor, offset, length, _WRITE)

    def fsync_file(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def fsync_directory(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def reflink(self, source: Path, target: Path) -> bool:
        """Make the file `target`, which shares the source's blocks until one of them is written to: a copy as of one
        moment, "atomic with regards to concurrent writes" (ioctl_ficlonerange(2)). False, and nothing is made, where
        the file system cannot."""
        with source.open("rb") as read, os.fdopen(os.open(target, _ANEW, 0o600), "wb") as write:
            try:
                fcntl.ioctl(write.fileno(), _FICLONE, read.fileno())
            except OSError:
                target.unlink()
                return False
        return True

    def write_file(self, path: Path, content: bytes, mode: int = 0o600) -> None:
        """Durably, all or nothing, in place of what was there; it is for its owner alone unless `mode` says more."""
        temporary = path.with_name(f".{path.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            self.write(descriptor, content)
            self.fsync_file(descriptor)
        finally:
            os.close(descriptor)
        self.rename(temporary, path)
        self.fsync_directory(path.parent)


@contextlib.contextmanager
def storage_faults() -> Iterator[None]:
    """Errors of the file system as faults that say whose they are."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull("The storage is full.", detail=repr(error)) from error
        raise Unavailable("The storage takes no data now.", detail=repr(error)) from error
