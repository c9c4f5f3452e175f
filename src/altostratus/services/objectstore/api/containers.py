"""/v1/{account}/{container}"""

from functools import partial
from typing import Any

from altostratus.contracts.objectstore import Container, Listing, NoSuchContainer, Prefix, Usage
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.listing import (
    ObjectEntry,
    answer_listing,
    object_entry,
    read_listing,
    rendered,
    version_entry,
    wanted_format,
)
from altostratus.services.objectstore.api.metadata import merged, read_metadata
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.settings import (
    changed_settings,
    read_settings,
    read_versioning,
    shown_settings,
)
from altostratus.services.objectstore.api.versions import check_version
from altostratus.services.objectstore.api.views import container_headers
from altostratus.services.objectstore.domain.path import LONGEST_CONTAINER, check_name
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.store.accounts import container_usage
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import list_names, list_versions
from altostratus.services.objectstore.usecases.change_container import change_container
from altostratus.services.objectstore.usecases.create_container import create_container
from altostratus.services.objectstore.usecases.delete_container import delete_container
from altostratus.services.objectstore.usecases.put_object import get_container


async def get_container_listing(request: SwiftRequest) -> None:
    """The objects; HEAD has the totals alone."""
    kind, listing = wanted_format(request), read_listing(request, request.store.config.max_container_listing)

    def look(tx: Tx) -> tuple[Container, Usage, list[Any]]:
        found, usage = _look(tx, request)
        return found, usage, _page(tx, request, found, listing) if request.method == "GET" else []

    container, usage, entries = await request.store.db.read(look)
    await answer_listing(
        request,
        container_headers(container, usage, request.is_owner) + shown_settings(container, request.is_owner),
        kind,
        lambda: rendered(kind, "container", container.name, "object", entries),
        not entries,
    )


async def put_container(request: SwiftRequest) -> None:
    """201; 202 where it was there and is only changed."""
    request.require_owner()
    name = request.path.container
    check_name("Container", name, LONGEST_CONTAINER)
    given, settings, versioning = _said(request)

    def make(tx: Tx) -> bool:
        found = find_container(tx, request.path.account, name)
        made = found is None
        if found is None:
            found = create_container(tx, request.path.account, name, merged({}, given), changed_settings({}, settings))
        if versioning or not made:
            _change(tx, found, given, settings, versioning)
        return made

    made = await request.store.db.write(make)
    await request.answer(201 if made else 202)


async def post_container(request: SwiftRequest) -> None:
    """Change its metadata and lists."""
    request.require_owner()
    given, settings, versioning = _said(request)

    def change(tx: Tx) -> None:
        found = get_container(tx, request.path.account, request.path.container)
        _change(tx, found, given, settings, versioning)

    await request.store.db.write(change)
    await request.answer(204)


async def remove_container(request: SwiftRequest) -> None:
    """204; 409 while there is anything in it."""
    request.require_owner()
    await request.store.db.write(lambda tx: delete_container(tx, request.path.account, request.path.container))
    await request.answer(204)


def _page(tx: Tx, request: SwiftRequest, found: Container, listing: Listing) -> list[ObjectEntry | Prefix]:
    if "versions" not in request.query:
        return list_names(tx, found.id, listing, partial(object_entry, found.account))
    after = request.query.get("version_marker") or None
    if after and not listing.marker:
        raise Malformed("version_marker param requires marker")
    rows = list_versions(tx, found.id, listing, check_version(after) if after else None)
    return [row if isinstance(row, Prefix) else version_entry(found.account, row) for row in rows]


def _look(tx: Tx, request: SwiftRequest) -> tuple[Container, Usage]:
    found = find_container(tx, request.path.account, request.path.container)
    request.require_listing(request.path, found)
    if found is None:
        raise NoSuchContainer()
    return found, container_usage(tx, found.id)


def _said(request: SwiftRequest) -> tuple[dict[str, str], dict[str, Any], str | None]:
    """Metadata, settings, and whether versions are kept."""
    settings = read_settings(request)
    return read_metadata("container", request.headers), settings, read_versioning(request, settings)


def _change(tx: Tx, found: Container, given: dict[str, str], settings: dict[str, Any], versioning: str | None) -> None:
    kept = changed_settings(found.settings, settings, versioning)
    versioning = found.versioning if versioning is None else versioning
    change_container(tx, found.id, meta=merged(found.meta, given), settings=kept, versioning=versioning)
