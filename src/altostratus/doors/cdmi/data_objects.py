"""Data objects in CDMI: JSON with the value in it."""

import re
from typing import Any, Literal

import msgspec

from altostratus.contracts.objectstore import NoSuchObject, Object, Reading
from altostratus.doors.cdmi.place import Node, get_node
from altostratus.doors.cdmi.request import VALUE_MOST, CdmiRequest
from altostratus.doors.cdmi.spans import Span
from altostratus.doors.cdmi.values import once, read_base64, read_text, write_base64, write_text
from altostratus.doors.cdmi.views import BASE64, OBJECT, UTF8, check_value, object_fields
from altostratus.doors.cdmi.writing import OWN, Present, Said, conditions, find_present, write
from altostratus.kernel.errors import BadRequest, TooLarge
from altostratus.kernel.tx import Tx

_MIMETYPE = re.compile(r"[!-~]+/[!-~]+( *;[ -~]*)?")


class ObjectBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a client may say of a data object."""

    mimetype: str | None = None
    metadata: dict[str, Any] | None = None
    valuetransferencoding: Literal["utf-8", "base64"] | None = None
    value: str | None = None


async def get_object(request: CdmiRequest) -> None:
    """200: what it is, and its value or a range of it."""
    request.require_reader()

    def show(tx: Tx) -> tuple[Object, Reading, dict[str, Any]]:
        node = get_node(request.store, tx, request.place)
        entry = _entry(node)
        return entry, request.store.open_object(tx, entry), object_fields(request.store, tx, node, entry)

    entry, reading, fields = await request.store.read(show)
    asked = request.span("value") or Span(0, entry.size)
    span = Span(asked.start, min(asked.stop, entry.size)) if asked.start < entry.size else Span(0, 0)
    if request.asks_for("value"):
        check_value(entry)
        fields |= await _value(request, reading, span, fields["valuetransferencoding"])
    if request.asks_for("valuerange"):
        fields["valuerange"] = str(span)
    await request.answer_json(200, OBJECT, fields)


async def put_object(request: CdmiRequest) -> None:
    """201 for a new one; 204 where there is one, of which is changed what the request speaks of."""
    request.require_owner()
    body, span = await request.decode(ObjectBody), request.span("value")
    if body.mimetype is not None and not (_MIMETYPE.fullmatch(body.mimetype) and len(body.mimetype) < 256):
        raise BadRequest("This is no MIME type.")
    if span is not None and (body.value is None or body.valuetransferencoding == UTF8):
        raise BadRequest("A range has a value, which is in base64.")
    present = await find_present(request)
    described = present.entry is not None and body.value is None
    said = Said(
        content_type=body.mimetype,
        default_type="text/plain",
        encoding=body.valuetransferencoding or (None if span or described else UTF8),
        metadata=body.metadata,
        names=request.names("metadata"),
        partial=request.is_partial,
    )
    if described:
        await _describe(request, said)
    else:
        read = read_base64 if span or said.encoding == BASE64 else read_text
        data = await request.lane.run(read, body.value or "")
        if len(data) > VALUE_MOST:
            raise TooLarge(f"The value is larger than {VALUE_MOST} bytes: send ranges, or plain HTTP.")
        await write(request, present, said.of(present), once(data), span, len(data))
    if present.entry:
        await request.answer(204)
        return

    def show(tx: Tx) -> dict[str, Any]:
        node = get_node(request.store, tx, request.place)
        return object_fields(request.store, tx, node, _entry(node))

    await request.answer_json(201, OBJECT, await request.store.read(show))


async def delete_object(request: CdmiRequest) -> None:
    """204, in CDMI and by plain HTTP."""
    request.require_owner()
    place = request.place

    def delete(tx: Tx) -> None:
        get_node(request.store, tx, place)
        request.store.delete_object(tx, place.account, place.container, place.name, conditions(request))

    await request.store.write(delete)
    await request.answer(204)


async def _describe(request: CdmiRequest, said: Said) -> None:
    """Say something else of an object whose value stays."""

    def change(tx: Tx) -> None:
        entry = _entry(get_node(request.store, tx, request.place))
        conditions(request)(entry)
        new = said.of(Present(entry, None))
        others = {name: value for name, value in entry.system.items() if name not in OWN}
        system = {**others, **new.system}
        request.store.change_object(tx, entry.id, meta=new.meta, system=system, content_type=new.content_type)

    await request.store.write(change)


def _entry(node: Node) -> Object:
    if node.entry is None:
        raise NoSuchObject()
    return node.entry


async def _value(request: CdmiRequest, reading: Reading, span: Span, encoding: str) -> dict[str, str]:
    """A range is in base64 whatever it is of: it may end within a character."""
    if span.length > VALUE_MOST:
        raise BadRequest(f"The value is larger than {VALUE_MOST} bytes: ask for a range, or by plain HTTP.")
    chunks = [chunk async for chunk in reading.chunks(*span)] if span.length else []
    if request.span("value"):
        return {"value": await request.lane.run(write_base64, chunks)}
    text = await request.lane.run(write_text, chunks) if encoding == UTF8 else None
    if text is not None:
        return {"value": text, "valuetransferencoding": UTF8}
    return {"value": await request.lane.run(write_base64, chunks), "valuetransferencoding": BASE64}
