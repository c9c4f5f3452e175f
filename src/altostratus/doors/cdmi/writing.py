"""Data objects on their way in, from CDMI's JSON or by plain HTTP: whole, or a range of what is there.

Objects of the store never change. A range is written as another object: what was before it, the range, what is
behind it; the bytes pass through this process, so there is an end to it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from altostratus.contracts.objectstore import Content, Guard, NewObject, Object, Reading, unguarded
from altostratus.doors.cdmi.containers import check_name
from altostratus.doors.cdmi.metadata import EXTRA, changed, parted, shown
from altostratus.doors.cdmi.place import get_node, look
from altostratus.doors.cdmi.request import CdmiRequest
from altostratus.doors.cdmi.spans import Span
from altostratus.doors.cdmi.views import ENCODING, PARTIAL, check_value
from altostratus.kernel.errors import BadRequest, Conflict, NotImplementedHere, PreconditionFailed
from altostratus.kernel.tx import Tx

PATCH_MOST = 1 << 30
"""The most bytes of an object of which a range is written."""
OWN = (EXTRA, ENCODING, PARTIAL)
"""What this door keeps with an object."""
_ZEROS = bytes(1 << 16)


@dataclass(frozen=True, slots=True)
class Present:
    """What was there before the request: nothing, or an object and its bytes."""

    entry: Object | None
    reading: Reading | None

    @property
    def size(self) -> int:
        return self.entry.size if self.entry else 0

    @property
    def meta(self) -> dict[str, Any]:
        return shown(self.entry.meta, self.entry.system) if self.entry else {}


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says of an object; None where it says nothing."""

    content_type: str | None
    default_type: str
    encoding: str | None = None
    metadata: dict[str, Any] | None = None
    names: Sequence[str] = ()
    partial: bool = False

    def of(self, present: Present) -> NewObject:
        """All that is said of the object when it is written. Raises BadRequest."""
        entry = present.entry
        meta, extra = parted(entry.meta if entry else {}, changed(present.meta, self.metadata, self.names))
        encoding = self.encoding or (entry.system.get(ENCODING) if entry else None)
        kept = {EXTRA: extra, ENCODING: encoding, PARTIAL: self.partial}
        return NewObject(
            content_type=self.content_type or (entry.content_type if entry else self.default_type),
            meta=meta,
            system={name: value for name, value in kept.items() if value},
            expires_at=entry.expires_at if entry else None,
        )


async def find_present(request: CdmiRequest) -> Present:
    """Raises MissingSlash where there is a container, NotFound without one around it, BadRequest for names."""

    def find(tx: Tx) -> Present:
        node = look(request.store, tx, request.place)
        if node is None:
            get_node(request.store, tx, request.place.parent)
        entry = node.entry if node else None
        return Present(entry, request.store.open_object(tx, entry) if entry else None)

    if not request.place.name:
        await request.store.read(lambda tx: look(request.store, tx, request.place))
        raise BadRequest("The root has containers alone, and the URIs of containers end with a slash.")
    check_name(request.place)
    return await request.store.read(find)


async def write(
    request: CdmiRequest,
    present: Present,
    new: NewObject,
    data: AsyncIterator[bytes],
    span: Span | None,
    size: int | None,
) -> Object:
    """`size` bytes in place of everything, or of a range. Raises what the store does, and BadRequest where less or
    more comes than was said."""
    guards: list[Guard] = [conditions(request)]
    if span is not None:
        if present.entry:
            check_value(present.entry)
        total = max(present.size, span.stop)
        if total > PATCH_MOST:
            raise NotImplementedHere(f"Ranges are written of objects of at most {PATCH_MOST} bytes.")
        guards.append(_unchanged(present))
        data, size = _patched(present, _exactly(data, span.length), span), total
    elif size is not None:
        data = _exactly(data, size)

    def make(content: Content) -> NewObject:
        return new

    def guard(now: Object | None) -> None:
        for check in guards:
            check(now)

    place = request.place
    stays_encrypted = span is not None and present.entry is not None and present.entry.is_encrypted
    return await request.store.put_object(
        place.account,
        place.container,
        place.name,
        data,
        make,
        announced=size,
        guard=guard,
        encrypted=stays_encrypted or None,
    )


def conditions(request: CdmiRequest) -> Guard:
    """If-Match and If-None-Match (RFC 9110, section 13), for changing something."""
    match, none_match = (request.headers.get(name) for name in ("if-match", "if-none-match"))

    def check(now: Object | None) -> None:
        if match is not None and not names_etag(match, now):
            raise PreconditionFailed()
        if none_match is not None and names_etag(none_match, now):
            raise PreconditionFailed()

    return check if match is not None or none_match is not None else unguarded


def names_etag(header: str, entry: Object | None) -> bool:
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return entry is not None and ("*" in tags or entry.etag in tags)


def _unchanged(present: Present) -> Guard:
    before = present.entry.id if present.entry else None

    def check(now: Object | None) -> None:
        if (now.id if now else None) != before:
            raise Conflict("The object has been changed meanwhile.")

    return check


async def _exactly(data: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    came = 0
    async for chunk in data:
        came += len(chunk)
        if came > size:
            break
        yield chunk
    if came != size:
        raise BadRequest(f"The value does not have the {size} bytes that the request speaks of.")


async def _patched(present: Present, data: AsyncIterator[bytes], span: Span) -> AsyncIterator[bytes]:
    """What is there with the range in place; what nobody has ever written is zero."""
    async for chunk in _part(present, 0, span.start):
        yield chunk
    for at in range(present.size, span.start, len(_ZEROS)):
        yield _ZEROS[: span.start - at]
    async for chunk in data:
        yield chunk
    async for chunk in _part(present, span.stop, present.size):
        yield chunk


async def _part(present: Present, start: int, stop: int) -> AsyncIterator[bytes]:
    stop = min(stop, present.size)
    if present.reading and start < stop:
        async for chunk in present.reading.chunks(start, stop):
            yield chunk
