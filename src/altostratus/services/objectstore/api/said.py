"""What headers say of an object that is written, described anew or copied."""

import mimetypes

from altostratus.contracts.objectstore import NewObject
from altostratus.kernel.errors import BadRequest
from altostratus.services.objectstore.api.metadata import check_size, check_text, read_metadata
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.views import KEPT
from altostratus.services.objectstore.domain.path import Path

LAST = 9_999_999_999
"""Seconds since 1970: nothing expires later."""


def read_object_headers(request: SwiftRequest, path: Path) -> NewObject:
    """Raises BadRequest."""
    meta = read_metadata("object", request.headers)
    check_size(meta)
    system = {name: request.headers[name] for name in KEPT if name in request.headers}
    check_text(*system.values())
    return NewObject(_content_type(request, path), meta, system, _expires_at(request))


def _content_type(request: SwiftRequest, path: Path) -> str:
    said = request.headers.get("content-type", "")
    check_text(said)
    if not said or request.flag("x-detect-content-type"):
        return mimetypes.guess_type(path.object)[0] or "application/octet-stream"
    if "swift_" in said and any(part.strip().startswith("swift_") for part in said.split(";")[1:]):
        raise BadRequest("Invalid Content-Type, swift_* is not a valid parameter name.")
    return said


def _expires_at(request: SwiftRequest) -> int | None:
    """Seconds since 1970, by X-Delete-After (which wins) or X-Delete-At. Raises BadRequest."""
    now = int(request.store.clock.now().timestamp())
    if (after := request.headers.get("x-delete-after")) is not None:
        at = now + _seconds("X-Delete-After", after)
    elif (said := request.headers.get("x-delete-at")) is not None:
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
