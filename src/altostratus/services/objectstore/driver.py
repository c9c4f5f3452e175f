"""What keeps the bytes of objects must be. A blob never changes and its id is never used twice. Calls block and are
made in a lane.

Small blobs are gathered in packs, so that many share one fsync; Ceph RADOS would keep them the same way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

SMALL = 64 << 10
"""Blobs up to this size are committed with their objects and go into packs later."""

HEADER = 28
"""Bytes that a pack has for each of its blobs besides theirs."""

BLOCK = 1 << 20
"""Bytes that share one checksum."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are kept. `sums` has the CRC-32C of each BLOCK, four bytes each; `pack` None: a file of their own.
    `damaged`: they could not be read the last time that somebody looked. `data` has small ones that are in the database
    and not on disk yet."""

    id: str
    size: int
    sums: bytes
    pack: str | None = None
    offset: int = 0
    damaged: bool = field(default=False, compare=False)
    data: bytes | None = field(default=None, compare=False, repr=False)


class Stored(NamedTuple):
    """A file, or a pack. `written` is when that was last done, in seconds since 1970."""

    name: str
    size: int
    written: float


class Writing(Protocol):
    """One large blob on its way in. After `finish` it survives a power cut and is closed; until then it is nobody's."""

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
        """Small blobs, by id, durable together."""
        ...

    def read(self, blob: Blob, start: int, length: int) -> bytes:
        """As many bytes as there are. Raises FileNotFoundError when they have been moved or removed."""
        ...

    def path(self, blob_id: str) -> Path:
        """Where a large one is on this machine."""
        ...

    def read_at_once(self, blob: Blob) -> bytes | None:
        """A whole small one, if that takes no waiting; this call need not be made in a lane."""
        ...

    def remove(self, blob_id: str) -> None:
        """A large one. Safe to repeat; whoever reads it goes on."""
        ...

    def large(self) -> Iterator[Stored]:
        """Large blobs, finished or not, by id."""
        ...

    def packs(self) -> Iterator[Stored]:
        """Packs, but for those that are being filled here."""
        ...

    def scan(self, pack: str) -> Iterator[Blob]:
        """The whole blobs of a pack, from the pack alone."""
        ...

    def remove_pack(self, pack: str) -> None: ...
