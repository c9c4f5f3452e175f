"""Volumes in files: what is in them, who may read them, what is durable before what, and what foreign or damaged files
may do. See tests/contracts for what every storage promises."""

import errno
import json
import os
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from altostratus.kernel.disk import Disk
from altostratus.services.volume.driver import (
    BaseImage,
    Busy,
    DriverError,
    Impossible,
    Source,
    StorageUnreachable,
    VolumeSpec,
)
from altostratus.services.volume.drivers.files.place import Place
from altostratus.services.volume.drivers.files.storage import FileStorage, group_of
from tests.kernel.test_disk_images import header
from tests.traced_disk import TracedDisk
from tests.volume_files import ReflinkingDisk, qcow2_from

MIB, GIB = 1 << 20, 1 << 30
DISKS = [Disk, ReflinkingDisk]
needs_qemu_img = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")


class FullDisk(Disk):
    """It has no room for more than a note."""

    def begin_writeback(self, descriptor: int, offset: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def image(tmp_path: Path) -> BaseImage:
    path = tmp_path / "image.raw"
    path.write_bytes(os.urandom(MIB))
    return BaseImage("image", path, "raw", MIB)


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "data")


def content(source: Source | Path) -> bytes:
    """What a machine reads."""
    path = source if isinstance(source, Path) else Path(source.path)
    raw = path.with_suffix(".content")
    subprocess.run(["qemu-img", "convert", "-f", path.suffix[1:], "-O", "raw", path, raw], check=True)
    try:
        return raw.read_bytes()
    finally:
        raw.unlink()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@needs_qemu_img
@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("image_format", ["raw", "qcow2"])
def test_clones_have_the_bytes_and_zeros_after_them(
    tmp_path: Path, image: BaseImage, disk: type[Disk], image_format: str
) -> None:
    expected = image.path.read_bytes() + bytes(2 * MIB)
    if image_format == "qcow2":
        path = tmp_path / "image.qcow2"
        qcow2_from(image.path.read_bytes(), MIB, path)
        image = BaseImage("image", path, "qcow2", MIB)
    storage = FileStorage(tmp_path / "data", disk=disk())
    storage.ensure_volume(VolumeSpec("v", 2 * MIB, image=image), 1)
    storage.ensure_snapshot("s", "v", 1)
    storage.ensure_volume(VolumeSpec("from-v", 2 * MIB, volume_id="v"), 1)
    storage.ensure_volume(VolumeSpec("from-s", 3 * MIB, snapshot_id="s"), 1)
    storage.ensure_size("from-v", 3 * MIB, 2)
    assert content(storage.ensure_connected("v", "a", "h", 2)) == expected[: 2 * MIB]
    assert content(storage.ensure_connected("from-v", "b", "h", 2)) == expected
    assert content(storage.ensure_connected("from-s", "c", "h", 2)) == expected


@needs_qemu_img
@pytest.mark.parametrize("disk", DISKS)
def test_a_snapshot_does_not_change_as_its_volume_does(tmp_path: Path, image: BaseImage, disk: type[Disk]) -> None:
    before = image.path.read_bytes()
    storage = FileStorage(tmp_path / "data", disk=disk())
    storage.ensure_volume(VolumeSpec("v", MIB, image=image), 1)
    storage.ensure_snapshot("s", "v", 1)
    volume = Path(storage.ensure_connected("v", "a", "h", 1).path)
    write = ["qemu-io", "-f", volume.suffix[1:], "-c", f"write -q -P 7 0 {MIB}", str(volume)]
    subprocess.run(write, check=True, capture_output=True)
    assert content(volume) == bytes([7]) * MIB
    assert content(next((tmp_path / "data/snapshots/s").iterdir())) == before
    assert image.path.read_bytes() == before


@needs_qemu_img
def test_two_gibibytes_are_cloned_without_being_copied(tmp_path: Path, storage: FileStorage, image: BaseImage) -> None:
    os.truncate(image.path, 2 * GIB)
    storage.ensure_volume(VolumeSpec("v", 2 * GIB, image=BaseImage("image", image.path, "raw", 2 * GIB)), 1)
    storage.ensure_volume(VolumeSpec("empty", 2 * GIB), 1)
    storage.ensure_snapshot("s", "v", 1)
    storage.ensure_volume(VolumeSpec("again", 2 * GIB, snapshot_id="s"), 1)
    parts = {path.stat().st_ino: path.stat().st_blocks * 512 for path in (tmp_path / "data").rglob("*")}
    del parts[next((tmp_path / "data/bases/image").iterdir()).stat().st_ino]  # the image's own, by another name
    assert sum(parts.values()) < 2 * MIB


@needs_qemu_img
def test_a_volume_over_an_image_names_what_it_rests_on(tmp_path: Path, storage: FileStorage, image: BaseImage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB, image=image), 1)
    storage.ensure_volume(VolumeSpec("copy", MIB, volume_id="v"), 1)
    base = str(tmp_path / "data/bases/image/disk.raw")
    for name in ("v", "copy"):
        found = storage.ensure_connected(name, "a", "h", 1)
        assert found == Source(str(tmp_path / f"data/volumes/{name}/disk.qcow2"), "qcow2", base, "raw")
    storage.ensure_volume(VolumeSpec("empty", MIB), 1)
    empty = storage.ensure_connected("empty", "a", "h", 1)
    assert empty == Source(str(tmp_path / "data/volumes/empty/disk.raw"), "raw")


@needs_qemu_img
def test_files_are_their_owners_and_bases_may_be_read_by_a_group(tmp_path: Path, image: BaseImage) -> None:
    storage = FileStorage(tmp_path / "data", readers=os.getgid())
    storage.ensure_volume(VolumeSpec("v", MIB, image=image), 1)
    storage.ensure_volume(VolumeSpec("empty", MIB), 1)
    storage.ensure_snapshot("s", "empty", 1)
    modes = {str(path.relative_to(tmp_path / "data")): mode(path) for path in (tmp_path / "data").rglob("*")}
    assert modes == {
        **dict.fromkeys(("volumes", "snapshots", "bases"), 0o711),
        **dict.fromkeys(("volumes/v", "volumes/empty", "snapshots/s", "bases/image"), 0o711),
        **dict.fromkeys(("volumes/v/owner.json", "volumes/v/disk.qcow2", "volumes/empty/owner.json"), 0o600),
        **dict.fromkeys(("volumes/empty/disk.raw", "snapshots/s/disk.raw"), 0o600),
        "bases/image/disk.raw": 0o640,
    }


def test_the_group_of_the_first_user_that_is_there() -> None:
    assert group_of("no-such-user", "root") == 0
    assert group_of("no-such-user") is None


def test_all_is_on_disk_before_it_has_its_name(tmp_path: Path) -> None:
    done: list[str] = []
    storage = FileStorage(tmp_path / "data", disk=TracedDisk(done.append))
    folder, note = ["fsync directory"], ["write", "fsync file", "rename", "fsync directory"]
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    assert done == folder + note + ["fsync file", "rename", "fsync directory"]
    done.clear()
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    assert done == []
    storage.ensure_connected("v", "a", "h", 2)
    assert done == note
    done.clear()
    storage.ensure_disconnected("v", "a", 2)
    storage.ensure_size("v", 2 * MIB, 2)
    assert done == [*note, "fsync file"]
    done.clear()
    storage.ensure_absent("v", 2)
    assert done == ["fsync directory", "fsync directory"]


def test_a_full_disk_says_so_and_keeps_nothing(tmp_path: Path, storage: FileStorage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    Path(storage.ensure_connected("v", "a", "h", 1).path).write_bytes(os.urandom(MIB))
    storage.ensure_disconnected("v", "a", 1)
    before = files(tmp_path / "data")
    full = FileStorage(tmp_path / "data", disk=FullDisk())
    with pytest.raises(DriverError, match="cannot change volume copy: the disk is full"):
        full.ensure_volume(VolumeSpec("copy", MIB, volume_id="v"), 1)
    with pytest.raises(DriverError, match="the disk is full"):
        full.ensure_snapshot("s", "v", 1)
    assert files(tmp_path / "data") == before
    assert (full.observe("copy"), full.snapshots()) == (None, {})


def test_what_died_on_its_way_is_cleared_by_the_next_try(tmp_path: Path, storage: FileStorage) -> None:
    torn = tmp_path / "data/volumes/v/.disk.raw.1-1.tmp"
    torn.parent.mkdir()
    torn.write_bytes(b"half")
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    assert files(tmp_path / "data/volumes/v") == {"disk.raw", "owner.json"}


def test_a_damaged_disk_is_shown_as_nothing_and_hides_no_other(tmp_path: Path, storage: FileStorage) -> None:
    """Whoever deletes it gets rid of it."""
    storage.ensure_volume(VolumeSpec("whole", MIB), 1)
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    storage.ensure_snapshot("s", "v", 1)
    storage.ensure_snapshot("half", "v", 1)
    for place in ("volumes/v", "snapshots/s"):
        (tmp_path / "data" / place / "disk.raw").unlink()
        (tmp_path / "data" / place / "disk.qcow2").write_bytes(b"not a disk any more")
    (tmp_path / "data/snapshots/half/disk.raw").unlink()
    assert {seen.id: seen.size for seen in storage.observe_all()} == {"whole": MIB, "v": 0}
    assert storage.snapshots() == {"s": 0, "half": 0}
    with pytest.raises(DriverError, match="is damaged"):
        storage.ensure_size("v", 2 * MIB, 1)
    storage.ensure_absent("v", 1)
    storage.ensure_snapshot_absent("s")
    storage.ensure_snapshot_absent("half")
    assert (storage.observe("v"), storage.snapshots()) == (None, {})


@pytest.mark.parametrize(
    "damaged",
    [None, b"", b"{", b"[]", b"{}", b'{"fence": 1}', b'{"fence": "1", "writer": "", "host": ""}', b"\xff", b"null"],
)
def test_a_damaged_note_never_means_that_nobody_writes(
    tmp_path: Path, storage: FileStorage, damaged: bytes | None
) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    storage.ensure_connected("v", "a", "h", 1)
    note = tmp_path / "data/volumes/v/owner.json"
    note.unlink() if damaged is None else note.write_bytes(damaged)
    seen = storage.observe("v")
    assert seen
    assert (seen.size, seen.writer) == (MIB, "unknown")
    assert storage.observe_all() == [seen]
    calls: list[Callable[[], object]] = [
        lambda: storage.ensure_connected("v", "b", "other", 9),
        lambda: storage.ensure_disconnected("v", "a", 9),
        lambda: storage.ensure_size("v", 2 * MIB, 9),
        lambda: storage.ensure_absent("v", 9),
        lambda: storage.ensure_snapshot("s", "v", 9),
        lambda: storage.ensure_volume(VolumeSpec("copy", MIB, volume_id="v"), 9),
    ]
    for call in calls:
        with pytest.raises(DriverError, match=r"owner.json is damaged: once no machine has the volume open"):
            call()
    note.write_text(json.dumps({"fence": 0, "writer": "", "host": ""}))
    storage.ensure_absent("v", 1)
    assert storage.observe("v") is None


@pytest.mark.parametrize(
    ("image_format", "hostile"),
    [
        ("qcow2", header(backing=(512, 11)) + b"/etc/passwd"),
        ("qcow2", header(incompatible=4)),
        ("qcow2", header(size=2**63)),
        ("qcow2", b"no image at all"),
        ("vmdk", b"KDMV"),
    ],
)
def test_an_image_that_leans_on_other_files_or_lies_is_not_touched(
    tmp_path: Path, storage: FileStorage, image_format: str, hostile: bytes
) -> None:
    path = tmp_path / "image"
    path.write_bytes(hostile)
    with pytest.raises(Impossible, match=r"convert it|choose a larger size"):
        storage.ensure_volume(VolumeSpec("v", MIB, image=BaseImage("hostile", path, image_format, MIB)), 1)
    assert storage.observe("v") is None
    assert storage.bases() == set()


def test_a_volume_that_looks_like_an_image_is_not_believed(tmp_path: Path, storage: FileStorage) -> None:
    """What a guest writes into a raw volume is no header: its copies name no other file."""
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    volume = Path(storage.ensure_connected("v", "a", "h", 1).path)
    with volume.open("r+b") as file:
        file.write(header(backing=(512, 11)) + b"/etc/passwd")
    storage.ensure_disconnected("v", "a", 1)
    storage.ensure_volume(VolumeSpec("copy", MIB, volume_id="v"), 1)
    source = storage.ensure_connected("copy", "a", "h", 1)
    assert source == Source(str(tmp_path / "data/volumes/copy/disk.raw"), "raw")


def test_workers_keep_out_of_each_others_way(tmp_path: Path, storage: FileStorage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    volume = Place(tmp_path / "data/volumes/v", Disk())
    with volume.shared():
        storage.ensure_volume(VolumeSpec("copy", MIB, volume_id="v"), 1)
        with pytest.raises(DriverError, match="is being worked on"):
            storage.ensure_connected("v", "a", "h", 1)
        assert storage.observe("v")
    with volume.alone(), pytest.raises(DriverError, match="is being worked on"):
        storage.ensure_volume(VolumeSpec("another", MIB, volume_id="v"), 1)
    assert storage.observe("another") is None


def test_of_many_that_want_a_volume_at_once_one_gets_it(tmp_path: Path, storage: FileStorage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    begin = threading.Barrier(8)

    def connect(number: int) -> str:
        driver = FileStorage(tmp_path / "data")
        begin.wait()
        try:
            driver.ensure_connected("v", f"a-{number}", f"h-{number}", 1)
        except DriverError:
            return ""
        return f"a-{number}"

    with ThreadPoolExecutor(8) as threads:
        won = [winner for winner in threads.map(connect, range(8)) if winner]
    seen = storage.observe("v")
    assert seen
    assert won == [seen.writer]


@needs_qemu_img
def test_a_base_that_is_being_used_stays(tmp_path: Path, storage: FileStorage, image: BaseImage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB, image=image), 1)
    storage.ensure_absent("v", 1)
    with Place(tmp_path / "data/bases/image", Disk()).shared(), pytest.raises(DriverError, match="is being worked on"):
        storage.ensure_base_absent("image")
    storage.ensure_base_absent("image")
    assert storage.bases() == set()
    assert image.path.exists()


def test_in_use_and_no_reflink_is_busy(storage: FileStorage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    storage.ensure_connected("v", "a", "h", 1)
    if storage.capabilities().copies_in_use:
        storage.ensure_snapshot("s", "v", 1)
        assert storage.snapshots() == {"s": MIB}
    else:
        with pytest.raises(Busy, match="attachment a may write to v"):
            storage.ensure_snapshot("s", "v", 1)


def test_a_storage_that_is_not_mounted_is_unknown_and_not_empty(tmp_path: Path, storage: FileStorage) -> None:
    storage.ensure_volume(VolumeSpec("v", MIB), 1)
    (tmp_path / "data").rename(tmp_path / "away")
    calls: list[Callable[[], object]] = [
        lambda: storage.observe("v"),
        storage.observe_all,
        storage.snapshots,
        lambda: storage.ensure_volume(VolumeSpec("v", MIB), 1),
        lambda: storage.ensure_connected("v", "a", "h", 1),
        lambda: storage.ensure_absent("v", 1),
        lambda: storage.ensure_snapshot_absent("s"),
    ]
    for call in calls:
        with pytest.raises(StorageUnreachable):
            call()


@pytest.mark.parametrize("bad", ["", "..", "a/b", "../x", ".hidden", "x" * 65, "a\0"])
def test_ids_that_would_leave_the_directory_are_refused(storage: FileStorage, bad: str) -> None:
    for call in (storage.observe, storage.ensure_snapshot_absent, storage.ensure_base_absent):
        with pytest.raises(Impossible, match="not an id"):
            call(bad)
