"""Large objects, which are made of others: how they are read, and how what makes them is shown."""

import hashlib
from dataclasses import replace
from urllib.parse import unquote

from altostratus.contracts.objectstore import STATIC, Object
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.target import Target
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.large_object import (
    DynamicReading,
    Inline,
    StaticReading,
    open_dynamic,
    read_manifest,
)
from altostratus.services.objectstore.usecases.put_object import get_container

DYNAMIC = "x-object-manifest"


def wants_manifest(request: SwiftRequest) -> bool:
    """Whether the request is about what makes the object, rather than about its bytes."""
    return request.query.get("multipart-manifest") == "get"


async def shown(request: SwiftRequest, target: Target) -> Target:
    """An object as it is shown: what it is made of, put together, unless the request is about the manifest."""
    found, reading = target.found, target.reading
    if wants_manifest(request):
        return await _manifest(request, target) if STATIC in found.system else target
    if static := found.system.get(STATIC):
        account = target.path.account
        whole = StaticReading(request.store, account, request.require_named, reading, static["size"])
        more = (("x-manifest-etag", found.etag),)
        return replace(target, found=_whole(found, static["size"], static["etag"]), reading=whole, more=more)
    if DYNAMIC in found.system:
        joined = await request.store.db.read(lambda tx: _open_dynamic(tx, request, target.path.account, found))
        return replace(target, found=_whole(found, joined.size, joined.etag), reading=joined)
    return target


def _whole(found: Object, size: int, etag: str) -> Object:
    return replace(found, size=size, etag=f'"{etag}"')


async def _manifest(request: SwiftRequest, target: Target) -> Target:
    """As it is kept, or as it would be sent again."""
    found, reading = target.found, target.reading
    if request.query.get("format") != "raw":
        return replace(target, found=replace(found, content_type="application/json; charset=utf-8"))
    body = (await read_manifest(request.store, reading)).raw()
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return replace(target, found=replace(found, size=len(body), etag=etag), reading=Inline(body))


def _open_dynamic(tx: Tx, request: SwiftRequest, account: str, found: Object) -> DynamicReading:
    container, prefix = unquote(str(found.system[DYNAMIC])).split("/", 1)
    where = Path(account, container, prefix)
    request.require_listing(where, find_container(tx, account, container))
    return open_dynamic(request.store, tx, get_container(tx, account, container).id, prefix)


def check_dynamic(value: str) -> None:
    """Raises BadRequest unless it says a container and the beginning of names."""
    container, _, prefix = value.partition("/")
    if not container or not prefix or prefix.startswith("/") or "?" in value or "&" in value or "\0" in unquote(value):
        raise Malformed("X-Object-Manifest must be in the format container/prefix")
