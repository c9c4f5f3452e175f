"""An object on its way out: whole, in ranges, or not at all because the client has it already."""

import secrets
from collections.abc import AsyncIterator
from typing import NamedTuple

from altostratus.contracts.objectstore import Object, Reading
from altostratus.kernel.errors import PreconditionFailed, RangeNotSatisfiable
from altostratus.services.objectstore.api.large import shown
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.api.signed import as_download, without_private
from altostratus.services.objectstore.api.target import Target
from altostratus.services.objectstore.api.versions import version_headers
from altostratus.services.objectstore.api.views import modified, object_headers
from altostratus.services.objectstore.domain.conditions import Verdict, judge
from altostratus.services.objectstore.domain.link import link_headers, location
from altostratus.services.objectstore.domain.ranges import Span, read_ranges


async def answer_page(request: SwiftRequest, target: Target, status: int) -> None:
    """All of it, as what is said of an error."""
    target = await shown(request, target)
    size = target.reading.size
    headers = [*object_headers(target.found), ("content-length", str(size))]
    await _send(request, status, headers, target.reading, Span(0, size))


class Wanted(NamedTuple):
    """What a request wants of an object: nothing if it is `unchanged`; `spans` of it, or all."""

    headers: Headers
    spans: list[Span]
    unchanged: bool = False


async def answer_object(request: SwiftRequest, target: Target) -> None:
    """200, 206, 304; PreconditionFailed, RangeNotSatisfiable."""
    target = await shown(request, target)
    headers, spans, unchanged = what_is_wanted(request, target)
    found, reading = target.found, target.reading
    if unchanged:
        await request.answer(304, headers)
        return
    headers = as_download(request, headers)
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
    headers = without_private(request, [*object_headers(found), *target.more, *_place_headers(request, target)])
    verdict = judge(request.headers, found.etag, modified(found.modified_at))
    if verdict is Verdict.FAILED:
        fault = PreconditionFailed()
        fault.headers = tuple(header for header in headers if header[0] != "content-type")
        raise fault
    if verdict is Verdict.NOT_MODIFIED:
        return Wanted(headers, [], unchanged=True)
    try:
        return Wanted(headers, [] if request.method == "HEAD" else read_ranges(request.headers.get("range"), size))
    except RangeNotSatisfiable as refused:
        refused.headers = (*headers, ("content-range", f"bytes */{size}"))
        raise


def _place_headers(request: SwiftRequest, target: Target) -> Headers:
    """Which version of what has been read, and from where."""
    if target.linked:
        return [("content-location", location(target.path))]
    return [*link_headers(target.found), *version_headers(request, target.found, target.path)]


async def _send(request: SwiftRequest, status: int, headers: Headers, reading: Reading, span: Span) -> None:
    if request.method == "HEAD" or span.start == span.stop:
        await request.raw.start(status, headers)
        await request.raw.write(b"", more=False)
    else:
        await _stream(request, status, headers, reading.chunks(*span))


async def _stream(request: SwiftRequest, status: int, headers: Headers, chunks: AsyncIterator[bytes]) -> None:
    first = await anext(chunks)  # what is damaged or gone at once is a fault, not half an answer
    await request.raw.start(status, headers)
    await request.raw.write(first)
    async for chunk in chunks:
        await request.raw.write(chunk)
    await request.raw.write(b"", more=False)


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
            async for chunk in reading.chunks(*span):
                yield head + chunk
                head = b""
            yield b"\r\n"
        yield end

    await _stream(request, 206, headers, parts())


def _head(boundary: str, content_type: str, span: Span, size: int) -> bytes:
    where = f"Content-Range: bytes {span.start}-{span.stop - 1}/{size}"
    return f"--{boundary}\r\nContent-Type: {content_type}\r\n{where}\r\n\r\n".encode()
