"""Ranges as Glance reads them."""

import pytest

from altostratus.kernel.errors import BadRequest, RangeNotSatisfiable
from altostratus.services.image.domain.ranges import Span, read_range


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("bytes=0-9", Span(0, 10)),
        ("bytes=10-", Span(10, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=99-5000", Span(99, 100)),
    ],
)
def test_a_range_is_cut_to_the_data(text: str, span: Span) -> None:
    assert read_range({"range": text}, 100) == span


def test_content_range_is_understood_too() -> None:
    assert read_range({"content-range": "bytes 0-9/*"}, 100) == Span(0, 10)
    assert read_range({}, 100) is None


@pytest.mark.parametrize(
    "text", ["bytes=100-", "bytes=100-200", "bytes=9-0", "bytes=x", "bytes=-", "chunks=0-1", "bytes=-0"]
)
def test_what_cannot_be_satisfied(text: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        read_range({"range": text}, 100)


def test_digits_are_bounded() -> None:
    with pytest.raises(RangeNotSatisfiable):
        read_range({"range": f"bytes=0-{'9' * 5000}"}, 100)


def test_several_ranges_are_refused() -> None:
    with pytest.raises(BadRequest):
        read_range({"range": "bytes=0-1,5-6"}, 100)
