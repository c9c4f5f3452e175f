"""What every BlockStorage promises, tried by random sequences of calls, repeats, old fences, deaths in the middle,
failing disks, lost replies and losses from outside.

A model says what must be seen, and what volumes hold, after each; the drivers are held to the same model.
"""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from altostratus.kernel.disk import Disk
from altostratus.kernel.testing.faults import Faults
from altostratus.services.volume.driver import (
    BaseImage,
    BlockStorage,
    Busy,
    DriverError,
    FencedOut,
    Impossible,
    StoredVolume,
    VolumeSpec,
)
from altostratus.services.volume.drivers.files.storage import FileStorage
from altostratus.services.volume.drivers.simulated.storage import SimulatedStorage
from altostratus.services.volume.drivers.simulated.world import World
from tests.volume_files import ReflinkingDisk, first_block, qcow2_from, write_first_block

MIB = 1 << 20
IMAGE_SIZE = 2 * MIB
IMAGES = ("raw", "qcow2")
VOLUMES, SNAPSHOTS = ("v-0", "v-1"), ("s-0", "s-1")
Content = tuple[str, ...]
Accident = tuple[str, int]
"""What goes wrong with a call: it is 'killed' before the so-manieth call to the disk, that one 'fails', or the reply of
the whole call is 'lost'."""


class SimulatedHost:
    """A world in memory."""

    copies_in_use = True

    def __init__(self) -> None:
        self.world = World(copies_in_use=self.copies_in_use)

    def driver(self) -> BlockStorage:
        return SimulatedStorage(self.world)

    def image(self, image_format: str) -> BaseImage:
        return BaseImage(image_format, Path("/none"), image_format, IMAGE_SIZE)

    def spoil(self, call: Callable[[BlockStorage], object], accident: Accident) -> None:
        faults = Faults(DriverError)
        kinds = {"killed": "torn", "fails": "fail", "lost": "lost"}
        faults.inject("*", kinds[accident[0]])  # type: ignore[arg-type]
        with pytest.raises(DriverError):
            call(SimulatedStorage(self.world, faults))

    def rests(self, image_format: str) -> bool:
        return True

    def read(self, volume_id: str) -> Content:
        return self.world.read(volume_id)

    def read_snapshot(self, snapshot_id: str) -> Content:
        return self.world.snapshots[snapshot_id].content

    def write(self, volume_id: str, data: str) -> None:
        self.world.write(volume_id, data)

    def lose(self, volume_id: str) -> None:
        self.world.lose_volume(volume_id)

    def check(self) -> None:
        pass

    def leftovers(self) -> list[str]:
        return self.world.leftovers()

    def end(self) -> None:
        pass


class SimulatedHostWithoutCopiesInUse(SimulatedHost):
    copies_in_use = False


class FilesHost:
    """A directory of this machine, whose file system cannot reflink, or is made to believe that it cannot."""

    copies_in_use = False
    disk: type[Disk] = Disk

    def __init__(self) -> None:
        memory = Path("/dev/shm")  # what is durable before what is asked elsewhere
        self._folder = tempfile.TemporaryDirectory(prefix="alto-volumes-", dir=memory if memory.is_dir() else None)
        self.root = Path(self._folder.name)
        raw, qcow2 = (self.image(image_format).path for image_format in IMAGES)
        raw.write_bytes(_encoded(("image raw",)).ljust(IMAGE_SIZE, b"\0"))
        qcow2_from(_encoded(("image qcow2",)), IMAGE_SIZE, qcow2)

    def driver(self) -> BlockStorage:
        return FileStorage(self.root / "data", disk=self.disk())

    def image(self, image_format: str) -> BaseImage:
        return BaseImage(image_format, self.root / f"image.{image_format}", image_format, IMAGE_SIZE)

    def spoil(self, call: Callable[[BlockStorage], object], accident: Accident) -> None:
        kind, after = accident
        driver = FileStorage(self.root / "data", disk=self.disk())
        if kind == "killed":
            driver._disk = accident_prone(self.disk, after, lambda: os._exit(0))
            in_child(lambda: call(driver))
            return
        driver._disk = accident_prone(self.disk, after, _full) if kind == "fails" else self.disk()
        with suppress(DriverError):
            call(driver)

    def rests(self, image_format: str) -> bool:
        return image_format == "qcow2" or not self.copies_in_use

    def read(self, volume_id: str) -> Content:
        return _decoded(first_block(self._file("volumes", volume_id)))

    def read_snapshot(self, snapshot_id: str) -> Content:
        return _decoded(first_block(self._file("snapshots", snapshot_id)))

    def write(self, volume_id: str, data: str) -> None:
        write_first_block(self._file("volumes", volume_id), _encoded((*self.read(volume_id), data)))

    def lose(self, volume_id: str) -> None:
        shutil.rmtree(self.root / "data" / "volumes" / volume_id)

    def check(self) -> None:
        for path in self.root.glob("data/*/*/disk.qcow2"):
            subprocess.run(["qemu-img", "check", "-q", "-f", "qcow2", path], check=True)

    def leftovers(self) -> list[str]:
        return [str(path) for path in self.root.glob("data/*/*")]

    def end(self) -> None:
        self._folder.cleanup()

    def _file(self, kind: str, name: str) -> Path:
        return next((self.root / "data" / kind / name).glob("disk.*"))


class ReflinkingHost(FilesHost):
    """As a directory of a file system that can."""

    copies_in_use = True
    disk = ReflinkingDisk


def accident_prone(disk: type[Disk], after: int, accident: Callable[[], None]) -> Disk:
    """A disk with which it comes to an accident at the so-manieth call, once."""

    class AccidentProne(disk):  # type: ignore[misc, valid-type]
        left = after

        def __getattribute__(self, name: str) -> Any:
            if name != "left" and not name.startswith("_"):
                self.left -= 1
                if self.left == -1:
                    accident()
            return super().__getattribute__(name)

    return AccidentProne()


def in_child(call: Callable[[], object]) -> None:
    """In a process that may end at any moment, as by SIGKILL."""
    child = os.fork()
    if child == 0:
        try:
            call()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _encoded(content: Content) -> bytes:
    return "\n".join(content).encode()


def _decoded(block: bytes) -> Content:
    written = block.rstrip(b"\0").decode()
    return tuple(written.split("\n")) if written else ()


@dataclass(frozen=True)
class Expected:
    """A volume or a snapshot. Of size 0: half made, or half removed. `base`: the image that it rests on."""

    fence: int = 0
    size: int = 0
    content: Content = ()
    base: str = ""
    writer: str = ""
    host: str = ""


@dataclass
class Model:
    """Says what a call must come to: the state after it, or the error."""

    copies_in_use: bool
    rests: Callable[[str], bool]
    volumes: dict[str, Expected] = field(default_factory=dict)
    snapshots: dict[str, Expected] = field(default_factory=dict)

    def after(self, method: str, volume_id: str, fence: int, *args: Any) -> "Model":
        model = replace(self, volumes=dict(self.volumes), snapshots=dict(self.snapshots))
        if volume := model.volumes.get(volume_id):
            if fence < volume.fence:
                raise FencedOut
            model.volumes[volume_id] = replace(volume, fence=fence)
        getattr(model, method)(volume_id, fence, *args)
        return model

    def ensure_volume(self, volume_id: str, fence: int, spec: VolumeSpec) -> None:
        if not self._is_whole(volume_id):
            source = self._source(spec)
            if source.size > spec.size:
                raise Impossible
            self.volumes[volume_id] = Expected(fence, spec.size, source.content, source.base)
        self._grow(volume_id, spec.size)

    def ensure_size(self, volume_id: str, fence: int, size: int) -> None:
        self._whole(volume_id)
        self._grow(volume_id, size)

    def ensure_absent(self, volume_id: str, fence: int) -> None:
        if volume_id in self.volumes:
            self._refuse_writer(volume_id)
            del self.volumes[volume_id]

    def ensure_snapshot(self, volume_id: str, fence: int, snapshot_id: str) -> None:
        if volume_id not in self.volumes or snapshot_id not in self.snapshots:
            volume = self._copied(volume_id)
            self.snapshots[snapshot_id] = replace(volume, fence=0, writer="", host="")

    def ensure_connected(self, volume_id: str, fence: int, attachment_id: str, host_id: str) -> None:
        volume = self._whole(volume_id)
        if volume.writer and (volume.writer, volume.host) != (attachment_id, host_id):
            raise Busy
        self.volumes[volume_id] = replace(volume, writer=attachment_id, host=host_id)

    def ensure_disconnected(self, volume_id: str, fence: int, attachment_id: str) -> None:
        volume = self.volumes.get(volume_id)
        if volume and volume.writer == attachment_id:
            self.volumes[volume_id] = replace(volume, writer="", host="")

    def needed(self, image_id: str) -> bool:
        return any(thing.base == image_id for thing in (*self.volumes.values(), *self.snapshots.values()))

    def _is_whole(self, volume_id: str) -> bool:
        return volume_id in self.volumes and bool(self.volumes[volume_id].size)

    def _whole(self, volume_id: str) -> Expected:
        if not self._is_whole(volume_id):
            raise DriverError
        return self.volumes[volume_id]

    def _copied(self, volume_id: str) -> Expected:
        volume = self._whole(volume_id)
        if not self.copies_in_use:
            self._refuse_writer(volume_id)
        return volume

    def _refuse_writer(self, volume_id: str) -> None:
        if self.volumes[volume_id].writer:
            raise Busy

    def _grow(self, volume_id: str, size: int) -> None:
        volume = self.volumes[volume_id]
        if volume.size < size:
            self._refuse_writer(volume_id)
            self.volumes[volume_id] = replace(volume, size=size)

    def _source(self, spec: VolumeSpec) -> Expected:
        if spec.image:
            base = spec.image.id if self.rests(spec.image.id) else ""
            return Expected(size=IMAGE_SIZE, content=(f"image {spec.image.id}",), base=base)
        if spec.volume_id:
            return self._copied(spec.volume_id)
        if spec.snapshot_id and spec.snapshot_id not in self.snapshots:
            raise DriverError
        return self.snapshots[spec.snapshot_id] if spec.snapshot_id else Expected()


volumes, snapshots = st.sampled_from(VOLUMES), st.sampled_from(SNAPSHOTS)
sizes = st.integers(1, 4).map(lambda n: n * MIB)
raised = st.sampled_from((0, 1, 1, 1, -1))
spoilt = st.tuples(st.sampled_from(("killed", "fails", "lost")), st.integers(0, 9))
accidents = st.sampled_from((False, False, False, True)).flatmap(lambda happens: spoilt if happens else st.none())
sources = st.sampled_from(("", "image raw", "image qcow2", *(f"snapshot {i}" for i in SNAPSHOTS), "volume v-0"))
attachments, hosts = st.sampled_from(("a-0", "a-1")), st.sampled_from(("h-0", "h-1"))


class StorageContract(RuleBasedStateMachine):
    """`make_host` is set by subclasses."""

    make_host: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.host = type(self).make_host()
        self.driver: BlockStorage = self.host.driver()
        self.model = Model(self.host.copies_in_use, self.host.rests)
        self.writes = 0
        assert self.driver.capabilities().copies_in_use == self.host.copies_in_use

    @initialize(source=st.sampled_from(("", "image raw", "image qcow2")))
    def begin(self, source: str) -> None:
        self.make("v-0", 2 * MIB, source, 0, None)
        self.connect("v-0", "a-0", "h-0", 0, None)

    def change(
        self, method: str, volume_id: str, raised: int, accident: Accident | None, expected: tuple[Any, ...], *args: Any
    ) -> None:
        """Make the call, at first perhaps with an accident; then twice: the second must change nothing. `expected` is
        what the model wants to know, `args` what the driver does, but for the fence."""
        volume = self.model.volumes.get(volume_id)
        fence = (volume.fence if volume else 7) + raised

        def call(driver: BlockStorage) -> object:
            return getattr(driver, method)(*args, fence)

        before = self.model
        try:
            after, error = before.after(method, volume_id, fence, *expected), None
        except DriverError as wrong:
            after, error = before, type(wrong)
        if accident:
            self.host.spoil(call, accident)
            self.adopt(volume_id, fence, before, after)
            return
        if error is None:
            first = call(self.driver)
            self.model = after
            self.is_as_expected()
            assert call(self.driver) == first
        else:
            with pytest.raises(DriverError) as caught:
                call(self.driver)
            assert caught.type is error
            self.adopt(volume_id, fence, before, after)

    def adopt(self, volume_id: str, fence: int, before: Model, after: Model) -> None:
        """What was seen of a call that failed must be what was before it, or is to be after it, or half a volume
        between nothing and a whole one. The fence may have been left."""
        self.model = replace(before, volumes=dict(before.volumes), snapshots=self._adopted_snapshots(before, after))
        ends = [model.volumes.get(volume_id) for model in (before, after)]
        seen = self.driver.observe(volume_id)
        if seen is None:
            assert None in ends or not all(end.size for end in ends if end)
            self.model.volumes.pop(volume_id, None)
            return
        fences = {fence, *(end.fence for end in ends if end)}
        if not seen.size:
            assert seen.fence in {0, *fences}
            assert not all(end and end.size for end in ends)
            assert seen.writer == ""
            self.model.volumes[volume_id] = Expected(seen.fence)
            return
        assert seen.fence in fences
        content = self.host.read(volume_id)
        matching = [end for end in ends if end and (end.content, end.writer) == (content, seen.writer)]
        assert matching
        assert seen.size <= matching[-1].size
        self.model.volumes[volume_id] = replace(matching[-1], size=seen.size, fence=seen.fence)

    def _adopted_snapshots(self, before: Model, after: Model) -> dict[str, Expected]:
        seen = {i: size for i, size in self.driver.snapshots().items() if size}
        assert before.snapshots.keys() <= seen.keys() <= after.snapshots.keys() | before.snapshots.keys()
        return {**before.snapshots, **{i: after.snapshots[i] for i in seen.keys() - before.snapshots.keys()}}

    @rule(volume=volumes, size=sizes, source=sources, raised=raised, accident=accidents)
    def make(self, volume: str, size: int, source: str, raised: int, accident: Accident | None) -> None:
        kind, _, name = source.partition(" ")
        if (kind, name) == ("volume", volume):
            return
        spec = VolumeSpec(
            id=volume,
            size=size,
            image=self.host.image(name) if kind == "image" else None,
            snapshot_id=name if kind == "snapshot" else None,
            volume_id=name if kind == "volume" else None,
        )
        self.change("ensure_volume", volume, raised, accident, (spec,), spec)

    @rule(volume=volumes, size=sizes, raised=raised, accident=accidents)
    def grow(self, volume: str, size: int, raised: int, accident: Accident | None) -> None:
        self.change("ensure_size", volume, raised, accident, (size,), volume, size)

    @rule(volume=volumes, raised=raised, accident=accidents)
    def remove(self, volume: str, raised: int, accident: Accident | None) -> None:
        self.change("ensure_absent", volume, raised, accident, (), volume)

    @rule(volume=volumes, snapshot=snapshots, raised=raised, accident=accidents)
    def take_snapshot(self, volume: str, snapshot: str, raised: int, accident: Accident | None) -> None:
        self.change("ensure_snapshot", volume, raised, accident, (snapshot,), snapshot, volume)

    @rule(volume=volumes, attachment=attachments, host=hosts, raised=raised, accident=accidents)
    def connect(self, volume: str, attachment: str, host: str, raised: int, accident: Accident | None) -> None:
        self.change("ensure_connected", volume, raised, accident, (attachment, host), volume, attachment, host)

    @rule(volume=volumes, attachment=attachments, raised=raised, accident=accidents)
    def disconnect(self, volume: str, attachment: str, raised: int, accident: Accident | None) -> None:
        self.change("ensure_disconnected", volume, raised, accident, (attachment,), volume, attachment)

    @precondition(lambda self: any(volume.writer for volume in self.model.volumes.values()))
    @rule()
    def write(self) -> None:
        """Its writer writes; what was copied from it does not change."""
        for volume_id, volume in self.model.volumes.items():
            if volume.writer:
                self.writes += 1
                self.host.write(volume_id, f"write {self.writes}")
                self.model.volumes[volume_id] = replace(volume, content=(*volume.content, f"write {self.writes}"))

    @rule(snapshot=snapshots, accident=accidents)
    def remove_snapshot(self, snapshot: str, accident: Accident | None) -> None:
        if accident:
            self.host.spoil(lambda driver: driver.ensure_snapshot_absent(snapshot), accident)
        for _ in range(2):
            self.driver.ensure_snapshot_absent(snapshot)
        self.model.snapshots.pop(snapshot, None)

    @rule(image=st.sampled_from(IMAGES), accident=accidents)
    def remove_base(self, image: str, accident: Accident | None) -> None:
        if accident:
            self.host.spoil(lambda driver: driver.ensure_base_absent(image), accident)
        if self.model.needed(image):
            with pytest.raises(DriverError):
                self.driver.ensure_base_absent(image)
            assert image in self.driver.bases()
        else:
            self.driver.ensure_base_absent(image)
            self.driver.ensure_base_absent(image)
            assert image not in self.driver.bases()

    @precondition(lambda self: len(self.model.volumes) == len(VOLUMES))
    @rule()
    def lose_a_volume(self) -> None:
        volume_id = min(self.model.volumes)
        self.host.lose(volume_id)
        del self.model.volumes[volume_id]

    @rule()
    def restart_control_plane(self) -> None:
        self.driver = self.host.driver()

    @invariant()
    def is_as_expected(self) -> None:
        expected = {i: StoredVolume(i, v.size, v.writer, v.fence) for i, v in self.model.volumes.items()}
        assert {seen.id: seen for seen in self.driver.observe_all()} == expected
        for volume_id in VOLUMES:
            assert self.driver.observe(volume_id) == expected.get(volume_id)
        whole = {i: size for i, size in self.driver.snapshots().items() if size}
        assert whole == {i: snapshot.size for i, snapshot in self.model.snapshots.items()}
        assert {image for image in IMAGES if self.model.needed(image)} <= self.driver.bases() <= set(IMAGES)

    @invariant()
    def holds_what_it_should(self) -> None:
        for volume_id, volume in self.model.volumes.items():
            assert not volume.size or self.host.read(volume_id) == volume.content
        for snapshot_id, snapshot in self.model.snapshots.items():
            assert self.host.read_snapshot(snapshot_id) == snapshot.content

    def teardown(self) -> None:
        try:
            self.host.check()
            for volume_id, volume in self.model.volumes.items():
                self.driver.ensure_disconnected(volume_id, volume.writer, volume.fence)
                self.driver.ensure_absent(volume_id, volume.fence)
            for volume_id in VOLUMES:
                self.driver.ensure_absent(volume_id, 10**6)
            for snapshot_id in SNAPSHOTS:
                self.driver.ensure_snapshot_absent(snapshot_id)
            for image in IMAGES:
                self.driver.ensure_base_absent(image)
            assert self.host.leftovers() == []
        finally:
            self.host.end()


class SimulatedContract(StorageContract):
    make_host = SimulatedHost


class SimulatedWithoutCopiesContract(StorageContract):
    make_host = SimulatedHostWithoutCopiesInUse


class FilesContract(StorageContract):
    make_host = FilesHost


class ReflinkingContract(StorageContract):
    make_host = ReflinkingHost


FILES: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
needs_qemu_img = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")


class TestSimulated(SimulatedContract.TestCase):
    settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


class TestSimulatedWithoutCopiesInUse(SimulatedWithoutCopiesContract.TestCase):
    settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


@needs_qemu_img
class TestFiles(FilesContract.TestCase):
    settings = settings(max_examples=12, stateful_step_count=25, **FILES)


@needs_qemu_img
class TestFilesWithReflinks(ReflinkingContract.TestCase):
    settings = settings(max_examples=12, stateful_step_count=25, **FILES)


@needs_qemu_img
@pytest.mark.nightly
class TestFilesAtLength(FilesContract.TestCase):
    settings = settings(max_examples=100, stateful_step_count=40, **FILES)
