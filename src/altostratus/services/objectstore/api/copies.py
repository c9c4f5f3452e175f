"""Copies of objects: by reference, where the bytes are the same; read and written anew, where they are a part of the
source or what a manifest names. Conditions are about the source."""

from typing import NamedTuple
from urllib.parse import quote

from altostratus.contracts.objectstore import ENCRYPTED, STATIC, Content, NewObject, Object, Values
from altostratus.kernel.clock import http_date
from altostratus.kernel.errors import BadRequest, PreconditionFailed, TooLarge
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.download import what_is_wanted
from altostratus.services.objectstore.api.large import DYNAMIC, shown, wants_manifest
from altostratus.services.objectstore.api.links import open_target
from altostratus.services.objectstore.api.manifests import keep_manifest
from altostratus.services.objectstore.api.metadata import check_size
from altostratus.services.objectstore.api.metadata import shown as as_headers
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.api.target import Target
from altostratus.services.objectstore.api.uploads import said_of
from altostratus.services.objectstore.api.versions import open_for_writing, shown_version, wanted_version
from altostratus.services.objectstore.api.views import KEPT, modified
from altostratus.services.objectstore.domain.link import LINK
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name, read_account, read_path
from altostratus.services.objectstore.domain.ranges import Span
from altostratus.services.objectstore.store.objects import find_version
from altostratus.services.objectstore.usecases.copy_object import copy_object
from altostratus.services.objectstore.usecases.large_object import read_manifest
from altostratus.services.objectstore.usecases.put_object import put_object as write_object


class _Copy(NamedTuple):
    """What is copied from where to where; `whole` is the source as it is shown."""

    path: Path
    source: Target
    whole: Target
    to: Path


async def copy_out(request: SwiftRequest) -> None:
    """COPY: to where Destination says."""
    await _copy(request, request.path, _named(request, "destination", "destination-account"))


async def copy_in(request: SwiftRequest) -> None:
    """PUT: from where X-Copy-From says."""
    if request.length:
        raise BadRequest("Copy requests require a zero byte body")
    await _copy(request, _named(request, "x-copy-from", "x-copy-from-account"), request.path)


async def _copy(request: SwiftRequest, path: Path, to: Path) -> None:
    """201; 304 and 412 by what is asked of the source."""
    check_name("Object", to.object, LONGEST_OBJECT)
    version = wanted_version(request)
    source = await request.store.db.read(lambda tx: open_target(tx, request, path, version))
    whole = await shown(request, source)
    wanted = what_is_wanted(request, whole)
    if wanted.unchanged:
        await request.answer(304, wanted.headers)
        return
    copy = _Copy(path, source, whole, to)
    if STATIC in source.found.system and wants_manifest(request):
        await _copy_manifest(request, copy)
    elif whole.reading is source.reading and not wanted.spans:
        await _refer(request, copy)
    else:
        await _write_anew(request, copy, wanted.spans[0] if wanted.spans else Span(0, whole.reading.size))


async def _refer(request: SwiftRequest, copy: _Copy) -> None:
    """Another object of the same bytes, if the source is still what it was, and they may be kept there as they are;
    otherwise of others like them."""

    def refer(tx: Tx) -> Object | None:
        where = open_for_writing(tx, request, copy.to)
        found = copy.source.found
        if find_version(tx, found.container_id, found.name, found.id) is None:
            return None
        if where.encrypts and not found.is_encrypted:
            return None
        return copy_object(tx, found, where, copy.to.object, _said(request, copy))

    if added := await request.store.db.write(refer):
        await _answer(request, copy, added)
    else:
        await _write_anew(request, copy, Span(0, copy.whole.reading.size))


async def _copy_manifest(request: SwiftRequest, copy: _Copy) -> None:
    """The manifest is checked again, because what it names may have changed."""
    body = (await read_manifest(request.store, copy.source.reading)).raw()
    new = _said(request, copy)
    await keep_manifest(request, copy.to, body, new, _origin(copy, new.meta))


async def _write_anew(request: SwiftRequest, copy: _Copy, span: Span) -> None:
    """Bytes that no object has as they are."""
    length = span.stop - span.start
    if length > request.store.config.max_file_size:
        raise TooLarge("What is to be copied is larger than an object may be.")
    said = _said(request, copy)
    system = {name: value for name, value in said.system.items() if name not in (STATIC, DYNAMIC)}

    def make(content: Content) -> NewObject:
        return NewObject(said.content_type, said.meta, system, said.expires_at)

    body = copy.whole.reading.chunks(*span)
    added = await write_object(
        request.store,
        *copy.to,
        body,
        make,
        announced=length,
        admit=lambda where: request.require_object(copy.to, where, "write"),
        encrypted=copy.source.found.is_encrypted or None,
    )
    await _answer(request, copy, added)


def _said(request: SwiftRequest, copy: _Copy) -> NewObject:
    """What is said now besides what was said of the source, or instead. What other doors keep with the source (whom it
    lets in, its checksum, its lock) is of that alone."""
    found, fresh, new = copy.source.found, request.flag("x-fresh-metadata"), said_of(request, copy.to)
    taken = (STATIC, LINK, ENCRYPTED) if fresh else (STATIC, LINK, ENCRYPTED, *KEPT)
    system = {name: found.system[name] for name in taken if name in found.system}
    if LINK in system and copy.to.account != copy.source.path.account:
        system[LINK] = {"account": copy.source.path.account, **system[LINK]}
    meta = {**({} if fresh else found.meta), **new.meta}
    check_size(meta)
    return NewObject(
        content_type=new.content_type if "content-type" in request.headers else found.content_type,
        meta=meta,
        system={**system, **new.system},
        expires_at=new.expires_at if new.expires_at or fresh else found.expires_at,
    )


async def _answer(request: SwiftRequest, copy: _Copy, added: Object) -> None:
    moment = http_date(modified(added.modified_at))
    expiry = [("x-delete-at", str(added.expires_at))] if added.expires_at is not None else []
    said = [("etag", added.etag), ("last-modified", moment), *shown_version(added), *expiry]
    await request.answer(201, [*said, *_origin(copy, added.meta)])


def _origin(copy: _Copy, meta: Values) -> Headers:
    """What is said of where a copy comes from, and its metadata."""
    found = copy.source.found
    headers = [
        ("x-copied-from", quote(f"{copy.path.container}/{copy.path.object}")),
        ("x-copied-from-account", quote(copy.path.account)),
        ("x-copied-from-last-modified", http_date(modified(found.modified_at))),
    ]
    version = [("x-copied-from-version-id", found.version)] if found.versioned else []
    return [*headers, *version, *as_headers("object", meta)]


def _named(request: SwiftRequest, header: str, account_header: str) -> Path:
    """The object that a header names: container/object, in this account or in another. Raises PreconditionFailed."""
    path = read_path("a/" + request.headers.get(header, "").removeprefix("/"))
    if not path.container or not path.object:
        raise PreconditionFailed(f"{header.title()} header must be of the form <container name>/<object name>")
    return path._replace(account=read_account(request.headers.get(account_header, quote(request.path.account))))
