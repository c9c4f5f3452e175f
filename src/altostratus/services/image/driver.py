"""What keeps the bytes of images must be. Calls block and are made in a lane; a name is never used twice."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Content:
    """Data that is verified and on disk; sizes in bytes, hashes in hexadecimal."""

    size: int
    virtual_size: int | None
    checksum: str
    os_hash_value: str


class Writing(Protocol):
    """One image's data on its way in. After `finish` it survives a power cut; until then it is nobody's."""

    def write(self, data: bytes) -> None:
        """Append data. Raises StorageFull."""
        ...

    def finish(self) -> Content:
        """Check what was written and make it durable under its name. Raises InvalidImageData, StorageFull."""
        ...

    def close(self) -> None:
        """Write no more. Safe to repeat, and after `finish`; what was not finished is for `ImageFiles.remove`."""
        ...


class ImageFiles(Protocol):
    """A place for the data of images, by name."""

    def begin(self, name: str, disk_format: str | None, container_format: str | None) -> Writing: ...

    def path(self, name: str) -> Path:
        """Where finished data is on this machine."""
        ...

    def names(self) -> set[str]:
        """Everything there is, finished or not."""
        ...

    def remove(self, name: str) -> None:
        """Safe to repeat. Whoever has the data open or linked keeps it."""
        ...
