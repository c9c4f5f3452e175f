"""Files that are disks: whole or not there, copied with their holes, and headers that nobody trusts."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from altostratus.kernel.disk import Disk
from altostratus.kernel.disk_images import (
    QemuImgFailed,
    appear,
    copy_sparse,
    create_overlay,
    qemu_img,
    read_qcow2,
    rests_on,
    share,
)
from tests.traced_disk import TracedDisk

MIB = 1 << 20
needs_qemu_img = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")


def header(version: int = 3, backing: tuple[int, int] = (0, 0), size: int = MIB, incompatible: int = 0) -> bytes:
    """The first 80 bytes: magic, version, where the backing file's name is, its length, and so on."""
    first = struct.pack(">4sIQIIQ", b"QFI\xfb", version, *backing, 16, size)
    return (first.ljust(72, b"\0") + struct.pack(">Q", incompatible)).ljust(512, b"\0")


def written(folder: Path, content: bytes) -> Path:
    path = folder / "disk.qcow2"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "size", "backing", "leans"),
    [
        (header(), MIB, "", False),
        (header(size=2**64 - 1), 2**64 - 1, "", False),
        (header(backing=(512, 11)) + b"/etc/passwd", MIB, "/etc/passwd", True),
        (header(backing=(2**64 - 1, 2**32 - 1)), MIB, "", True),
        (header(backing=(512, 2**32 - 1)) + b"x" * 5000, MIB, "x" * 1023, True),
        (header(incompatible=4), MIB, "", True),
        (header(version=2, incompatible=4), MIB, "", False),
        (header(incompatible=1), MIB, "", False),
    ],
)
def test_what_a_header_says(tmp_path: Path, content: bytes, size: int, backing: str, leans: bool) -> None:
    path = written(tmp_path, content)
    found = read_qcow2(path)
    assert found
    assert (found.virtual_size, found.backing, found.leans) == (size, backing, leans)
    assert rests_on(path) == backing


@pytest.mark.parametrize("content", [b"", b"QFI\xfb", header()[:71], bytes(512), b"VMDK" + bytes(512)])
def test_what_is_no_qcow2_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    assert read_qcow2(path) is None
    assert rests_on(path) == ""
    assert rests_on(tmp_path / "gone") == ""


@pytest.mark.parametrize("data", [[], [(0, 1)], [(0, MIB), (3 * MIB, 4096)], [(8 * MIB - 1, 1)], [(5 * MIB, 2 * MIB)]])
def test_a_copy_has_the_bytes_and_the_holes(tmp_path: Path, data: list[tuple[int, int]]) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("wb") as file:
        for offset, length in data:
            file.seek(offset)
            file.write(os.urandom(length))
        file.truncate(8 * MIB)
    copy_sparse(source, target, Disk())
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_blocks <= source.stat().st_blocks + 16  # in units of 512 bytes


def test_what_cannot_be_linked_is_copied(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"image")
    share(source, target, os.getgid(), Disk())
    assert target.read_bytes() == b"image"
    elsewhere = Path("/dev/shm") / f"alto-test-{os.getpid()}"
    try:
        share(source, elsewhere, None, Disk())
        assert elsewhere.read_bytes() == b"image"
    finally:
        elsewhere.unlink(missing_ok=True)


def test_a_file_is_on_disk_before_it_has_its_name(tmp_path: Path) -> None:
    done: list[str] = []
    appear(tmp_path / "disk", lambda new: new.write_bytes(b"x") and None, TracedDisk(done.append))
    assert done == ["fsync file", "rename", "fsync directory"]
    assert (tmp_path / "disk").read_bytes() == b"x"


def test_a_file_that_cannot_be_made_is_not_there(tmp_path: Path) -> None:
    def make(new: Path) -> None:
        new.write_bytes(b"half")
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        appear(tmp_path / "disk", make, Disk())
    assert list(tmp_path.iterdir()) == []


@needs_qemu_img
def test_an_overlay_names_its_base_and_has_a_size_of_its_own(tmp_path: Path) -> None:
    base, overlay = tmp_path / "base.raw", tmp_path / "over.qcow2"
    base.write_bytes(bytes(MIB))
    create_overlay(overlay, base, "raw", 3 * MIB)
    found = read_qcow2(overlay)
    assert found
    assert (found.virtual_size, found.backing) == (3 * MIB, str(base))


@needs_qemu_img
def test_what_qemu_img_says_when_it_fails_or_may_not(tmp_path: Path) -> None:
    with pytest.raises(QemuImgFailed, match=r"qemu-img info failed: .*No such file") as caught:
        qemu_img("info", str(tmp_path / "gone"))
    assert caught.value.strerror
    with pytest.raises(QemuImgFailed, match="qemu-img info failed"):
        qemu_img("info", str(written(tmp_path, header())), memory=MIB)
