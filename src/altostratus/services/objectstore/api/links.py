"""Symbolic links: objects that stand for others.

https://docs.openstack.org/swift/latest/middleware.html#symlink
"""

from dataclasses import replace
from urllib.parse import quote

from altostratus.contracts.objectstore import NewObject, NoSuchContainer, NoSuchObject, Object
from altostratus.kernel.errors import BadRequest, Conflict, Fault, PreconditionFailed
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.target import Target
from altostratus.services.objectstore.api.versions import find_for_reading
from altostratus.services.objectstore.domain.link import LINK, MOST_LINKS, is_link, location, target_of
from altostratus.services.objectstore.domain.path import Path, read_account, read_path
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.read_object import read_spans

POSTED = b"The requested POST was applied to a symlink. POST directly to the target to apply requested metadata."


def open_target(tx: Tx, request: SwiftRequest, path: Path, version: str | None) -> Target:
    """The object that may be read, or the one that it links to unless ?symlink=get. Raises Conflict where there are too
    many links, or a static one whose target has changed."""
    target = _open(tx, request, path, version)
    if request.query.get("symlink") == "get":
        return target
    for _ in range(MOST_LINKS):
        if not is_link(target.found):
            return target
        target = _follow(tx, request, target)
    if is_link(target.found):
        raise Conflict(f"Too many levels of symbolic links, maximum allowed is {MOST_LINKS}")
    return target


async def check_target(request: SwiftRequest, new: NewObject) -> NewObject:
    """What is written, with where it links to if it is a link. Raises PreconditionFailed, BadRequest, Conflict."""
    if "x-symlink-target" not in request.headers:
        return new
    target = _read_target(request)
    if target == request.path:
        raise BadRequest("Symlink cannot target itself")
    link = {"container": target.container, "object": target.object}
    if target.account != request.path.account:
        link["account"] = target.account
    content_type = new.content_type if request.headers.get("content-type") else "application/symlink"
    if etag := request.headers.get("x-symlink-target-etag", "").strip('"'):
        found = await request.store.db.read(lambda tx: _static(tx, request, target, etag))
        link |= {"etag": etag, "size": str(found.size)}
        content_type = request.headers.get("content-type") or found.content_type
    return replace(new, system={**new.system, LINK: link}, content_type=content_type)


def _open(tx: Tx, request: SwiftRequest, path: Path, version: str | None = None, *, followed: bool = False) -> Target:
    where = find_container(tx, path.account, path.container)
    if followed:
        request.require_named(path, where)
    else:
        request.require_object(path, where, "read")
    if where is None:
        raise NoSuchContainer()
    found = find_for_reading(tx, request, where, path.object, version)
    return Target(path, where, found, read_spans(request.store, tx, found))


def _follow(tx: Tx, request: SwiftRequest, link: Target) -> Target:
    path = target_of(link.found, link.path.account)
    try:
        target = _open(tx, request, path, followed=True)
        if (etag := link.found.system[LINK].get("etag")) and etag != target.found.etag:
            raise Conflict(f"Object Etag {target.found.etag!r} does not match X-Symlink-Target-Etag header {etag!r}")
    except Fault as fault:
        fault.headers = (*fault.headers, ("content-location", location(path)))
        raise
    return replace(target, linked=True)


def _static(tx: Tx, request: SwiftRequest, path: Path, etag: str) -> Object:
    """The target, if it is what a static link says."""
    located = (("content-location", location(path)),)
    try:
        found = _open(tx, request, path).found
    except (NoSuchContainer, NoSuchObject):
        found = None
    if found is None or found.etag != etag:
        fault = Conflict("X-Symlink-Target does not exist" if found is None else "Object Etag does not match")
        fault.headers = located
        raise fault
    return found


def _read_target(request: SwiftRequest) -> Path:
    value = request.headers["x-symlink-target"]
    path = read_path("a/" + value)
    if not path.container or not path.object:
        raise PreconditionFailed("X-Symlink-Target header must be of the form <container name>/<object name>")
    account = request.headers.get("x-symlink-target-account", quote(request.path.account))
    return path._replace(account=read_account(account))
