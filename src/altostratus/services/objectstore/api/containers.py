"""/v1/{account}/{container}"""

from typing import Any

from altostratus.contracts.objectstore import Container, NoSuchContainer, Prefix, Usage
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.listing import (
    answer_listing,
    object_entry,
    read_listing,
    rendered,
    wanted_format,
)
from altostratus.services.objectstore.api.metadata import merged, read_metadata
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.views import ACLS, container_headers
from altostratus.services.objectstore.domain.acl import clean_acl
from altostratus.services.objectstore.domain.path import LONGEST_CONTAINER, check_name
from altostratus.services.objectstore.store.accounts import container_usage
from altostratus.services.objectstore.store.containers import change_container, find_container
from altostratus.services.objectstore.store.objects import list_objects
from altostratus.services.objectstore.usecases.create_container import create_container
from altostratus.services.objectstore.usecases.delete_container import delete_container
from altostratus.services.objectstore.usecases.put_object import get_container


async def head_container(request: SwiftRequest) -> None:
    """204 with its totals."""
    found, usage = await request.store.db.read(lambda tx: _look(tx, request))
    await request.answer(204, container_headers(found, usage, request.is_owner))


async def get_container_listing(request: SwiftRequest) -> None:
    """The objects."""
    kind, listing = wanted_format(request), read_listing(request, request.store.config.max_container_listing)

    def look(tx: Tx) -> tuple[Container, Usage, list[Any]]:
        found, usage = _look(tx, request)
        return found, usage, list_objects(tx, found.id, listing)

    container, usage, found = await request.store.db.read(look)
    by_path = "path" in request.query  # what is rolled up has no place in it
    entries = [row if isinstance(row, Prefix) else object_entry(row) for row in found]
    entries = [entry for entry in entries if not (by_path and isinstance(entry, Prefix))]
    await answer_listing(
        request,
        container_headers(container, usage, request.is_owner),
        kind,
        lambda: rendered(kind, "container", container.name, "object", entries),
        not entries,
    )


async def put_container(request: SwiftRequest) -> None:
    """201; 202 where it was there and is only changed."""
    request.require_owner()
    name = request.path.container
    check_name("Container", name, LONGEST_CONTAINER)
    given, settings = read_metadata("container", request.headers), _settings(request)

    def make(tx: Tx) -> bool:
        found = find_container(tx, request.path.account, name)
        if found is None:
            create_container(tx, request.path.account, name, merged({}, given), _changed({}, settings))
            return True
        _change(tx, found, given, settings)
        return False

    made = await request.store.db.write(make)
    await request.answer(201 if made else 202)


async def post_container(request: SwiftRequest) -> None:
    """Change its metadata and lists."""
    request.require_owner()
    given, settings = read_metadata("container", request.headers), _settings(request)

    def change(tx: Tx) -> None:
        _change(tx, get_container(tx, request.path.account, request.path.container), given, settings)

    await request.store.db.write(change)
    await request.answer(204)


async def remove_container(request: SwiftRequest) -> None:
    """204; 409 while there is anything in it."""
    request.require_owner()
    await request.store.db.write(lambda tx: delete_container(tx, request.path.account, request.path.container))
    await request.answer(204)


def _look(tx: Tx, request: SwiftRequest) -> tuple[Container, Usage]:
    found = find_container(tx, request.path.account, request.path.container)
    request.require_listing(request.path, found)
    if found is None:
        raise NoSuchContainer()
    return found, container_usage(tx, found.id)


def _change(tx: Tx, found: Container, given: dict[str, str], settings: dict[str, str]) -> None:
    meta, kept = merged(found.meta, given), _changed(found.settings, settings)
    change_container(tx, found.id, meta=meta, settings=kept)


def _settings(request: SwiftRequest) -> dict[str, str]:
    """What is said of the lists; '' takes one away."""
    found = {}
    for header, key in ACLS.items():
        if header in request.headers:
            found[key] = clean_acl(header, request.headers[header])
        elif f"x-remove-{header.removeprefix('x-')}" in request.headers:
            found[key] = ""
    if any(len(value) > 8192 for value in found.values()):
        raise BadRequest("The access control list is too long.")
    return found


def _changed(present: Any, given: dict[str, str]) -> dict[str, Any]:
    return {key: value for key, value in {**present, **given}.items() if value != ""}
