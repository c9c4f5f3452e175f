"""/v1/{account}/{container}/{object}"""

from altostratus.contracts.objectstore import Container, Content, NewObject, NoSuchObject, Object
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.download import answer_object
from altostratus.services.objectstore.api.large import shown
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.uploads import announced_length, guard_of, said_of, whole_body
from altostratus.services.objectstore.api.views import KEPT, modified
from altostratus.services.objectstore.domain.conditions import http_date
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name
from altostratus.services.objectstore.errors import Unprocessable
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import change_object
from altostratus.services.objectstore.usecases.delete_object import delete_object
from altostratus.services.objectstore.usecases.put_object import find_listed, get_container
from altostratus.services.objectstore.usecases.put_object import put_object as write_object
from altostratus.services.objectstore.usecases.read_object import ObjectReading, is_expired, open_object


async def get_object(request: SwiftRequest) -> None:
    """The object, or ranges of it; HEAD its headers."""
    found, reading = await request.store.db.read(lambda tx: _open(tx, request, request.path))
    await answer_object(request, *await shown(request, request.path, found, reading))


async def put_object(request: SwiftRequest) -> None:
    """201 when it is durable."""
    path = request.path
    check_name("Object", path.object, LONGEST_OBJECT)
    length = announced_length(request)
    new = said_of(request, path)
    wanted = request.headers.get("etag", "").strip('"')

    def make(content: Content) -> NewObject:
        if wanted and wanted != content.md5:
            raise Unprocessable()
        return new

    await request.store.db.read(lambda tx: request.require_object(path, _container(tx, path), "write"))
    added = await write_object(
        request.store,
        *path,
        whole_body(request, length),
        make,
        announced=length,
        guard=guard_of(request),
    )
    await request.answer(201, [("etag", added.etag), ("last-modified", http_date(modified(added.modified_at)))])


async def post_object(request: SwiftRequest) -> None:
    """Say everything anew: what is not said again is gone."""
    path = request.path

    def change(tx: Tx) -> None:
        request.require_object(path, _container(tx, path), "write")
        found = _find(tx, path)
        new = said_of(request, path)
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
        request.require_object(path, _container(tx, path), "write")
        delete_object(tx, *path)

    await request.store.db.write(remove)
    await request.answer(204)


def _open(tx: Tx, request: SwiftRequest, path: Path) -> tuple[Object, ObjectReading]:
    request.require_object(path, _container(tx, path), "read")
    _, found, reading = open_object(request.store, tx, *path)
    return found, reading


def _container(tx: Tx, path: Path) -> Container | None:
    return find_container(tx, path.account, path.container)


def _find(tx: Tx, path: Path) -> Object:
    where = get_container(tx, path.account, path.container)
    found = find_listed(tx, where.id, path.object)
    if found is None or is_expired(found, tx):
        raise NoSuchObject()
    return found
