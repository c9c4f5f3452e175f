"""What storage for volumes must be: the BlockStorage protocol and the values that cross it.

A driver owns the volumes and snapshots of one place, and what it copied of images. It knows no database and no HTTP.
Every method is synchronous, is called from a bounded thread lane under a deadline, and may be called again with the
same arguments at any time: after a crash, after a lost reply, after a hang. The second call changes nothing.

Fencing: a method that changes something takes `fence`, a number that only grows. The driver leaves it at the volume
and refuses a smaller one with `FencedOut`. The same holds of the writer: as long as one attachment may write to a
volume, no other may, and the volume is neither removed nor grown.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from altostratus.contracts.volume import Source

__all__ = [
    "BaseImage",
    "BlockStorage",
    "Busy",
    "Capabilities",
    "DriverError",
    "FencedOut",
    "Impossible",
    "Source",
    "Space",
    "StorageUnreachable",
    "StoredVolume",
    "VolumeSpec",
]


class DriverError(Exception):
    """The storage could not do it now; the step is tried again with back-off."""

    expected = True


class StorageUnreachable(DriverError):
    """The storage does not answer: what it has is unknown, not absent."""


class FencedOut(DriverError):
    """A newer worker has already acted on this volume."""


class Busy(DriverError):
    """An attachment may write to the volume: it cannot be given to another, grown or removed."""


class Impossible(DriverError):
    """This can never succeed as asked; the message is shown to the user and says what to change."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the storage can do; callers branch on this, never on its name. `copies_in_use`: it can make a snapshot, or
    a volume, of one that is being written to, as of one moment."""

    name: str  # 'files' or 'simulated'
    copies_in_use: bool


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class BaseImage:
    """An image whose bytes are on this machine and already verified; the driver keeps what it needs of them."""

    id: str
    path: Path
    format: str  # 'raw' or 'qcow2'
    virtual_size: int  # bytes


@dataclass(frozen=True, slots=True)
class VolumeSpec:
    """What a volume is made from: nothing (zeros), or one of these."""

    id: str
    size: int  # bytes, at least those of its source
    image: BaseImage | None = None
    snapshot_id: str | None = None
    volume_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredVolume:
    """A volume as it is. `writer` is the attachment that may write to it, '' for none."""

    id: str
    size: int  # bytes
    writer: str
    fence: int


class BlockStorage(Protocol):
    """Volumes and snapshots in one place. The contract suite in tests/contracts runs against every driver."""

    def capabilities(self) -> Capabilities: ...
    def space(self) -> Space: ...

    def observe(self, volume_id: str) -> StoredVolume | None:
        """The volume, or None when nothing of it is there."""
        ...

    def observe_all(self) -> list[StoredVolume]:
        """Every volume, half-removed and damaged ones (of size 0) included."""
        ...

    def ensure_volume(self, spec: VolumeSpec, fence: int) -> None:
        """It is there, whole, of this size at least. One that is there is never replaced. May take as long as copying
        its source does. Raises DriverError when its source is not there, Impossible when it is larger than `size`,
        Busy when its source is being written to and `copies_in_use` is not given."""
        ...

    def ensure_size(self, volume_id: str, size: int, fence: int) -> None:
        """It has this many bytes at least; the new ones are zeros. Raises Busy while there is a writer, DriverError
        when it is not there."""
        ...

    def ensure_absent(self, volume_id: str, fence: int) -> None:
        """Nothing of it is left, but for what snapshots and volumes made from it still need. Raises Busy while there
        is a writer."""
        ...

    def ensure_snapshot(self, snapshot_id: str, volume_id: str, fence: int) -> None:
        """There is a snapshot of the volume, of one moment between the first call and the return of this one; one
        that is there is never replaced, and no later write to the volume changes it. May take as long as copying the
        volume does. Raises Busy as `ensure_volume` does, DriverError when there is no such volume."""
        ...

    def snapshots(self) -> dict[str, int]:
        """Every snapshot and its bytes; 0 for what is half removed, half made or damaged."""
        ...

    def ensure_snapshot_absent(self, snapshot_id: str) -> None:
        """Nothing of it is left, but for what volumes made from it still need."""
        ...

    def ensure_connected(self, volume_id: str, attachment_id: str, host_id: str, fence: int) -> Source:
        """That attachment's host, and no other, may write to the volume. Raises Busy while another attachment (or this
        one, on another host) may, DriverError when it is not there."""
        ...

    def ensure_disconnected(self, volume_id: str, attachment_id: str, fence: int) -> None:
        """This attachment may not write to it any more; true also of one that never might, and of a volume that is
        absent. The caller knows that its host has closed it, or cannot reach it any more."""
        ...

    def bases(self) -> set[str]:
        """The images of which something is kept for later volumes."""
        ...

    def ensure_base_absent(self, image_id: str) -> None:
        """Nothing is kept of the image. Raises DriverError while a volume or a snapshot rests on it."""
        ...
