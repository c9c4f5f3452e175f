"""Containers, in CDMI and by plain HTTP."""

from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from altostratus.contracts.objectstore import (
    Content,
    Listing,
    NewObject,
    NoSuchObject,
    Object,
    Prefix,
)
from altostratus.doors.cdmi.metadata import EXTRA, changed, parted, shown
from altostratus.doors.cdmi.place import Node, Place, find_node, get_node
from altostratus.doors.cdmi.request import CdmiRequest
from altostratus.doors.cdmi.spans import Span
from altostratus.doors.cdmi.values import once
from altostratus.doors.cdmi.views import CONTAINER, container_fields
from altostratus.kernel.errors import BadRequest, Conflict, NotAcceptable, NotFound
from altostratus.kernel.tx import Tx

MOST_CHILDREN = 10_000
"""Children that one answer has at most."""
LAST_CHILD = 1_000_000
"""Ranges of children end before this one: whoever wants more asks Swift's listing, which goes by names."""
MOST_DELETED = 1000
"""Objects that go with their container at once."""
LONGEST_CONTAINER, LONGEST_NAME = 256, 1024
DIRECTORY = "application/directory"


class ContainerBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a client may say of a container."""

    metadata: dict[str, Any] | None = None


async def get_container(request: CdmiRequest) -> None:
    """200: what it is, and which children it has."""
    request.require_reader()
    if not request.wants(CONTAINER):
        raise NotAcceptable("Containers are shown in CDMI alone.")

    def show(tx: Tx) -> tuple[Node, dict[str, Any]]:
        node = get_node(request.store, tx, request.place)
        return node, container_fields(request.store, tx, node)

    node, fields = await request.store.read(show)
    if request.asks_for("children", "childrenrange"):
        span, children = await _children(request, node)
        fields |= {"childrenrange": str(span), "children": children}
    await request.answer_json(200, CONTAINER, fields)


async def put_container(request: CdmiRequest) -> None:
    """201 for a new one; 204 where there is one, which takes the metadata."""
    request.require_owner()
    if not request.place.text:
        raise BadRequest("The root stays as it is.")
    speaks = request.sends(CONTAINER)
    body = await request.decode(ContainerBody) if speaks else await _no_body(request)
    check_name(request.place)
    node, made = await _put(request, body)
    if not made:
        await request.answer(204)
    elif speaks:
        fields = await request.store.read(lambda tx: container_fields(request.store, tx, node))
        await request.answer_json(201, CONTAINER, {**fields, "childrenrange": "", "children": []})
    else:
        await request.answer(201)


async def delete_container(request: CdmiRequest) -> None:
    """204, with all that is in it; 409 where that is much."""
    request.require_owner()
    if not request.place.text:
        raise BadRequest("The root stays.")

    def delete(tx: Tx) -> None:
        node = get_node(request.store, tx, request.place)
        assert node.container is not None
        for name in _names(request, tx, node):
            with suppress(NoSuchObject):  # it has expired
                request.store.delete_object(tx, node.place.account, node.container.name, name)
        if not node.place.name:
            request.store.delete_container(tx, node.place.account, node.container.name)

    await request.store.write(delete)
    await request.answer(204)


def check_name(place: Place) -> None:
    """Whether something new may be there. Raises BadRequest."""
    if not place.container or place.container in ("cdmi_capabilities", "cdmi_objectid", "cdmi_domains"):
        raise BadRequest("No container is called so.")
    if len(place.container.encode()) > LONGEST_CONTAINER or len(place.name.encode()) > LONGEST_NAME:
        raise BadRequest("The name is too long.")


async def _no_body(request: CdmiRequest) -> ContainerBody:
    """What plain HTTP says of a container. Raises BadRequest for bytes, which nothing would keep."""
    async for _ in request.body():
        raise BadRequest("A container has no value: the URIs of data objects end without a slash.")
    return ContainerBody()


async def _put(request: CdmiRequest, body: ContainerBody) -> tuple[Node, bool]:
    """What is there now, and whether it was made."""

    def put(tx: Tx) -> tuple[Node | None, bool]:
        seen = find_node(request.store, tx, request.place)
        if seen and (seen.entry or not seen.place.name):
            _change(request, tx, seen, body)
            return seen, False
        get_node(request.store, tx, request.place.parent)
        if request.place.name:
            return None, seen is None
        meta, extra = parted({}, changed({}, body.metadata, request.names("metadata")))
        request.store.create_container(tx, request.place.account, request.place.container, meta, _kept({}, extra))
        return find_node(request.store, tx, request.place), True

    node, made = await request.store.write(put)
    return (node, made) if node else (await _mark(request, body), made)


async def _mark(request: CdmiRequest, body: ContainerBody) -> Node:
    """The empty object that keeps a container below the first level."""
    meta, extra = parted({}, changed({}, body.metadata, request.names("metadata")))
    new = NewObject(DIRECTORY, meta, _kept({}, extra))

    def make(content: Content) -> NewObject:
        return new

    place = request.place
    await request.store.put_object(place.account, place.container, place.name, once(b""), make, announced=0)
    return await request.store.read(lambda tx: get_node(request.store, tx, place))


def _change(request: CdmiRequest, tx: Tx, seen: Node, body: ContainerBody) -> None:
    if body.metadata is None:
        return
    given = changed(shown(seen.meta, seen.system), body.metadata, request.names("metadata"))
    meta, extra = parted(seen.meta, given)
    kept = _kept(seen.system, extra)
    if seen.entry:
        request.store.change_object(tx, seen.entry.id, meta=meta, system=kept)
    elif seen.container:
        request.store.change_container(tx, seen.container.id, meta=meta, settings=kept)


def _kept(system: Any, extra: dict[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in system.items() if name != EXTRA}
    return others | ({EXTRA: extra} if extra else {})


async def _children(request: CdmiRequest, node: Node) -> tuple[Span, list[str]]:
    """Those in the range that is asked for, as far as one answer goes, and which they are."""
    asked = request.span("children") or Span(0, MOST_CHILDREN)
    if asked.stop > LAST_CHILD:
        raise BadRequest(f"Ranges of children end before {LAST_CHILD}.")
    stop = min(asked.stop, asked.start + MOST_CHILDREN)
    at, marker, found = 0, node.place.name, list[str]()
    while at < stop:
        limit = min(stop - at, MOST_CHILDREN)
        page = await request.store.read(partial(_page, request, node, limit, marker))
        found += page[max(asked.start - at, 0) :]
        at += len(page)
        if len(page) < limit:
            break
        marker = node.place.name + page[-1]
    return Span(asked.start, asked.start + len(found)), found


def _page(request: CdmiRequest, node: Node, limit: int, marker: str, tx: Tx) -> list[str]:
    """Names in the container behind `marker`; those of containers end with a slash."""
    if node.container is None:
        listing = Listing(limit=limit, marker=marker.removesuffix("/"))
        found = request.store.list_containers(tx, node.place.account, listing)
        return [f"{row[0].name}/" for row in found if not isinstance(row, Prefix)]
    prefix = node.place.name
    entries = request.store.list_objects(
        tx, node.container.id, Listing(limit=limit, prefix=prefix, delimiter="/", marker=marker)
    )
    return [entry.name.removeprefix(prefix) for entry in entries]


def _names(request: CdmiRequest, tx: Tx, node: Node) -> list[str]:
    """Everything that goes with the container. Raises Conflict where it is much."""
    assert node.container is not None
    listing = Listing(limit=MOST_DELETED + 1, prefix=node.place.name)
    found = [row for row in request.store.list_objects(tx, node.container.id, listing) if isinstance(row, Object)]
    if len(found) > MOST_DELETED:
        raise Conflict(f"There are more than {MOST_DELETED} objects in the container: delete some first.")
    if node.place.name and not found:
        raise NotFound()
    return [row.name for row in found]
