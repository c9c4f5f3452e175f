"""COPY, and PUT with X-Copy-From."""

from typing import NamedTuple
from urllib.parse import quote, unquote

from altostratus.contracts.objectstore import Content, NewObject, Object
from altostratus.kernel.errors import BadRequest, PreconditionFailed
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.download import Wanted, what_is_wanted
from altostratus.services.objectstore.api.links import LINK, Target, open_target
from altostratus.services.objectstore.api.metadata import check_size, shown
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.api.said import read_object_headers
from altostratus.services.objectstore.api.versions import shown_version, wanted_version
from altostratus.services.objectstore.api.views import KEPT, modified
from altostratus.services.objectstore.domain.conditions import http_date
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name, read_path
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.copy_object import copy_object
from altostratus.services.objectstore.usecases.put_object import get_container, put_object


class _Copy(NamedTuple):
    """What is copied, what is wanted of it, what will be said of it; `added` once it is there."""

    source: Target
    wanted: Wanted
    new: NewObject
    added: Object | None = None


async def copy_out(request: SwiftRequest) -> None:
    """COPY: to where Destination says."""
    await _copy(request, request.path, _named(request, "destination", "destination-account"))


async def copy_here(request: SwiftRequest) -> None:
    """PUT: from where X-Copy-From says."""
    if request.length:
        raise BadRequest("Copy requests require a zero byte body")
    await _copy(request, _named(request, "x-copy-from", "x-copy-from-account"), request.path)


async def _copy(request: SwiftRequest, path: Path, to: Path) -> None:
    """Another object of the same bytes, or of a range of them. Conditions are about the source: 304 too."""
    check_name("Object", to.object, LONGEST_OBJECT)
    version = wanted_version(request)

    def copy(tx: Tx) -> _Copy:
        source = open_target(tx, request, path, version)
        request.require_object(to, find_container(tx, to.account, to.container), "write")
        done = _Copy(source, what_is_wanted(request, source), _said(request, source, to))
        if done.wanted.spans or done.wanted.unchanged:
            return done
        where = get_container(tx, to.account, to.container)
        return done._replace(added=copy_object(tx, source.found, where, to.object, done.new))

    done = await request.store.db.write(copy)
    if done.wanted.unchanged:
        await request.answer(304, done.wanted.headers)
        return
    added = done.added or await _copy_part(request, done, to)
    await request.answer(201, _headers(path, done.source.found, added))


async def _copy_part(request: SwiftRequest, copy: _Copy, to: Path) -> Object:
    """The bytes of the first range."""
    span = copy.wanted.spans[0]

    def make(content: Content) -> NewObject:
        return copy.new

    body = copy.source.reading.chunks(*span)
    length = span.stop - span.start
    return await put_object(request.store, to.account, to.container, to.object, body, make, announced=length)


def _said(request: SwiftRequest, source: Target, to: Path) -> NewObject:
    """What is said now is said of it besides what was, or instead."""
    found, fresh = source.found, request.flag("x-fresh-metadata")
    new = read_object_headers(request, to)
    system = {name: value for name, value in found.system.items() if not (fresh and name in KEPT)}
    if LINK in system and to.account != source.path.account:
        system[LINK] = {"account": source.path.account, **system[LINK]}
    meta = {**({} if fresh else found.meta), **new.meta}
    check_size(meta)
    return NewObject(
        content_type=new.content_type if "content-type" in request.headers else found.content_type,
        meta=meta,
        system={**system, **new.system},
        expires_at=new.expires_at if new.expires_at or fresh else found.expires_at,
    )


def _headers(path: Path, found: Object, added: Object) -> Headers:
    headers = [
        ("etag", added.etag),
        ("last-modified", http_date(modified(added.modified_at))),
        ("x-copied-from", quote(f"{path.container}/{path.object}")),
        ("x-copied-from-account", quote(path.account)),
        ("x-copied-from-last-modified", http_date(modified(found.modified_at))),
    ]
    if found.versioned:
        headers.append(("x-copied-from-version-id", found.version))
    if added.expires_at is not None:
        headers.append(("x-delete-at", str(added.expires_at)))
    return [*headers, *shown("object", added.meta), *shown_version(added)]


def _named(request: SwiftRequest, header: str, account_header: str) -> Path:
    """The object that a header names: container/object, in this account or in another. Raises PreconditionFailed."""
    path = read_path("a/" + request.headers.get(header, "").removeprefix("/"))
    if not path.container or not path.object:
        raise PreconditionFailed(f"{header.title()} header must be of the form <container name>/<object name>")
    account = unquote(request.headers.get(account_header, quote(request.path.account)))
    if not account or "/" in account:
        raise PreconditionFailed("Account name cannot contain slashes")
    return path._replace(account=account)
