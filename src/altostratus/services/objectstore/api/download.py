"""An object on its way out: whole, in ranges, or not at all because the client has it already."""

import secrets
from collections.abc import AsyncIterator

from altostratus.contracts.objectstore import Object, Reading
from altostratus.kernel.errors import PreconditionFailed
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.api.views import modified, object_headers
from altostratus.services.objectstore.domain.conditions import Verdict, judge
from altostratus.services.objectstore.domain.ranges import Span, read_ranges
from altostratus.services.objectstore.usecases.read_object import ObjectReading


async def answer_object(request: SwiftRequest, found: Object, reading: ObjectReading) -> None:
    """200, 206, 304; PreconditionFailed, RangeNotSatisfiable."""
    headers = object_headers(found)
    verdict = judge(request.headers, found.etag, modified(found.modified_at))
    if verdict is Verdict.FAILED:
        raise PreconditionFailed()
    if verdict is Verdict.NOT_MODIFIED:
        await request.answer(304, headers)
        return
    spans = read_ranges(request.headers.get("range"), reading.size) if _range_holds(request, found) else []
    if len(spans) > 1:
        await _send_parts(request, found, reading, spans, headers)
        return
    span = spans[0] if spans else Span(0, reading.size)
    headers = [*headers, ("content-length", str(span.stop - span.start))]
    if spans:
        headers.append(("content-range", f"bytes {span.start}-{span.stop - 1}/{reading.size}"))
    await _send(request, 206 if spans else 200, headers, reading, span)


def _range_holds(request: SwiftRequest, found: Object) -> bool:
    """If-Range: the whole, unless it is still what the client has a part of."""
    value = request.headers.get("if-range")
    return value is None or value.strip('"') == found.etag


async def _send(request: SwiftRequest, status: int, headers: Headers, reading: ObjectReading, span: Span) -> None:
    raw = request.raw
    if request.method == "HEAD" or span.start == span.stop:
        await raw.start(status, headers)
        await raw.write(b"", more=False)
        return
    chunks = reading.chunks(*span)
    first = await anext(chunks)  # what is damaged at once is a fault, not half an answer
    await raw.start(status, headers)
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

    await request.raw.start(206, headers)
    if request.method != "HEAD":
        async for part in parts():
            await request.raw.write(part)
    await request.raw.write(end, more=False)


def _head(boundary: str, content_type: str, span: Span, size: int) -> bytes:
    where = f"Content-Range: bytes {span.start}-{span.stop - 1}/{size}"
    return f"--{boundary}\r\nContent-Type: {content_type}\r\n{where}\r\n\r\n".encode()
