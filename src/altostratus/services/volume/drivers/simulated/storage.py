"""BlockStorage over a world in memory: the rules of the protocol, kept strictly.

Owns nothing: volumes are the world's, faults to come are in `Faults`. Safe to call from many threads. See `world.py`
for what can be done to it from outside.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

from altostratus.kernel.testing.faults import Faults
from altostratus.services.volume.driver import (
    Busy,
    Capabilities,
    DriverError,
    FencedOut,
    Impossible,
    Source,
    Space,
    StorageUnreachable,
    StoredVolume,
    VolumeSpec,
)
from altostratus.services.volume.drivers.simulated.world import Stored, World

T = TypeVar("T")
Steps = Generator[None, None, None]  # a change in parts: between two of them the process may die


class SimulatedStorage:
    """One driver instance; build another over the same world to stand for a new control plane."""

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        self.world = world
        self.faults = faults or Faults(DriverError)

    def capabilities(self) -> Capabilities:
        return Capabilities("simulated", self.world.copies_in_use)

    def space(self) -> Space:
        return self._call("space", lambda: Space(self.world.total, self.world.free))

    def observe(self, volume_id: str) -> StoredVolume | None:
        def look() -> StoredVolume | None:
            volume = self.world.volumes.get(volume_id)
            return _seen(volume) if volume else None

        return self._call("observe", look)

    def observe_all(self) -> list[StoredVolume]:
        return self._call("observe_all", lambda: [_seen(volume) for volume in self.world.volumes.values()])

    def ensure_volume(self, spec: VolumeSpec, fence: int) -> None:
        def steps() -> Steps:
            volume = self.world.volumes.get(spec.id)
            if volume is None or not volume.size:
                source = self._source(spec)
                volume = self.world.volumes.setdefault(spec.id, Stored(spec.id, fence))
                yield
                volume.content, volume.base, volume.size = source.content, source.base, spec.size
            _grow(volume, spec.size)

        self._change("ensure_volume", spec.id, fence, steps)

    def ensure_size(self, volume_id: str, size: int, fence: int) -> None:
        def steps() -> Steps:
            volume = self._whole(volume_id)
            yield
            _grow(volume, size)

        self._change("ensure_size", volume_id, fence, steps)

    def ensure_absent(self, volume_id: str, fence: int) -> None:
        def steps() -> Steps:
            volume = self.world.volumes.get(volume_id)
            if volume is None:
                return
            _refuse_writer(volume)
            volume.size, volume.content, volume.base = 0, (), ""
            yield
            self.world.volumes.pop(volume_id, None)

        self._change("ensure_absent", volume_id, fence, steps)

    def ensure_snapshot(self, snapshot_id: str, volume_id: str, fence: int) -> None:
        def steps() -> Steps:
            if snapshot_id in self.world.snapshots and volume_id in self.world.volumes:
                return
            volume = self._copied(volume_id)
            yield
            copy = Stored(snapshot_id, size=volume.size, content=volume.content, base=volume.base)
            self.world.snapshots[snapshot_id] = copy

        self._change("ensure_snapshot", volume_id, fence, steps)

    def snapshots(self) -> dict[str, int]:
        return self._call("snapshots", lambda: {each.id: each.size for each in self.world.snapshots.values()})

    def ensure_snapshot_absent(self, snapshot_id: str) -> None:
        self._call("ensure_snapshot_absent", lambda: self.world.snapshots.pop(snapshot_id, None))

    def ensure_connected(self, volume_id: str, attachment_id: str, host_id: str, fence: int) -> Source:
        def steps() -> Steps:
            volume = self._whole(volume_id)
            if volume.writer and (volume.writer, volume.host) != (attachment_id, host_id):
                raise Busy(f"attachment {volume.writer} may write to volume {volume_id}")
            yield
            volume.writer, volume.host = attachment_id, host_id

        self._change("ensure_connected", volume_id, fence, steps)
        return Source(f"/simulated/volumes/{volume_id}", "raw")

    def ensure_disconnected(self, volume_id: str, attachment_id: str, fence: int) -> None:
        def steps() -> Steps:
            yield
            volume = self.world.volumes.get(volume_id)
            if volume and volume.writer == attachment_id:
                volume.writer = volume.host = ""

        self._change("ensure_disconnected", volume_id, fence, steps)

    def bases(self) -> set[str]:
        return self._call("bases", lambda: set(self.world.bases))

    def ensure_base_absent(self, image_id: str) -> None:
        def remove() -> None:
            for thing in (*self.world.volumes.values(), *self.world.snapshots.values()):
                if thing.base == image_id:
                    raise DriverError(f"{thing.id} rests on image {image_id}")
            self.world.bases.discard(image_id)

        self._call("ensure_base_absent", remove)

    # -- inside ----------------------------------------------------------------------------------------------

    def _call(self, method: str, act: Callable[[], T]) -> T:
        def reach() -> T:
            with self._reached():
                return act()

        return self.faults.call(method, reach)

    def _change(self, method: str, volume_id: str, fence: int, steps: Callable[[], Steps]) -> None:
        def run(whole: bool) -> None:
            with self._reached():
                self._leave_fence(volume_id, fence)
                parts = steps()
                next(parts, None)
                if whole:
                    for _ in parts:
                        pass

        self.faults.call(method, lambda: run(True), lambda: run(False))

    @contextmanager
    def _reached(self) -> Iterator[None]:
        with self.world.lock:
            if not self.world.reachable:
                raise StorageUnreachable("the storage does not answer")
            yield

    def _leave_fence(self, volume_id: str, fence: int) -> None:
        volume = self.world.volumes.get(volume_id)
        if volume is None:
            return
        if fence < volume.fence:
            raise FencedOut(f"volume {volume_id} has seen fence {volume.fence}, this call carries {fence}")
        volume.fence = fence

    def _whole(self, volume_id: str) -> Stored:
        volume = self.world.volumes.get(volume_id)
        if volume is None or not volume.size:
            raise DriverError(f"there is no volume {volume_id}")
        return volume

    def _copied(self, volume_id: str) -> Stored:
        """A volume that may be copied now."""
        volume = self._whole(volume_id)
        if not self.world.copies_in_use:
            _refuse_writer(volume)
        return volume

    def _source(self, spec: VolumeSpec) -> Stored:
        """What its content is to be, from where it comes."""
        source = Stored("")
        if spec.image:
            self.world.bases.add(spec.image.id)
            source = Stored("", size=spec.image.virtual_size, content=(f"image {spec.image.id}",), base=spec.image.id)
        elif spec.volume_id:
            source = self._copied(spec.volume_id)
        elif spec.snapshot_id:
            if spec.snapshot_id not in self.world.snapshots:
                raise DriverError(f"there is no snapshot {spec.snapshot_id}")
            source = self.world.snapshots[spec.snapshot_id]
        if source.size > spec.size:
            raise Impossible(f"the source has {source.size} bytes, the volume {spec.size}: choose a larger size")
        return source


def _refuse_writer(volume: Stored) -> None:
    if volume.writer:
        raise Busy(f"attachment {volume.writer} may write to volume {volume.id}")


def _grow(volume: Stored, size: int) -> None:
    if size > volume.size:
        _refuse_writer(volume)
        volume.size = size


def _seen(volume: Stored) -> StoredVolume:
    return StoredVolume(volume.id, volume.size, volume.writer, volume.fence)
