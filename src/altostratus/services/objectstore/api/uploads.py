"""An object on its way in: what its headers say of it, and what must hold for it to be written."""

import mimetypes
from collections.abc import AsyncIterator

from altostratus.contracts.objectstore import Guard, NewObject, Object, unguarded
from altostratus.kernel.errors import BadRequest, PreconditionFailed, TooLarge
from altostratus.services.objectstore.api.large import DYNAMIC, check_dynamic
from altostratus.services.objectstore.api.metadata import check_size, check_text, read_metadata
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.views import KEPT
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.errors import ClientDisconnected, LengthRequired, Malformed

LAST = 9_999_999_999
"""Seconds since 1970: nothing expires later."""


def announced_length(request: SwiftRequest) -> int | None:
    """The length of the body, None where it is chunked. Raises LengthRequired, TooLarge."""
    length = request.length
    if length is None and request.headers.get("transfer-encoding", "").lower() != "chunked":
        raise LengthRequired()
    if (length or 0) > request.store.config.max_file_size:
        raise TooLarge("Your request is too large.")
    return length


def guard_of(request: SwiftRequest) -> Guard:
    """If-None-Match: * is the one condition of writing."""
    value = request.headers.get("if-none-match")
    if value is None:
        return unguarded
    if value.strip() != "*":
        raise BadRequest("If-None-Match only supports *")

    def check(present: Object | None) -> None:
        if present is not None:
            raise PreconditionFailed()

    return check


async def whole_body(request: SwiftRequest, length: int | None) -> AsyncIterator[bytes]:
    """The body; ClientDisconnected where less comes than was said."""
    size = 0
    async for chunk in request.body():
        size += len(chunk)
        yield chunk
    if length is not None and size != length:
        raise ClientDisconnected()


def said_of(request: SwiftRequest, path: Path) -> NewObject:
    """What the headers say of an object. Raises BadRequest."""
    meta = read_metadata("object", request.headers)
    check_size(meta)
    if "x-static-large-object" in request.headers:
        raise BadRequest("X-Static-Large-Object is a reserved header: ?multipart-manifest=put makes such an object.")
    if DYNAMIC in request.headers:
        check_dynamic(request.headers[DYNAMIC])
    system = {name: request.headers[name] for name in KEPT if name in request.headers}
    check_text(*system.values())
    return NewObject(_content_type(request, path), meta, system, expires_at(request))


def _content_type(request: SwiftRequest, path: Path) -> str:
    said = request.headers.get("content-type", "")
    check_text(said)
    if not said or request.flag("x-detect-content-type"):
        return guessed_type(path)
    if "swift_" in said and any(part.strip().startswith("swift_") for part in said.split(";")[1:]):
        raise Malformed("Invalid Content-Type, swift_* is not a valid parameter name.")
    return said


def guessed_type(path: Path) -> str:
    """By the name alone: a slash before it, or what it says would be believed where it begins as a URL with data."""
    return mimetypes.guess_type(f"/{path.object}")[0] or "application/octet-stream"


def expires_at(request: SwiftRequest) -> int | None:
    """Seconds since 1970, by headers. Raises BadRequest."""
    return expiry(request, request.headers.get("x-delete-after"), request.headers.get("x-delete-at"))


def expiry(request: SwiftRequest, after: str | None, said: str | None) -> int | None:
    """Seconds since 1970, by X-Delete-After (which wins) or X-Delete-At. Raises BadRequest."""
    now = int(request.store.clock.now().timestamp())
    if after is not None:
        at = now + _seconds("X-Delete-After", after)
    elif said is not None:
        at = _seconds("X-Delete-At", said)
    else:
        return None
    if at <= now:
        raise BadRequest("X-Delete-At in past")
    return min(at, LAST)


def _seconds(header: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadRequest(f"Non-integer {header}")
    return int(text[:18])
