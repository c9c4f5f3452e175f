"""QEMU's own opinion of a file, under limits."""

from pathlib import Path

import pytest

from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.errors import InvalidImageData
from tests.services.image.cloud import qcow2

pytestmark = pytest.mark.skipif(not QemuImg().available, reason="needs qemu-img and prlimit")


def written(folder: Path, content: bytes) -> Path:
    path = folder / "image"
    path.write_bytes(content)
    return path


def test_the_virtual_size(tmp_path: Path) -> None:
    assert QemuImg().qcow2_size(written(tmp_path, qcow2(3 << 30))) == 3 << 30


@pytest.mark.parametrize("content", [b"x" * 4096, b"", qcow2(backing=b"/etc/passwd"), qcow2(incompatible=4)])
def test_what_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidImageData):
        QemuImg().qcow2_size(written(tmp_path, content))


def test_memory_is_limited(tmp_path: Path) -> None:
    with pytest.raises(InvalidImageData) as caught:
        QemuImg(memory=1 << 20).qcow2_size(written(tmp_path, qcow2()))
    assert "qemu-img" in (caught.value.detail or "")


def test_a_file_that_is_no_qcow2_is_not_probed(tmp_path: Path) -> None:
    """The format is given, so a VMDK descriptor that names other files is not even looked at."""
    with pytest.raises(InvalidImageData):
        QemuImg().qcow2_size(written(tmp_path, b'# Disk DescriptorFile\nRW 1 FLAT "/etc/passwd" 0\n'))
