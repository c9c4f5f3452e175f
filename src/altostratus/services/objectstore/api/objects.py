"""/v1/{account}/{container}/{object}"""

from altostratus.contracts.objectstore import Content, NewObject, Object
from altostratus.kernel.clock import http_date, micros
from altostratus.kernel.errors import BadRequest, NotFound, PreconditionFailed
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.download import answer_object
from altostratus.services.objectstore.api.links import POSTED, check_target, open_target
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.uploads import announced_length, guard_of, said_of, whole_body
from altostratus.services.objectstore.api.versions import (
    open_for_writing,
    remove_current,
    remove_version,
    restore_version,
    shown_version,
    wanted_version,
)
from altostratus.services.objectstore.api.views import KEPT, modified
from altostratus.services.objectstore.domain.link import is_link, location, target_of
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, check_name
from altostratus.services.objectstore.errors import Malformed, Unprocessable
from altostratus.services.objectstore.usecases.change_object import change_object
from altostratus.services.objectstore.usecases.put_object import put_object as write_object
from altostratus.services.objectstore.usecases.read_object import get_listed


async def get_object(request: SwiftRequest) -> None:
    """The object, or ranges of it; HEAD its headers."""
    version = wanted_version(request)
    try:
        target = await request.store.db.read(lambda tx: open_target(tx, request, request.path, version))
    except NotFound:
        if "if-match" in request.headers:
            raise PreconditionFailed() from None
        raise
    await answer_object(request, target)


async def put_object(request: SwiftRequest) -> None:
    """201 when it is durable."""
    check_name("Object", request.path.object, LONGEST_OBJECT)
    if version := wanted_version(request):
        await restore_version(request, version)
    else:
        await _write(request)


async def post_object(request: SwiftRequest) -> None:
    """Say everything anew: what is not said again is gone. 307 where it was said of a link."""
    path = request.path
    if wanted_version(request):
        raise Malformed("POST with version-id is not allowed")
    if "x-symlink-target" in request.headers:
        raise BadRequest("A PUT request is required to set a symlink target")

    def change(tx: Tx) -> Object:
        found = get_listed(tx, open_for_writing(tx, request, path), path.object)
        new = said_of(request, path)
        content_type = new.content_type if "content-type" in request.headers else found.content_type
        system = {**{k: v for k, v in found.system.items() if k not in KEPT}, **new.system}
        change_object(
            tx,
            found.id,
            content_type=content_type,
            meta=dict(new.meta),
            system=system,
            expires_at=new.expires_at,
            modified_at=micros(tx.now),
        )
        return found

    found = await request.store.db.write(change)
    if is_link(found):
        await request.answer(307, [("location", location(target_of(found, path.account)))], POSTED)
    else:
        await request.answer(202)


async def remove_object(request: SwiftRequest) -> None:
    """204; 404 where there is none."""
    path, version = request.path, wanted_version(request)

    def remove(tx: Tx) -> list[tuple[str, str]]:
        where = open_for_writing(tx, request, path)
        if version:
            return remove_version(tx, where, path.object, version)
        return remove_current(tx, where, path.object)

    await request.answer(204, await request.store.db.write(remove))


async def _write(request: SwiftRequest) -> None:
    path, length = request.path, announced_length(request)
    new = await check_target(request, said_of(request, path))
    wanted, link = request.headers.get("etag", "").strip('"'), is_link(new)
    if link and length:
        raise BadRequest("Symlink requests require a zero byte body")

    def make(content: Content) -> NewObject:
        if wanted and wanted != content.md5:
            raise Unprocessable()
        if link and content.size:
            raise BadRequest("Symlink requests require a zero byte body")
        return new

    added = await write_object(
        request.store,
        *path,
        whole_body(request, length),
        make,
        announced=length,
        guard=guard_of(request),
        admit=lambda where: request.require_object(path, where, "write"),
    )
    headers = [("etag", added.etag), ("last-modified", http_date(modified(added.modified_at)))]
    await request.answer(201, [*headers, *shown_version(added)])
