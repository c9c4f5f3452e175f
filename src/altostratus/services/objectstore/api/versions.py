"""Versions of objects that are kept in the container itself.

https://docs.openstack.org/swift/latest/middleware.html#object-versioning
"""

import re

from altostratus.contracts.objectstore import NULL, Container, NoSuchContainer, NoSuchObject, Object
from altostratus.kernel.clock import http_date
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.api.views import modified
from altostratus.services.objectstore.domain.link import location
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import is_expired
from altostratus.services.objectstore.usecases.delete_object import delete_from, delete_version
from altostratus.services.objectstore.usecases.read_object import find_object
from altostratus.services.objectstore.usecases.restore_version import make_current, take_from_list

_VERSION = re.compile(r"\d{1,18}(\.\d{1,18})?|null", re.ASCII)


def wanted_version(request: SwiftRequest) -> str | None:
    """?version-id, if one is given. Raises Malformed."""
    version = request.query.get("version-id")
    return check_version(version) if version else None


def check_version(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise Malformed("Invalid version parameter")
    return version


def open_for_writing(tx: Tx, request: SwiftRequest, path: Path) -> Container:
    """The container, if its objects may be changed. Raises NoSuchContainer."""
    where = find_container(tx, path.account, path.container)
    request.require_object(path, where, "write")
    if where is None:
        raise NoSuchContainer()
    return where


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
        headers.append(("content-location", f"{location(path)}?version-id={found.version}"))
    return headers


def shown_version(found: Object) -> Headers:
    """Of what was written."""
    return [("x-object-version-id", found.version)] if found.versioned else []


async def restore_version(request: SwiftRequest, version: str) -> None:
    """201: this version is the latest again."""
    path = request.path
    if request.length:
        raise Malformed("version-id is only allowed without a body")

    def restore(tx: Tx) -> Object:
        return make_current(tx, open_for_writing(tx, request, path), path.object, version)

    found = await request.store.db.write(restore)
    headers = [("etag", found.etag), ("last-modified", http_date(modified(found.modified_at)))]
    await request.answer(201, [*headers, ("x-object-version-id", found.version)])


def remove_version(tx: Tx, where: Container, name: str, version: str) -> Headers:
    """Nothing else comes in its place: what was the latest is then gone. Raises NoSuchObject."""
    found = delete_version(tx, where, name, version)
    if found is None:
        raise NoSuchObject()
    current = find_object(tx, where.id, name)
    if found.latest:
        take_from_list(tx, where, current, keep=True)
        current = None
    return [("x-object-version-id", version), ("x-object-current-version-id", current.version if current else NULL)]


def remove_current(tx: Tx, where: Container, name: str) -> Headers:
    """A marker that says so where versions are kept; where they were kept once, the present one is only not listed any
    more. Raises NoSuchObject."""
    if where.versioning != "suspended":
        return shown_version(delete_from(tx, where, name))
    found = find_object(tx, where.id, name)
    if found is None:
        raise NoSuchObject()
    take_from_list(tx, where, found, keep=found.versioned)
    return []
