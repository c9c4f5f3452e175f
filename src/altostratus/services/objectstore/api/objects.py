"""/v1/{account}/{container}/{object}"""

import mimetypes
from collections.abc import AsyncIterator
from urllib.parse import unquote

from altostratus.contracts.objectstore import Container, Content, Guard, NewObject, NoSuchObject, Object, unguarded
from altostratus.kernel.errors import BadRequest, PreconditionFailed, TooLarge
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.download import answer_object
from altostratus.services.objectstore.api.metadata import check_size, read_metadata
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.views import KEPT, modified
from altostratus.services.objectstore.domain.conditions import http_date
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name, read_path
from altostratus.services.objectstore.errors import ClientDisconnected, LengthRequired, Unprocessable
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import change_object
from altostratus.services.objectstore.usecases.copy_object import copy_object
from altostratus.services.objectstore.usecases.delete_object import delete_object
from altostratus.services.objectstore.usecases.put_object import find_listed, get_container
from altostratus.services.objectstore.usecases.put_object import put_object as write_object
from altostratus.services.objectstore.usecases.read_object import ObjectReading, is_expired, open_object

YEARS = 100 * 365 * 86400


async def get_object(request: SwiftRequest) -> None:
    """The object, or ranges of it; HEAD its headers."""
    found, reading = await request.store.db.read(lambda tx: _open(tx, request, request.path))
    await answer_object(request, found, reading)


async def put_object(request: SwiftRequest) -> None:
    """201 when it is durable."""
    path = request.path
    if "x-copy-from" in request.headers:
        await _copy(request, _named(request, "x-copy-from", "x-copy-from-account"), path)
        return
    check_name("Object", path.object, LONGEST_OBJECT)
    length = request.length
    if length is None and request.headers.get("transfer-encoding", "").lower() != "chunked":
        raise LengthRequired()
    if (length or 0) > request.store.config.max_file_size:
        raise TooLarge("Your request is too large.")
    new = _said_of(request, path)
    wanted = request.headers.get("etag", "").strip('"')

    def make(content: Content) -> NewObject:
        if wanted and wanted != content.md5:
            raise Unprocessable()
        return new

    await request.store.db.read(lambda tx: request.require_object(_container(tx, path), "write"))
    added = await write_object(
        request.store,
        path.account,
        path.container,
        path.object,
        _whole(request, length),
        make,
        announced=length,
        guard=_guard(request),
    )
    await request.answer(201, [("etag", added.etag), ("last-modified", http_date(modified(added.modified_at)))])


async def post_object(request: SwiftRequest) -> None:
    """Say everything anew: what is not said again is gone."""
    path = request.path

    def change(tx: Tx) -> None:
        request.require_object(_container(tx, path), "write")
        found = _find(tx, path)
        new = _said_of(request, path)
        content_type = new.content_type if "content-type" in request.headers else found.content_type
        system = {**{k: v for k, v in found.system.items() if k not in KEPT}, **new.system}
        change_object(
            tx, found.id, content_type=content_type, meta=dict(new.meta), system=system, expires_at=new.expires_at
        )

    await request.store.db.write(change)
    await request.answer(202)


async def remove_object(request: SwiftRequest) -> None:
    """204; 404 where there is none."""
    path = request.path

    def remove(tx: Tx) -> None:
        request.require_object(_container(tx, path), "write")
        delete_object(tx, path.account, path.container, path.object)

    await request.store.db.write(remove)
    await request.answer(204)


async def copy_out(request: SwiftRequest) -> None:
    """COPY: to where Destination says."""
    await _copy(request, request.path, _named(request, "destination", "destination-account"))


async def _copy(request: SwiftRequest, source: Path, target: Path) -> None:
    """Another object of the same bytes; what is said now is said of it besides what was, or instead."""
    check_name("Object", target.object, LONGEST_OBJECT)
    fresh = request.headers.get("x-fresh-metadata", "").lower() in {"true", "1", "yes", "on", "t", "y"}

    def copy(tx: Tx) -> tuple[Object, Object]:
        found, _ = _open(tx, request, source)
        request.require_object(_container(tx, target), "write")
        new = _said_of(request, target)
        typed = "content-type" in request.headers
        kept = {} if fresh else dict(found.meta)
        said = NewObject(
            content_type=new.content_type if typed else found.content_type,
            meta={**kept, **new.meta},
            system={**({} if fresh else found.system), **new.system},
            expires_at=new.expires_at if new.expires_at or fresh else found.expires_at,
        )
        check_size(said.meta)
        where = get_container(tx, target.account, target.container)
        return found, copy_object(tx, found, where, target.object, said, _guard(request))

    found, added = await request.store.db.write(copy)
    headers = [
        ("etag", added.etag),
        ("last-modified", http_date(modified(added.modified_at))),
        ("x-copied-from", f"{source.container}/{source.object}"),
        ("x-copied-from-account", source.account),
        ("x-copied-from-last-modified", http_date(modified(found.modified_at))),
    ]
    await request.answer(201, headers)


def _named(request: SwiftRequest, header: str, account_header: str) -> Path:
    """The object that a header names: container/object, in this account or in another. Raises PreconditionFailed."""
    value = request.headers.get(header, "")
    path = read_path("a/" + value.removeprefix("/"))
    if not path.container or not path.object:
        raise PreconditionFailed(f"{header.title()} header must be of the form <container name>/<object name>")
    account = unquote(request.headers.get(account_header, "")) or request.path.account
    if "/" in account:
        raise PreconditionFailed("Account name cannot contain slashes")
    return path._replace(account=account)


def _open(tx: Tx, request: SwiftRequest, path: Path) -> tuple[Object, ObjectReading]:
    request.require_object(_container(tx, path), "read")
    _, found, reading = open_object(request.store, tx, path.account, path.container, path.object)
    return found, reading


def _container(tx: Tx, path: Path) -> Container | None:
    return find_container(tx, path.account, path.container)


def _find(tx: Tx, path: Path) -> Object:
    where = get_container(tx, path.account, path.container)
    found = find_listed(tx, where.id, path.object)
    if found is None or is_expired(found, tx):
        raise NoSuchObject()
    return found


def _guard(request: SwiftRequest) -> Guard:
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


async def _whole(request: SwiftRequest, length: int | None) -> AsyncIterator[bytes]:
    """The body; ClientDisconnected where less comes than was said."""
    size = 0
    async for chunk in request.body():
        size += len(chunk)
        yield chunk
    if length is not None and size != length:
        raise ClientDisconnected()


def _said_of(request: SwiftRequest, path: Path) -> NewObject:
    """What the headers say of an object."""
    meta = read_metadata("object", request.headers)
    check_size(meta)
    system = {name: request.headers[name] for name in KEPT if name in request.headers}
    return NewObject(_content_type(request, path), meta, system, _expires_at(request))


def _content_type(request: SwiftRequest, path: Path) -> str:
    said = request.headers.get("content-type", "")
    if not said or request.headers.get("x-detect-content-type", "").lower() in {"true", "1", "yes", "on", "t", "y"}:
        return mimetypes.guess_type(path.object)[0] or "application/octet-stream"
    if "swift_bytes" in said:
        raise BadRequest("Invalid Content-Type, 'swift_*' is not a valid parameter name.")
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
    if at <= now or at > now + YEARS:
        raise BadRequest("X-Delete-At in past" if at <= now else "X-Delete-At is too far away")
    return at


def _seconds(header: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest(f"Non-integer {header}")
    return int(text)
