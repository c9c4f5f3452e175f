"""Byte ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.kernel.errors import RangeNotSatisfiable
from altostratus.services.objectstore.domain.ranges import read_ranges


@pytest.mark.parametrize(
    ("header", "spans"),
    [
        (None, []),
        ("", []),
        ("bytes=", []),
        ("bytes=9-3", []),
        ("bytes=0-3,", []),
        ("bytes=0-3,x", []),
        ("bytes=-", []),
        ("lines=0-3", []),
        ("bytes=0-3-5", []),
        ("bytes=0-3", [(0, 4)]),
        ("bytes = 0-3", [(0, 4)]),
        ("BYTES=0-3", [(0, 4)]),
        ("bytes=40-", [(40, 44)]),
        ("bytes=40-1000", [(40, 44)]),
        ("bytes=-4", [(40, 44)]),
        ("bytes=-1000", [(0, 44)]),
        ("bytes=0-3, 10-13", [(0, 4), (10, 14)]),
        ("bytes=-4,0-3", [(40, 44), (0, 4)]),
        ("bytes=0-3,0-3,0-3,0-3", [(0, 4)] * 4),
        ("bytes=0-3,100-", [(0, 4)]),
    ],
)
def test_ranges_of_44_bytes(header: str | None, spans: list[tuple[int, int]]) -> None:
    assert read_ranges(header, 44) == spans


@pytest.mark.parametrize(
    "header",
    [
        "bytes=44-",
        "bytes=100-200",
        "bytes=-0",
        "bytes=100-,200-",
        "bytes=" + ",".join(["0-0"] * 51),
        "bytes=0-9,1-9,2-9",
        "bytes=8-8,7-7,6-6,5-5,4-4,3-3,2-2,1-1",
    ],
)
def test_ranges_that_are_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        read_ranges(header, 44)


def test_ranges_of_nothing() -> None:
    assert read_ranges("bytes=-1", 0) == []
    for header in ("bytes=0-", "bytes=0-0", "bytes=-0"):
        with pytest.raises(RangeNotSatisfiable):
            read_ranges(header, 0)


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(0, 30))
def test_ranges_lie_within(header: str, size: int) -> None:
    try:
        spans = read_ranges(header, size)
    except RangeNotSatisfiable:
        return
    assert all(0 <= start < stop <= size for start, stop in spans)
