"""Storage that exists in memory only: its volumes, snapshots and copies of images, and what happens to them from
outside.

Owns the state; knows no rules of the driver (fences, writers, idempotency), which are in `storage.py`. It outlives
driver instances, so that a test may kill the control plane and start another over the same world. What a volume holds
is a tuple of tokens: what it was made from, then what was written to it, one after the other.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

GIB = 1 << 30
Content = tuple[str, ...]


@dataclass(slots=True)
class Stored:
    """A volume or a snapshot; of size 0 while it is half made or half removed. `base`: the image that it rests on.
    `writer` and `host`: the attachment that may write to it, and where."""

    id: str
    fence: int = 0
    size: int = 0
    content: Content = ()
    base: str = ""
    writer: str = ""
    host: str = ""


@dataclass(slots=True)
class World:
    """`copies_in_use`: what is written to can be copied, as of the moment."""

    total: int = 1024 * 1024 * GIB
    copies_in_use: bool = True
    reachable: bool = True
    volumes: dict[str, Stored] = field(default_factory=dict)
    snapshots: dict[str, Stored] = field(default_factory=dict)
    bases: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def free(self) -> int:
        """Bytes, were all that there is as large as it says."""
        used = sum(thing.size for things in (self.volumes, self.snapshots) for thing in things.values())
        return max(0, self.total - used)

    # -- what happens from outside ---------------------------------------------------------------------------

    def write(self, volume_id: str, data: str) -> None:
        """Somebody writes this after all that is there."""
        with self.lock:
            self.volumes[volume_id].content += (data,)

    def read(self, volume_id: str) -> Content:
        """What it was made from ('image <id>'), then all that was written, also to what it was copied from by then."""
        with self.lock:
            return self.volumes[volume_id].content

    def connections(self) -> dict[str, tuple[str, str]]:
        """The attachment that may write to each volume, and its host."""
        with self.lock:
            return {volume.id: (volume.writer, volume.host) for volume in self.volumes.values() if volume.writer}

    def lose_volume(self, volume_id: str) -> None:
        """As by `rm`: without a trace."""
        with self.lock:
            self.volumes.pop(volume_id, None)

    # -- for tests -----------------------------------------------------------------------------------------

    def leftovers(self, volumes: Iterable[str] = (), snapshots: Iterable[str] = ()) -> list[str]:
        """What is here and should not be, or should be and is not, when just these exist. Copies of images may stay:
        they are kept for later volumes."""
        with self.lock:
            return [
                *_differences("volume", self.volumes, frozenset(volumes)),
                *_differences("snapshot", self.snapshots, frozenset(snapshots)),
            ]

    def assert_clean(self, volumes: Iterable[str] = (), snapshots: Iterable[str] = ()) -> None:
        """AssertionError unless exactly these are here, each of them whole."""
        found = self.leftovers(volumes, snapshots)
        if found:
            raise AssertionError("not a clean slate: " + "; ".join(found))


def _differences(kind: str, there: dict[str, Stored], expected: frozenset[str]) -> Iterator[str]:
    for thing in there.values():
        if thing.id not in expected:
            yield f"{kind} {thing.id} left" + (f" with writer {thing.writer}" if thing.writer else "")
        elif not thing.size:
            yield f"{kind} {thing.id} is not whole"
    for missing in sorted(expected - there.keys()):
        yield f"{kind} {missing} is missing"
