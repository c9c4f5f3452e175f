"""Byte ranges (RFC 9110, section 14). A header that is no range is as if it were not there."""

import re
from itertools import combinations, pairwise
from typing import NamedTuple

from altostratus.kernel.errors import RangeNotSatisfiable

MOST, MOST_OVERLAPS, MOST_UNORDERED = 50, 2, 8
"""How many ranges one request may ask for, how many pairs of them may overlap, and from how many on they must be in
order."""
_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})")


class Span(NamedTuple):
    """From `start` up to but not with `stop`."""

    start: int
    stop: int


def read_ranges(header: str | None, size: int) -> list[Span]:
    """The ranges that lie within `size` bytes, in the order they were asked for; [] for the whole. Raises
    RangeNotSatisfiable when none of them does."""
    unit, _, listed = (header or "").partition("=")
    if unit.strip().lower() != "bytes":
        return []
    parts = [part.strip() for part in listed.split(",")]
    matches = [_RANGE.fullmatch(part) for part in parts]
    if not all(match and (match[1] or match[2]) for match in matches):
        return []
    asked = [(match[1], match[2]) for match in matches if match]
    if any(first and last and int(first) > int(last) for first, last in asked):
        return []
    found = [span for first, last in asked if (span := _span(first, last, size))]
    if not found or _is_greedy(found):
        raise RangeNotSatisfiable()
    return found if found != [(0, 0)] else []


def _is_greedy(spans: list[Span]) -> bool:
    """Whether an answer would take far more than it gives (RFC 9110, section 14.2)."""
    if len(spans) > MOST:
        return True
    overlaps = sum(a.start < b.stop and b.start < a.stop and a != b for a, b in combinations(spans, 2))
    ascending = all(a.start <= b.start for a, b in pairwise(spans))
    return overlaps > MOST_OVERLAPS or (not ascending and len(spans) >= MOST_UNORDERED)


def _span(first: str, last: str, size: int) -> Span | None:
    if not first:
        length = min(int(last), size)
        return Span(size - length, size) if int(last) else None
    if int(first) >= size:
        return None
    return Span(int(first), min(int(last) + 1, size) if last else size)
