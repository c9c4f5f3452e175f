"""Ranges of bytes and of children, both ends included: '0-9'."""

import re
from typing import NamedTuple

from altostratus.kernel.errors import BadRequest, RangeNotSatisfiable

_SPAN = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(?:\d{1,18}|\*)", re.ASCII)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Span(NamedTuple):
    """From `start` up to but not with `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"{self.start}-{self.stop - 1}" if self.length else ""


def read_span(text: str) -> Span:
    """Raises BadRequest."""
    return _span(_SPAN.fullmatch(text), text)


def read_content_range(text: str) -> Span:
    """Where what is sent belongs. Raises BadRequest."""
    return _span(_CONTENT_RANGE.fullmatch(text), text)


def read_range(text: str | None, size: int) -> Span | None:
    """What the header Range asks for. None for the whole, which is also the answer to several ranges and to what is no
    range. Raises RangeNotSatisfiable."""
    match = _RANGE.fullmatch(text or "")
    if match is None or not (match[1] or match[2]):
        return None
    first, last = match.groups()
    if not first:
        span = Span(max(size - int(last), 0), size)
    else:
        span = Span(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    if span.length <= 0:
        raise RangeNotSatisfiable()
    return span


def _span(match: re.Match[str] | None, text: str) -> Span:
    if match is None or int(match[2]) < int(match[1]):
        raise BadRequest(f"This is no range: {text}")
    return Span(int(match[1]), int(match[2]) + 1)
