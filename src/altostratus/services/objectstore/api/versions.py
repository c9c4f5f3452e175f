"""Versions of objects that are kept in the container itself.

https://docs.openstack.org/swift/latest/middleware.html#object-versioning
"""

import re
from urllib.parse import quote

from altostratus.contracts.objectstore import NULL, Container, NoSuchContainer, NoSuchObject, Object
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import is_expired
from altostratus.services.objectstore.usecases.delete_object import delete_object, delete_version
from altostratus.services.objectstore.usecases.put_object import get_container
from altostratus.services.objectstore.usecases.read_object import find_object
from altostratus.services.objectstore.usecases.restore_version import make_current, take_from_list

_VERSION = re.compile(r"\d{1,18}(\.\d{1,18})?|null", re.ASCII)


def wanted_version(request: SwiftRequest) -> str | None:
    """?version-id, if one is given. Raises BadRequest."""
    version = request.query.get("version-id")
    if version and not _VERSION.fullmatch(version):
        raise BadRequest("Invalid version parameter")
    return version or None


def find_for_reading(tx: Tx, request: SwiftRequest, where: Container, name: str, version: str | None) -> Object:
    """Raises NoSuchObject, which names the version where there is a container of versions."""
    found = find_object(tx, where.id, name, version)
    if found is not None and not found.marker and not is_expired(tx, found):
        return found
    fault = NoSuchObject()
    if where.versioning and (found or not version):
        fault.headers = (("x-object-version-id", found.version if found else NULL),)
    raise fault


def version_headers(request: SwiftRequest, found: Object, path: Path) -> Headers:
    """Which version has been read, and where it stays when it is not the latest any more."""
    version = request.query.get("version-id")
    if not version and not found.versioned:
        return []
    headers = [("x-object-version-id", found.version)]
    if not version:
        place = quote(f"/v1/{path.account}/{path.container}/{path.object}")
        headers.append(("content-location", f"{place}?version-id={found.version}"))
    return headers


def shown_version(found: Object) -> Headers:
    """Of what was written."""
    return [("x-object-version-id", found.version)] if found.versioned else []


async def restore_version(request: SwiftRequest, version: str) -> None:
    """201: this version is the latest again."""
    path = request.path
    if request.length:
        raise BadRequest("version-id is only allowed without a body")

    def restore(tx: Tx) -> Object:
        where = find_container(tx, path.account, path.container)
        request.require_object(path, where, "write")
        if where is None:
            raise NoSuchContainer()
        return make_current(tx, where, path.object, version)

    found = await request.store.db.write(restore)
    await request.answer(201, [("x-object-version-id", found.version)])


def remove_version(tx: Tx, path: Path, version: str) -> Headers:
    """Nothing else comes in its place: what was the latest is then gone. Raises NoSuchContainer, NoSuchObject."""
    where = get_container(tx, path.account, path.container)
    found = delete_version(tx, where, path.object, version)
    if found is None:
        raise NoSuchObject()
    if found.latest:
        take_from_list(tx, where, path.object)
    current = find_object(tx, where.id, path.object)
    return [("x-object-version-id", version), ("x-object-current-version-id", current.version if current else NULL)]


def remove_current(tx: Tx, path: Path) -> Headers:
    """A marker that says so where versions are kept; where they were kept once, the present one is only not listed any
    more. Raises NoSuchContainer, NoSuchObject."""
    where = get_container(tx, path.account, path.container)
    if where.versioning != "suspended":
        return shown_version(delete_object(tx, path.account, path.container, path.object))
    found = find_object(tx, where.id, path.object)
    if found is None:
        raise NoSuchObject()
    take_from_list(tx, where, path.object)
    return []
