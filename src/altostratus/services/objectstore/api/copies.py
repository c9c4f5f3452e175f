"""Copies of objects: by reference, where the bytes are the same; read and written anew, where they are a part of the
source or what a manifest names."""

from urllib.parse import quote, unquote

from altostratus.contracts.objectstore import Content, NewObject, Object, Reading
from altostratus.kernel.errors import BadRequest, PreconditionFailed, TooLarge
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.large import DYNAMIC, shown, wants_manifest
from altostratus.services.objectstore.api.manifests import keep_manifest
from altostratus.services.objectstore.api.metadata import check_size
from altostratus.services.objectstore.api.metadata import shown as as_headers
from altostratus.services.objectstore.api.request import Headers, SwiftRequest, is_true
from altostratus.services.objectstore.api.uploads import guard_of, said_of
from altostratus.services.objectstore.api.views import modified
from altostratus.services.objectstore.domain.conditions import Verdict, http_date, judge
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name, read_path
from altostratus.services.objectstore.domain.ranges import Span, read_ranges
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.copy_object import copy_object
from altostratus.services.objectstore.usecases.large_object import STATIC, read_manifest
from altostratus.services.objectstore.usecases.put_object import get_container
from altostratus.services.objectstore.usecases.put_object import put_object as write_object
from altostratus.services.objectstore.usecases.read_object import ObjectReading, open_object


async def copy_out(request: SwiftRequest) -> None:
    """COPY: to where Destination says."""
    await _copy(request, request.path, _named(request, "destination", "destination-account"))


async def copy_in(request: SwiftRequest) -> None:
    """PUT: from where X-Copy-From says."""
    if request.length:
        raise BadRequest("Copy requests require a zero byte body")
    await _copy(request, _named(request, "x-copy-from", "x-copy-from-account"), request.path)


async def _copy(request: SwiftRequest, source: Path, target: Path) -> None:
    """201; 304 and 412 by what is asked of the source."""
    check_name("Object", target.object, LONGEST_OBJECT)
    found, reading = await request.store.db.read(lambda tx: _open(tx, request, source))
    whole = await shown(request, source, found, reading)
    verdict = judge(request.headers, whole.found.etag, modified(found.modified_at))
    if verdict is Verdict.FAILED:
        raise PreconditionFailed()
    if verdict is Verdict.NOT_MODIFIED:
        await request.answer(304)
        return
    spans = read_ranges(request.headers.get("range"), whole.reading.size)
    if STATIC in found.system and wants_manifest(request):
        await _copy_manifest(request, source, target, found, reading)
    elif whole.reading is reading and not spans:
        await _refer(request, source, target)
    else:
        span = spans[0] if spans else Span(0, whole.reading.size)
        await _write_anew(request, source, target, found, whole.reading, span)


async def _refer(request: SwiftRequest, source: Path, target: Path) -> None:
    """Another object of the same bytes."""

    def copy(tx: Tx) -> tuple[Object, Object]:
        found, _ = _open(tx, request, source)
        request.require_object(target, find_container(tx, target.account, target.container), "write")
        where = get_container(tx, target.account, target.container)
        return found, copy_object(tx, found, where, target.object, _said(request, found, target), guard_of(request))

    found, added = await request.store.db.write(copy)
    await _answer(request, source, found, added)


async def _copy_manifest(
    request: SwiftRequest, source: Path, target: Path, found: Object, reading: ObjectReading
) -> None:
    """The manifest is checked again, because what it names may have changed."""
    body = (await read_manifest(request.store, reading)).raw()
    new = _said(request, found, target)
    await keep_manifest(request, target, body, new, _origin(source, found, new))


async def _write_anew(
    request: SwiftRequest, source: Path, target: Path, found: Object, reading: Reading, span: Span
) -> None:
    """Bytes that no object has as they are."""
    if span.stop - span.start > request.store.config.max_file_size:
        raise TooLarge("What is to be copied is larger than an object may be.")
    said = _said(request, found, target)
    system = {name: value for name, value in said.system.items() if name not in (STATIC, DYNAMIC)}

    def make(content: Content) -> NewObject:
        return NewObject(said.content_type, said.meta, system, said.expires_at)

    def check(tx: Tx) -> None:
        request.require_object(target, find_container(tx, target.account, target.container), "write")

    await request.store.db.read(check)
    body = reading.chunks(span.start, span.stop)
    length = span.stop - span.start
    added = await write_object(request.store, *target, body, make, announced=length, guard=guard_of(request))
    await _answer(request, source, found, added)


def _said(request: SwiftRequest, found: Object, target: Path) -> NewObject:
    """What is said now besides what was said of the source, or instead."""
    fresh, new = is_true(request.headers.get("x-fresh-metadata", "")), said_of(request, target)
    said = NewObject(
        content_type=new.content_type if "content-type" in request.headers else found.content_type,
        meta={**({} if fresh else found.meta), **new.meta},
        system={**({} if fresh else found.system), **new.system},
        expires_at=new.expires_at if new.expires_at or fresh else found.expires_at,
    )
    check_size(said.meta)
    return said


async def _answer(request: SwiftRequest, source: Path, found: Object, added: Object) -> None:
    moment = http_date(modified(added.modified_at))
    new = NewObject(meta=added.meta)
    await request.answer(201, [("etag", added.etag), ("last-modified", moment), *_origin(source, found, new)])


def _origin(source: Path, found: Object, new: NewObject) -> Headers:
    """What is said of where a copy comes from, and its metadata."""
    return [
        ("x-copied-from", quote(f"{source.container}/{source.object}")),
        ("x-copied-from-account", quote(source.account)),
        ("x-copied-from-last-modified", http_date(modified(found.modified_at))),
        *as_headers("object", new.meta),
    ]


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
    request.require_object(path, find_container(tx, path.account, path.container), "read")
    _, found, reading = open_object(request.store, tx, *path)
    return found, reading
