"""Image data on disk."""

import errno
import hashlib
from pathlib import Path

import pytest

from altostratus.kernel.disk import Disk
from altostratus.kernel.errors import Fault, Unavailable
from altostratus.services.image.drivers.files import Files
from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.errors import InvalidImageData, StorageFull
from tests.services.image.cloud import qcow2


class BrokenDisk(Disk):
    """A disk that fails at one of its calls, as the operating system would."""

    def __init__(self, code: int, at: str) -> None:
        self._code = code
        self._at = at

    def write(self, descriptor: int, data: bytes) -> None:
        self._fail("write")
        super().write(descriptor, data)

    def fsync_file(self, descriptor: int) -> None:
        self._fail("fsync_file")
        super().fsync_file(descriptor)

    def _fail(self, where: str) -> None:
        if where == self._at:
            raise OSError(self._code, "broken on purpose")


def test_what_comes_in_is_hashed_and_kept(tmp_path: Path) -> None:
    files = Files(tmp_path / "images", QemuImg())
    writing = files.begin("a", "raw", "bare")
    for piece in (b"hello ", b"", b"world"):
        writing.write(piece)
    assert not files.path("a").exists()
    content = writing.finish()
    writing.close()
    assert files.path("a").read_bytes() == b"hello world"
    assert (content.size, content.virtual_size) == (11, 11)
    assert content.checksum == hashlib.md5(b"hello world").hexdigest()
    assert content.os_hash_value == hashlib.sha512(b"hello world").hexdigest()
    assert files.names() == {"a"}


def test_a_name_is_used_once(tmp_path: Path) -> None:
    files = Files(tmp_path / "images", QemuImg())
    files.begin("a", "raw", "bare").close()
    with pytest.raises(Unavailable):
        files.begin("a", "raw", "bare")


def test_what_was_not_finished_can_be_removed(tmp_path: Path) -> None:
    files = Files(tmp_path / "images", QemuImg())
    files.begin("a", "raw", "bare").close()
    assert files.names() == {"a"}
    files.remove("a")
    files.remove("a")
    assert files.names() == set()


def test_an_unsafe_image_is_never_finished(tmp_path: Path) -> None:
    files = Files(tmp_path / "images", QemuImg())
    writing = files.begin("a", "qcow2", "bare")
    writing.write(qcow2(backing=b"/etc/passwd"))
    with pytest.raises(InvalidImageData):
        writing.finish()
    writing.close()
    assert not files.path("a").exists()


@pytest.mark.parametrize(
    ("code", "at", "kind"),
    [
        (errno.ENOSPC, "write", StorageFull),
        (errno.EDQUOT, "write", StorageFull),
        (errno.ENOSPC, "fsync_file", StorageFull),
        (errno.EIO, "write", Unavailable),
        (errno.EIO, "fsync_file", Unavailable),
    ],
)
def test_errors_of_the_disk_are_faults(tmp_path: Path, code: int, at: str, kind: type[Fault]) -> None:
    files = Files(tmp_path / "images", QemuImg(), BrokenDisk(code, at))
    writing = files.begin("a", "raw", "bare")
    with pytest.raises(kind):
        writing.write(b"x")
        writing.finish()
    writing.close()
    assert not files.path("a").exists()
