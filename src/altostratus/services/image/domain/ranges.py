"""Byte ranges of a download: one range a request, in Range or (as Glance also takes it) Content-Range; pure.

RFC 9110, section 14.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from altostratus.kernel.errors import BadRequest, RangeNotSatisfiable

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_MOST_DIGITS = 20


class Span(NamedTuple):
    """Bytes from `start` to `stop`, exclusive."""

    start: int
    stop: int


def read_range(headers: Mapping[str, str], size: int) -> Span | None:
    """The bytes asked for of `size` ones; None is all of them."""
    if text := headers.get("range"):
        return _range(text, size)
    if text := headers.get("content-range"):
        return _content_range(text, size)
    return None


def _range(text: str, size: int) -> Span:
    if "," in text:
        raise BadRequest(
            "Requests with multiple ranges are not supported in Glance."
            " You may make multiple single-range requests instead."
        )
    match = _RANGE.fullmatch(text.strip())
    if match is None or match[1] == match[2] == "" or len(text) > 2 * _MOST_DIGITS:
        raise RangeNotSatisfiable("Invalid Range header.")
    if match[1] == "":
        return _checked(max(0, size - int(match[2])), size, size)
    start, last = int(match[1]), int(match[2] or size)
    if last < start:
        raise RangeNotSatisfiable("Invalid Range header.") if match[2] else _outside(size)
    return _checked(start, min(last + 1, size), size)


def _content_range(text: str, size: int) -> Span:
    match = _CONTENT_RANGE.fullmatch(text.strip())
    if match is None or len(text) > 3 * _MOST_DIGITS or int(match[2]) < int(match[1]):
        raise RangeNotSatisfiable("Invalid Content-Range header.")
    return _checked(int(match[1]), min(int(match[2]) + 1, size), size)


def _checked(start: int, stop: int, size: int) -> Span:
    if start >= size:
        raise _outside(size)
    return Span(start, stop)


def _outside(size: int) -> RangeNotSatisfiable:
    return RangeNotSatisfiable(
        f"Invalid start position in Range header. Start position MUST be in the inclusive range [0, {size - 1}]."
    )
