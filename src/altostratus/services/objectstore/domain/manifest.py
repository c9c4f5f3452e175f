"""Manifests of static large objects: as clients send them, as they are kept, and what their entity tag is.

https://docs.openstack.org/swift/latest/overview_large_objects.html
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from altostratus.kernel.errors import BadRequest, RangeNotSatisfiable
from altostratus.services.objectstore.domain.ranges import Span, read_ranges
from altostratus.services.objectstore.errors import Malformed

MOST_SEGMENTS = 1000
LARGEST_MANIFEST = 2 << 20
"""Bytes of a manifest as clients send it."""
DEEPEST = 10
"""Manifests that name each other are followed so far."""
_KEYS = {"path", "range", "etag", "size_bytes"}
_ENDLESS = 1 << 62


class Asked(NamedTuple):
    """A segment as a client names it: an object, perhaps with a slash before it, and what that is said to be; or
    `data`."""

    path: str = ""
    range: str = ""
    etag: str | None = None
    size: int | None = None
    data: bytes = b""


class Segment(msgspec.Struct, frozen=True):
    """A segment as it is kept. `bytes` and `hash` are those of the whole object, of which `range` is used."""

    name: str = ""
    bytes: int = 0
    hash: str = ""
    content_type: str = ""
    last_modified: str = ""
    range: str = ""
    sub_slo: bool = False
    data: str = ""

    @property
    def span(self) -> Span:
        """What is used of the object, or of the data."""
        if self.data:
            return Span(0, len(self.data) // 4 * 3 - self.data.count("=", -2))
        first, dash, last = self.range.partition("-")
        return Span(int(first), int(last) + 1) if dash else Span(0, self.bytes)

    @property
    def sum(self) -> str:
        """What it adds to the entity tag of the whole."""
        if self.data:
            return hashlib.md5(base64.b64decode(self.data), usedforsecurity=False).hexdigest()
        return f"{self.hash}:{self.range};" if self.range else self.hash

    def kept(self) -> dict[str, Any]:
        """As JSON has it."""
        if self.data:
            return {"data": self.data}
        optional = {"range": self.range, "sub_slo": self.sub_slo}
        plain = {name: getattr(self, name) for name in ("name", "bytes", "hash", "content_type", "last_modified")}
        return plain | {name: value for name, value in optional.items() if value}

    def raw(self) -> dict[str, Any]:
        """As a client would send it, by name."""
        if self.data:
            return {"data": self.data}
        said = {"etag": self.hash, "path": self.name, "range": self.range, "size_bytes": self.bytes}
        return {name: value for name, value in said.items() if name != "range" or value}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The segments of a static large object."""

    segments: tuple[Segment, ...]

    @property
    def size(self) -> int:
        return sum(segment.span.stop - segment.span.start for segment in self.segments)

    @property
    def etag(self) -> str:
        sums = "".join(segment.sum for segment in self.segments)
        return hashlib.md5(sums.encode(), usedforsecurity=False).hexdigest()

    def kept(self) -> bytes:
        return _encoded([segment.kept() for segment in self.segments])

    def raw(self) -> bytes:
        return _encoded([segment.raw() for segment in self.segments])


def _encoded(segments: list[dict[str, Any]]) -> bytes:
    """With the spaces that Swift's have, which count: the size of a manifest is seen."""
    return msgspec.json.format(msgspec.json.encode(segments), indent=0)


_STORED = msgspec.json.Decoder(tuple[Segment, ...])


def stored_manifest(body: bytes) -> Manifest:
    """What was kept."""
    return Manifest(_STORED.decode(body))


def asked_manifest(body: bytes, itself: str) -> list[Asked]:
    """What a client sends, checked as far as it can be without a look at the objects; `itself` is the name that the
    whole will have. Raises BadRequest with a line for everything that is wrong, or as many as a manifest may have."""
    try:
        entries = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("Manifest must be valid JSON.") from error
    if not isinstance(entries, list):
        raise Malformed("Manifest must be a list.")
    found, wrong = [], []
    for number, entry in enumerate(entries):
        try:
            found.append(_asked(entry, itself, last=number == len(entries) - 1))
        except _Wrong as error:
            wrong.append(f"Index {number}: {error}")
            if len(wrong) >= MOST_SEGMENTS:
                break
    if found and all(each.data for each in found):
        wrong.append("Inline data segments require at least one object-backed segment.")
    if wrong:
        raise BadRequest("".join(f"{line}\n" for line in wrong))
    return found


class _Wrong(Exception):
    """What is wrong with an entry."""


def _asked(entry: Any, itself: str, last: bool) -> Asked:
    if not isinstance(entry, dict):
        raise _Wrong("not a JSON object")
    kind = next((key for key in ("data", "path") if key in entry), None)
    if kind is None:
        raise _Wrong("expected keys to include one of 'data' or 'path'")
    if more := sorted(entry.keys() - ({"data"} if kind == "data" else _KEYS)):
        raise _Wrong(f"extraneous keys {', '.join(map(_quoted, more))}")
    return _asked_data(entry["data"]) if kind == "data" else _asked_object(entry, itself, last)


def _quoted(key: str) -> str:
    return msgspec.json.encode(key).decode()


def _asked_data(value: Any) -> Asked:
    try:
        data = base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Wrong("data must be valid base64") from error
    if not data:
        raise _Wrong("too small; each segment must be at least 1 byte.")
    return Asked(data=data)


def _asked_object(entry: dict[str, Any], itself: str, last: bool) -> Asked:
    path, etag, wanted = entry["path"], entry.get("etag"), entry.get("range") or ""
    if not isinstance(path, str):
        raise _Wrong('"path" must be a string')
    if not (etag is None or isinstance(etag, str)):
        raise _Wrong('"etag" must be a string or null (if provided)')
    if "/" not in path.strip("/"):
        raise _Wrong("path does not refer to an object. Path must be of the form /container/object.")
    size = _size(entry.get("size_bytes"))
    if size is not None and size < 1 and not last:
        raise _Wrong("too small; each segment must be at least 1 byte.")
    if path.lstrip("/") == itself:
        raise _Wrong("manifest must not include itself as a segment")
    if wanted:
        _check_range(wanted, size)
    return Asked(path, wanted, etag, size)


def _size(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return int(value[:19] if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _Wrong("invalid size_bytes") from error


def _check_range(wanted: Any, size: int | None) -> None:
    try:
        spans = read_ranges(f"bytes={wanted}", _ENDLESS if size is None else size)
    except RangeNotSatisfiable as error:
        raise _Wrong("unsatisfiable range") from error
    if not isinstance(wanted, str) or not spans:
        raise _Wrong("invalid range")
    if "," in wanted:
        raise _Wrong("multiple ranges (only one allowed)")


def used_range(wanted: str, size: int) -> str:
    """The part that is used of an object, as first-last; '' for all of it. Raises RangeNotSatisfiable."""
    span = read_ranges(f"bytes={wanted}", size)[0] if wanted else Span(0, size)
    return "" if span == (0, size) else f"{span.start}-{span.stop - 1}"


def encoded(data: bytes) -> str:
    """Data as it is kept."""
    return base64.b64encode(data).decode()
