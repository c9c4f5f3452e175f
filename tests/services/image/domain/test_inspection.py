"""What may be kept as what, fed in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.services.image.domain.inspection import Inspection
from altostratus.services.image.errors import InvalidImageData
from tests.services.image.cloud import qcow2


def verdict(content: bytes, disk_format: str, container_format: str = "bare", step: int = 1 << 20) -> int | None:
    inspection = Inspection(disk_format, container_format)
    for start in range(0, len(content), step):
        inspection.feed(content[start : start + step])
    return inspection.verdict()


def test_a_qcow2_says_its_size() -> None:
    assert verdict(qcow2(5 << 30), "qcow2") == 5 << 30
    assert verdict(qcow2(5 << 30), "qcow2", step=7) == 5 << 30


def test_raw_is_as_large_as_it_is() -> None:
    assert verdict(b"x" * 1000, "raw") == 1000
    assert verdict(b"", "raw") is None


def test_anything_safe_may_be_called_raw() -> None:
    content = qcow2(5 << 30)
    assert verdict(content, "raw") == len(content)


def test_kernels_and_other_containers_are_not_looked_into() -> None:
    assert verdict(b"x" * 1000, "aki") is None
    assert verdict(b"x" * 1000, "qcow2", "ovf") is None


@pytest.mark.parametrize(
    ("content", "disk_format"),
    [
        (b"x" * 1000, "qcow2"),
        (qcow2()[:80], "qcow2"),
        (qcow2(), "vmdk"),
        (qcow2(), "iso"),
        (b"x" * 1000, "iso"),
        (qcow2(), "ami"),
        (qcow2(backing=b"/etc/passwd"), "qcow2"),
        (qcow2(backing=b"/etc/passwd"), "raw"),
        (qcow2(incompatible=4), "qcow2"),  # an external data file
        (b"KDMV" + bytes(2000), "vmdk"),
    ],
)
def test_what_is_refused(content: bytes, disk_format: str) -> None:
    with pytest.raises(InvalidImageData):
        verdict(content, disk_format)


@given(st.binary(max_size=4096), st.sampled_from(["QFI\xfb", "KDMV", "conectix", "vhdxfile", "QED\0", ""]))
def test_hostile_data_is_refused_or_sized_but_never_breaks(content: bytes, magic: str) -> None:
    data = magic.encode("latin-1") + content
    for disk_format in ("qcow2", "vmdk", "vhd", "vhdx", "vdi"):
        try:
            size = verdict(data, disk_format, step=512)
        except InvalidImageData:
            continue
        assert size is None or size >= 0
