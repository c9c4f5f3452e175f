"""Data objects by plain HTTP: their bytes, and a content type."""

from altostratus.contracts.objectstore import Object, Reading
from altostratus.doors.cdmi.place import get_node
from altostratus.doors.cdmi.request import CdmiRequest
from altostratus.doors.cdmi.spans import Span, read_content_range, read_range
from altostratus.doors.cdmi.views import check_value, encoding_of_type
from altostratus.doors.cdmi.writing import Said, find_present, names_etag, write
from altostratus.kernel.errors import BadRequest, NotFound, PreconditionFailed
from altostratus.kernel.tx import Tx

_KEPT = ("content-encoding", "content-disposition", "content-language", "cache-control", "expires")
"""Headers that Swift and S3 keep with an object."""


async def get_bytes(request: CdmiRequest) -> None:
    """200, 206 for a range, 304; PreconditionFailed, RangeNotSatisfiable."""
    request.require_reader()
    if request.fields:
        raise BadRequest("Fields can be asked for in CDMI alone.")

    def find(tx: Tx) -> tuple[Object, Reading]:
        entry = get_node(request.store, tx, request.place).entry
        if entry is None:
            raise NotFound()
        return entry, request.store.open_object(tx, entry)

    entry, reading = await request.store.read(find)
    check_value(entry)
    if "if-match" in request.headers and not names_etag(request.headers["if-match"], entry):
        raise PreconditionFailed()
    if names_etag(request.headers.get("if-none-match", ""), entry):
        await request.answer(304, [("etag", f'"{entry.etag}"')])
        return
    span = read_range(request.headers.get("range"), entry.size)
    await _send(request, entry, reading, span)


async def put_bytes(request: CdmiRequest) -> None:
    """201 for a new object, 204 for one that was there; Content-Range says which bytes of it are sent."""
    request.require_owner()
    if request.fields:
        raise BadRequest("Fields can be named in CDMI alone.")
    where = request.headers.get("content-range")
    span = read_content_range(where) if where is not None else None
    present = await find_present(request)
    kind = request.content_type or None
    encoding = encoding_of_type(kind) if kind else None
    said = Said(kind, "application/octet-stream", encoding, partial=request.is_partial)
    await write(request, present, said.of(present), request.body(), span, _length(request))
    await request.answer(204 if present.entry else 201)


async def _send(request: CdmiRequest, entry: Object, reading: Reading, span: Span | None) -> None:
    whole = span or Span(0, entry.size)
    headers = [("content-type", entry.content_type), ("etag", f'"{entry.etag}"'), ("accept-ranges", "bytes")]
    headers += [(name, str(entry.system[name])) for name in _KEPT if name in entry.system]
    headers.append(("content-length", str(whole.length)))
    if span:
        headers.append(("content-range", f"bytes {span}/{entry.size}"))
    raw, status = request.raw, 206 if span else 200
    if request.method == "HEAD" or not whole.length:
        await raw.start(status, headers)
        await raw.write(b"", more=False)
        return
    chunks = reading.chunks(*whole)
    first = await anext(chunks)  # what is damaged at once is a fault, not half an answer
    await raw.start(status, headers)
    await raw.write(first)
    async for chunk in chunks:
        await raw.write(chunk)
    await raw.write(b"", more=False)


def _length(request: CdmiRequest) -> int | None:
    text = request.headers.get("content-length")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("Content-Length is not valid.")
    return None if text is None else int(text)
