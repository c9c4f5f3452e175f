"""What keeps the bytes of images must be: a store, in Glance's words. A name is never used twice."""

from collections.abc import AsyncIterator
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


class ImageStore(Protocol):
    """A place for the data of images, by name."""

    async def keep(
        self, name: str, disk_format: str | None, container_format: str | None, body: AsyncIterator[bytes]
    ) -> Content:
        """Let the data in and check it. When this returns it survives a power cut; when it raises, what is there is
        nobody's and for `remove`. Raises InvalidImageData, StorageFull, Unavailable, and what `body` raises."""
        ...

    def path(self, name: str) -> Path:
        """Where finished data is on this machine."""
        ...

    def sendable(self, name: str) -> Path | None:
        """The same, where the data may be sent from there as it is; None: `read` it, which checks it."""
        ...

    def read(self, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Finished data from `start` up to `stop`. Raises Unavailable when it cannot be read."""
        ...

    async def names(self) -> set[str]:
        """Everything there is, finished or not."""
        ...

    async def remove(self, name: str) -> None:
        """Safe to repeat. Whoever has the data open or linked keeps it."""
        ...
