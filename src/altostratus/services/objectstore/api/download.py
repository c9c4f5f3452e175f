"""An object on its way out: whole, in ranges, or not at all because the client has it already."""

import secrets
from collections.abc import AsyncIterator

from altostratus.contracts.objectstore import Object, Reading
from altostratus.kernel.errors import PreconditionFailed, RangeNotSatisfiable
from altostratus.services.objectstore.api.request import Headers, SwiftRequest, wired
from altostratus.services.objectstore.api.signed import dressed
from altostratus.services.objectstore.api.views import modified, object_headers
from altostratus.services.objectstore.domain.conditions import Verdict, judge
from altostratus.services.objectstore.domain.ranges import Span, read_ranges


async def answer_object(request: SwiftRequest, found: Object, reading: Reading, more: Headers | None = None) -> None:
    """200, 206, 304; PreconditionFailed, RangeNotSatisfiable."""
    headers = dressed(request, [*object_headers(found), *(more or [])])
    verdict = judge(request.headers, found.etag, modified(found.modified_at))
    if verdict is Verdict.FAILED:
        raise PreconditionFailed()
    if verdict is Verdict.NOT_MODIFIED:
        await request.answer(304, headers)
        return
    spans = _spans(request, found, reading, headers)
    if len(spans) > 1:
        await _send_parts(request, found, reading, spans, headers)
        return
    span = spans[0] if spans else Span(0, reading.size)
    headers = [*headers, ("content-length", str(span.stop - span.start))]
    if spans:
        headers.append(("content-range", f"bytes {span.start}-{span.stop - 1}/{reading.size}"))
    await _send(request, 206 if spans else 200, headers, reading, span)


def _spans(request: SwiftRequest, found: Object, reading: Reading, headers: Headers) -> list[Span]:
    """The ranges that are asked for. Raises RangeNotSatisfiable, which says what it is not satisfiable for."""
    try:
        return read_ranges(request.headers.get("range"), reading.size) if _range_holds(request, found) else []
    except RangeNotSatisfiable as fault:
        said = [(name, value) for name, value in headers if name != "content-type"]
        fault.headers = (*wired(said), ("content-range", f"bytes */{reading.size}"))
        raise


def _range_holds(request: SwiftRequest, found: Object) -> bool:
    """If-Range: the whole, unless it is still what the client has a part of."""
    value = request.headers.get("if-range")
    return value is None or value.strip('"') == found.etag.strip('"')


async def _send(request: SwiftRequest, status: int, headers: Headers, reading: Reading, span: Span) -> None:
    raw = request.raw
    if request.method == "HEAD" or span.start == span.stop:
        await raw.start(status, wired(headers))
        await raw.write(b"", more=False)
        return
    if span == (0, reading.size) and raw.can_send_files and (path := await reading.file()):
        await raw.send_file(path, status, wired(headers))
        return
    await _stream(request, status, headers, reading.chunks(*span))


async def _stream(request: SwiftRequest, status: int, headers: Headers, chunks: AsyncIterator[bytes]) -> None:
    first = await anext(chunks)  # what is damaged or gone at once is a fault, not half an answer
    await request.raw.start(status, wired(headers))
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

    if request.method == "HEAD":
        await request.raw.start(206, wired(headers))
        await request.raw.write(b"", more=False)
    else:
        await _stream(request, 206, headers, parts())


def _head(boundary: str, content_type: str, span: Span, size: int) -> bytes:
    where = f"Content-Range: bytes {span.start}-{span.stop - 1}/{size}"
    return f"--{boundary}\r\nContent-Type: {content_type}\r\n{where}\r\n\r\n".encode()
