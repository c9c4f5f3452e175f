"""An object on its way out: whole, in ranges, or not at all because the client has it already."""

import secrets
from collections.abc import AsyncIterator
from typing import NamedTuple

from altostratus.contracts.objectstore import Object, Reading
from altostratus.kernel.errors import PreconditionFailed, RangeNotSatisfiable
from altostratus.services.objectstore.api.links import Target, link_headers, location
from altostratus.services.objectstore.api.request import Headers, SwiftRequest, on_wire
from altostratus.services.objectstore.api.versions import version_headers
from altostratus.services.objectstore.api.views import modified, object_headers
from altostratus.services.objectstore.domain.conditions import Verdict, judge
from altostratus.services.objectstore.domain.ranges import Span, read_ranges
from altostratus.services.objectstore.usecases.read_object import ObjectReading


class Wanted(NamedTuple):
    """What a request wants of an object: nothing if it is `unchanged`; `spans` of it, or all."""

    headers: Headers
    spans: list[Span]
    unchanged: bool = False


async def answer_object(request: SwiftRequest, target: Target) -> None:
    """200, 206, 304; PreconditionFailed, RangeNotSatisfiable."""
    headers, spans, unchanged = what_is_wanted(request, target)
    found, reading = target.found, target.reading
    if unchanged:
        await request.answer(304, headers)
        return
    if len(spans) > 1:
        await _send_parts(request, found, reading, spans, headers)
        return
    span = spans[0] if spans else Span(0, reading.size)
    headers = [*headers, ("content-length", str(span.stop - span.start))]
    if spans:
        headers.append(("content-range", f"bytes {span.start}-{span.stop - 1}/{reading.size}"))
    await _send(request, 206 if spans else 200, headers, reading, span)


def what_is_wanted(request: SwiftRequest, target: Target) -> Wanted:
    """By its conditions and its Range; Swift does not know If-Range, and HEAD is always of the whole. Raises
    PreconditionFailed, RangeNotSatisfiable."""
    found, size = target.found, target.reading.size
    headers = [*object_headers(found), *_place_headers(request, target)]
    verdict = judge(request.headers, found.etag, modified(found.modified_at))
    if verdict is Verdict.FAILED:
        fault = PreconditionFailed()
        fault.headers = tuple(on_wire([header for header in headers if header[0] != "content-type"]))
        raise fault
    if verdict is Verdict.NOT_MODIFIED:
        return Wanted(headers, [], unchanged=True)
    try:
        return Wanted(headers, [] if request.method == "HEAD" else read_ranges(request.headers.get("range"), size))
    except RangeNotSatisfiable as refused:
        refused.headers = tuple(on_wire([*headers, ("content-range", f"bytes */{size}")]))
        raise


def _place_headers(request: SwiftRequest, target: Target) -> Headers:
    """Which version of what has been read, and from where."""
    if target.linked:
        return [("content-location", location(target.path))]
    return [*link_headers(target.found), *version_headers(request, target.found, target.path)]


async def _send(request: SwiftRequest, status: int, headers: Headers, reading: ObjectReading, span: Span) -> None:
    raw = request.raw
    if request.method == "HEAD" or span.start == span.stop:
        await request.start(status, headers)
        await raw.write(b"", more=False)
        return
    chunks = reading.chunks(*span)
    first = await anext(chunks)  # what is damaged at once is a fault, not half an answer
    await request.start(status, headers)
    await raw.write(first)
    async for chunk in chunks:
        await raw.write(chunk)
    await raw.write(b"", more=False)


async def _send_parts(
    request: SwiftRequest, found: Object, reading: Reading, spans: list[Span], headers: Headers
) -> None:
    """multipart/byteranges, RFC 9110, section 14.6."""
    boundary = secrets.token_hex(16)
    heads = [_head(boundary, found.content_type, span, reading.size) for span in spans]
    end = f"--{boundary}--".encode()
    length = sum(len(head) + span.stop - span.start + 2 for head, span in zip(heads, spans, strict=True)) + len(end)
    headers = [(name, value) for name, value in headers if name != "content-type"]
    headers += [("content-type", f"multipart/byteranges;boundary={boundary}"), ("content-length", str(length))]

    async def parts() -> AsyncIterator[bytes]:
        for head, span in zip(heads, spans, strict=True):
            yield head
            async for chunk in reading.chunks(*span):
                yield chunk
            yield b"\r\n"

    await request.start(206, headers)
    async for part in parts():
        await request.raw.write(part)
    await request.raw.write(end, more=False)


def _head(boundary: str, content_type: str, span: Span, size: int) -> bytes:
    where = f"Content-Range: bytes {span.start}-{span.stop - 1}/{size}"
    return f"--{boundary}\r\nContent-Type: {content_type}\r\n{where}\r\n\r\n".encode()
