"""The real disk, watched: for tests of what is durable before what."""

from collections.abc import Callable
from pathlib import Path

from altostratus.kernel.disk import Disk


class TracedDisk(Disk):
    """What it has done is said to `add`."""

    def __init__(self, add: Callable[[str], None]) -> None:
        self._add = add

    def write(self, descriptor: int, data: bytes) -> None:
        super().write(descriptor, data)
        self._add("write")

    def fsync_file(self, descriptor: int) -> None:
        super().fsync_file(descriptor)
        self._add("fsync file")

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._add("rename")

    def fsync_directory(self, path: Path) -> None:
        super().fsync_directory(path)
        self._add("fsync directory")
