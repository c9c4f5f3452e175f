"""Files appear whole, are never replaced when they hold a user's data, and go without a trace."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from altostratus.services.compute.driver import BaseImage, DriverError, Impossible, MachineSpec
from altostratus.services.compute.drivers.libvirt.disks import GIB, Disks, Owner

SPEC = MachineSpec("m-1", "name", "project", 1, 64, 1, "image", config_drive=b"drive")
MIB = 1 << 20
needs_qemu_img = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")


@pytest.fixture
def image(tmp_path: Path) -> BaseImage:
    path = tmp_path / "image.raw"
    path.write_bytes(os.urandom(MIB))
    return BaseImage("image", path, "raw", MIB)


@pytest.fixture
def disks(tmp_path: Path, image: BaseImage) -> Disks:
    made = Disks(tmp_path / "data")
    made.ensure_base(image, None)
    return made


def info(path: Path) -> dict[str, object]:
    said = subprocess.run(["qemu-img", "info", "--output=json", path], check=True, capture_output=True).stdout
    return dict(json.loads(said))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_base_has_the_images_bytes_and_outlives_it(disks: Disks, image: BaseImage) -> None:
    content = image.path.read_bytes()
    image.path.unlink()
    base = disks.base("image")
    assert base
    assert base.path.read_bytes() == content
    assert (base.format, base.virtual_size) == ("raw", MIB)
    disks.ensure_base(image, None)
    assert base.path.read_bytes() == content


@needs_qemu_img
def test_a_base_goes_once_no_disk_rests_on_it(disks: Disks) -> None:
    disks.ensure_machine(SPEC, 1)
    assert disks.bases() == {"image"}
    with pytest.raises(DriverError, match="m-1 rests on image image"):
        disks.remove_base("image")
    (disks.root_disk("m-1").parent / "root.qcow2").write_bytes(b"torn")  # names nothing
    disks.remove("m-1")
    disks.remove_base("image")
    disks.remove_base("image")
    assert (disks.bases(), disks.base("image")) == (set(), None)


def test_a_base_can_be_read_by_the_group_of_qemu_and_written_by_nobody_else(tmp_path: Path, image: BaseImage) -> None:
    disks = Disks(tmp_path / "data")
    disks.ensure_base(image, os.getgid())
    base = disks.base("image")
    assert base
    assert mode(base.path) == 0o640
    assert base.path.stat().st_gid == os.getgid()
    assert mode(base.path.parent) == 0o711


def test_an_image_that_cannot_be_had_leaves_no_base(tmp_path: Path) -> None:
    disks = Disks(tmp_path / "data")
    with pytest.raises(DriverError, match="cannot cache"):
        disks.ensure_base(BaseImage("gone", tmp_path / "gone", "raw", MIB), None)
    assert disks.base("gone") is None
    assert list((tmp_path / "data" / "bases").iterdir()) == []


def test_an_image_of_a_format_that_cannot_boot_is_impossible(disks: Disks, image: BaseImage) -> None:
    with pytest.raises(Impossible, match="convert it"):
        disks.ensure_base(BaseImage("other", image.path, "vmdk", MIB), None)


@needs_qemu_img
def test_what_was_cut_short_is_cleared_at_the_next_start(tmp_path: Path, disks: Disks) -> None:
    disks.ensure_machine(SPEC, 1)
    torn = [tmp_path / "data" / name for name in ("bases/.other.raw.1-1.tmp", "machines/m-1/.owner.json.1-1.tmp")]
    for each in torn:
        each.write_bytes(b"half")
    Disks(tmp_path / "data")
    assert not any(each.exists() for each in torn)
    assert disks.base("image")
    assert disks.owner("m-1").fence == 1


@needs_qemu_img
def test_a_machine_gets_an_overlay_of_its_size_and_its_config_drive(disks: Disks) -> None:
    disks.ensure_machine(SPEC, 3)
    root = info(disks.root_disk("m-1"))
    assert (root["format"], root["virtual-size"], root["backing-filename-format"]) == ("qcow2", GIB, "raw")
    assert disks.config_drive("m-1").read_bytes() == b"drive"
    assert disks.owner("m-1") == Owner("m-1", "project", 3)
    for path in (disks.root_disk("m-1"), disks.config_drive("m-1")):
        assert mode(path) == 0o600
    assert disks.ids() == {"m-1"}


@needs_qemu_img
def test_no_disk_size_means_the_images_own_also_of_a_qcow2(tmp_path: Path, disks: Disks) -> None:
    path = tmp_path / "image.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "7M"], check=True)
    disks.ensure_base(BaseImage("q", path, "qcow2", 7 * MIB), None)
    base = disks.base("q")
    assert base
    assert base.virtual_size == 7 * MIB
    disks.ensure_machine(MachineSpec("m-2", "n", "p", 1, 64, 0, "q"), 1)
    assert info(disks.root_disk("m-2"))["virtual-size"] == 7 * MIB


@needs_qemu_img
def test_a_root_disk_is_never_replaced_and_needs_no_base_any_more(tmp_path: Path, disks: Disks) -> None:
    disks.ensure_machine(SPEC, 1)
    disks.root_disk("m-1").write_bytes(b"precious")
    for base in (tmp_path / "data" / "bases").iterdir():
        base.unlink()
    disks.ensure_machine(SPEC, 2)
    assert disks.root_disk("m-1").read_bytes() == b"precious"


def test_without_a_base_there_is_nothing_of_the_machine(disks: Disks) -> None:
    with pytest.raises(DriverError, match="no copy of image"):
        disks.ensure_machine(MachineSpec("m-3", "n", "p", 1, 64, 1, "unknown"), 1)
    assert not disks.has("m-3")


def test_a_root_disk_smaller_than_its_image_is_impossible(tmp_path: Path, disks: Disks) -> None:
    path = tmp_path / "big.raw"
    with path.open("wb") as file:
        file.truncate(2 * GIB)
    disks.ensure_base(BaseImage("big", path, "raw", 2 * GIB), None)
    with pytest.raises(Impossible, match="larger disk"):
        disks.ensure_machine(MachineSpec("m-3", "n", "p", 1, 64, 1, "big"), 1)
    assert not disks.has("m-3")


def test_what_qemu_img_says_reaches_the_operator(tmp_path: Path, disks: Disks) -> None:
    bad = tmp_path / "bad.qcow2"
    bad.write_bytes(b"not an image" * 10)
    disks.ensure_base(BaseImage("bad", bad, "qcow2", MIB), None)
    with pytest.raises(DriverError, match=r"qemu-img create failed|larger disk"):
        disks.ensure_machine(MachineSpec("m-3", "n", "p", 1, 64, 0, "bad"), 1)
    assert not disks.root_disk("m-3").exists()


@needs_qemu_img
def test_removal_leaves_nothing_and_may_be_repeated(tmp_path: Path, disks: Disks) -> None:
    disks.ensure_machine(SPEC, 1)
    disks.log_file("m-1").write_bytes(b"log")
    (tmp_path / "data/machines/m-1/.root.qcow2.9-9.tmp").write_bytes(b"torn")
    disks.remove("m-1")
    disks.remove("m-1")
    assert disks.ids() == set()
    assert list((tmp_path / "data/machines").iterdir()) == []


@needs_qemu_img
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"fence": "x", "project_id": "p"}', b'{"fence": null}'])
def test_a_damaged_owner_reads_as_none(tmp_path: Path, disks: Disks, content: bytes) -> None:
    disks.ensure_machine(SPEC, 9)
    (tmp_path / "data/machines/m-1/owner.json").write_bytes(content)
    assert disks.owner("m-1") == Owner("m-1", "", 0)


@needs_qemu_img
def test_the_log_is_read_from_its_end(disks: Disks) -> None:
    assert disks.log_tail("m-1", 10) == b""
    disks.ensure_machine(SPEC, 1)
    disks.log_file("m-1").write_bytes(b"0123456789")
    assert disks.log_tail("m-1", 4) == b"6789"
    assert disks.log_tail("m-1", 100) == b"0123456789"
    assert disks.log_tail("m-1", 0) == b""


@pytest.mark.parametrize("bad", ["", "..", "a/b", "../x", ".hidden", "x" * 65, "a\0"])
def test_ids_that_would_leave_the_directory_are_refused(disks: Disks, bad: str) -> None:
    with pytest.raises(Impossible, match="not an id"):
        disks.remove(bad)
    with pytest.raises(Impossible, match="not an id"):
        disks.base(bad)


def test_the_cache_mode_is_one_that_the_file_system_can_do(disks: Disks) -> None:
    assert disks.cache in ("none", "writeback")
