"""What keeps the bytes of objects must be. A blob never changes and its id is never used twice. Calls block and are
made in a lane.

Small blobs are gathered in packs, so that many share one fsync; Ceph RADOS would keep them the same way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

SMALL = 64 << 10
"""Blobs up to this size go into packs."""

BLOCK = 1 << 20
"""Bytes that share one checksum."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes on disk. `sums` has the CRC-32C of each BLOCK, four bytes each; `pack` None: a file of their own."""

    id: str
    size: int
    sums: bytes
    pack: str | None = None
    offset: int = 0


class Writing(Protocol):
    """One large blob on its way in. After `finish` it survives a power cut; until then it is nobody's."""

    def write(self, data: bytes) -> None:
        """Append data. Raises StorageFull."""
        ...

    def finish(self) -> Blob: ...

    def close(self) -> None:
        """Write no more, and forget what is not finished. Safe to repeat, and after `finish`."""
        ...


class Blobs(Protocol):
    """A place for blobs."""

    def begin(self, blob_id: str) -> Writing: ...

    def append(self, batch: Sequence[tuple[str, bytes]]) -> list[Blob]:
        """Small blobs, by id, durable together. One call at a time."""
        ...

    def read(self, blob: Blob, start: int, length: int) -> bytes:
        """As many bytes as there are. Raises FileNotFoundError when they have been moved or removed."""
        ...

    def remove(self, blob_id: str) -> None:
        """A large one. Safe to repeat; whoever reads it goes on."""
        ...

    def large(self) -> Iterator[tuple[str, float]]:
        """The ids of large blobs, finished or not, and when each was last written (seconds since 1970)."""
        ...

    def packs(self) -> Iterator[tuple[str, float]]:
        """The same of packs, but for the one that is being filled."""
        ...

    def scan(self, pack: str) -> Iterator[Blob]:
        """The whole blobs of a pack, from the pack alone."""
        ...

    def remove_pack(self, pack: str) -> None: ...
