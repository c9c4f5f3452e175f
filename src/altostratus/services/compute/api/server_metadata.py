"""/servers/{id}/metadata and /servers/{id}/tags."""

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.domain.server import Server
from altostratus.services.compute.usecases import change_server
from altostratus.services.compute.usecases.find_server import find_server


async def _server(request: ComputeCall, server_id: str, rule: str) -> Server:
    compute = request.compute
    return await compute.db.read(lambda tx: find_server(tx, compute, request.actor, server_id, rule))


@get("/servers/{server_id:str}/metadata")
async def get_metadata(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    return {"metadata": (await _server(request, server_id, "server-metadata:index")).metadata}


@post("/servers/{server_id:str}/metadata", status_code=200, body=schemas.Metadata)
async def post_metadata(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Add items."""
    return await _set(request, server_id, (await request.decode(schemas.Metadata)).metadata, replace=False)


@put("/servers/{server_id:str}/metadata", body=schemas.Metadata)
async def put_metadata(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Replace all items."""
    return await _set(request, server_id, (await request.decode(schemas.Metadata)).metadata, replace=True)


@get("/servers/{server_id:str}/metadata/{key:str}")
async def get_metadata_item(request: ComputeCall, server_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    metadata = (await _server(request, server_id, "server-metadata:show")).metadata
    if key not in metadata:
        raise NotFound("Metadata item was not found")
    return {"meta": {key: metadata[key]}}


@put("/servers/{server_id:str}/metadata/{key:str}", body=schemas.MetaItem)
async def put_metadata_item(request: ComputeCall, server_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    """Set one item."""
    meta = (await request.decode(schemas.MetaItem)).meta
    if key not in meta:
        raise BadRequest("Request body and URI mismatch")
    await _set(request, server_id, meta, replace=False)
    return {"meta": meta}


@delete("/servers/{server_id:str}/metadata/{key:str}", status_code=204)
async def delete_metadata_item(request: ComputeCall, server_id: FromPath[str], key: FromPath[str]) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: change_server.delete_metadata(tx, compute, request.actor, server_id, key))


async def _set(request: ComputeCall, server_id: str, items: dict[str, str], replace: bool) -> dict[str, Any]:
    compute = request.compute
    found = await compute.db.write(
        lambda tx: change_server.set_metadata(tx, compute, request.actor, server_id, items, replace)
    )
    return {"metadata": found}


def _require_tags(request: ComputeCall) -> None:
    if not request.since(26):
        raise NotFound()


@get("/servers/{server_id:str}/tags")
async def get_tags(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    _require_tags(request)
    return {"tags": (await _server(request, server_id, "os-server-tags:index")).tags}


@put("/servers/{server_id:str}/tags", body=schemas.Tags)
async def put_tags(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Replace all tags."""
    _require_tags(request)
    tags = (await request.decode(schemas.Tags)).tags
    return {"tags": await _set_tags(request, server_id, tags, "update_all")}


@delete("/servers/{server_id:str}/tags", status_code=204)
async def delete_tags(request: ComputeCall, server_id: FromPath[str]) -> None:
    _require_tags(request)
    await _set_tags(request, server_id, [], "delete_all")


@get("/servers/{server_id:str}/tags/{tag:str}", status_code=204)
async def get_tag(request: ComputeCall, server_id: FromPath[str], tag: FromPath[str]) -> None:
    """204 when the server has the tag."""
    _require_tags(request)
    if tag not in (await _server(request, server_id, "os-server-tags:show")).tags:
        raise NotFound(f"Server {server_id} has no tag '{tag}'")


@put("/servers/{server_id:str}/tags/{tag:str}")
async def put_tag(request: ComputeCall, server_id: FromPath[str], tag: FromPath[str]) -> Response[None]:
    """201 when it is new, 204 when it was there."""
    _require_tags(request)
    if not 0 < len(tag) <= 60 or "," in tag:
        raise BadRequest("A tag has 1 to 60 characters, and no comma or slash.")
    tags = (await _server(request, server_id, "os-server-tags:update")).tags
    if tag in tags:
        return Response(None, status_code=204)
    await _set_tags(request, server_id, [*tags, tag], "update")
    location = request.link(f"/compute/v2.1/servers/{server_id}/tags/{tag}")
    return Response(None, status_code=201, headers={"Location": location})


@delete("/servers/{server_id:str}/tags/{tag:str}", status_code=204)
async def delete_tag(request: ComputeCall, server_id: FromPath[str], tag: FromPath[str]) -> None:
    _require_tags(request)
    tags = (await _server(request, server_id, "os-server-tags:delete")).tags
    if tag not in tags:
        raise NotFound(f"Server {server_id} has no tag '{tag}'")
    await _set_tags(request, server_id, [t for t in tags if t != tag], "delete")


async def _set_tags(request: ComputeCall, server_id: str, tags: list[str], rule: str) -> list[str]:
    compute = request.compute
    return await compute.db.write(lambda tx: change_server.set_tags(tx, compute, request.actor, server_id, tags, rule))


ROUTES = [
    get_metadata,
    post_metadata,
    put_metadata,
    get_metadata_item,
    put_metadata_item,
    delete_metadata_item,
    get_tags,
    put_tags,
    delete_tags,
    get_tag,
    put_tag,
    delete_tag,
]
