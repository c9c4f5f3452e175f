"""/volumes/{id}/metadata and /snapshots/{id}/metadata."""

import hashlib
from typing import Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, PreconditionFailed
from altostratus.kernel.tx import Tx
from altostratus.services.volume.api import VolumeCall, schemas
from altostratus.services.volume.errors import MetadataNotFound
from altostratus.services.volume.usecases import change_volume, snapshots
from altostratus.services.volume.usecases.find_volume import find_snapshot, find_volume

_OF_VOLUME, _OF_SNAPSHOT = "volume:get_volume_metadata", "volume:get_snapshot_metadata"


@get("/volumes/{volume_id:str}/metadata")
async def get_volume_metadata(request: VolumeCall, volume_id: FromPath[str]) -> Response[Any]:
    """All items; since 3.15 with an Etag, so that a change can be tied to it."""
    metadata = await _of_volume(request, volume_id)
    headers = {"Etag": f'"{_tag(metadata)}"'} if request.since(15) else {}
    return Response({"metadata": metadata}, headers=headers)


@post("/volumes/{volume_id:str}/metadata", status_code=200, body=schemas.Metadata)
async def post_volume_metadata(request: VolumeCall, volume_id: FromPath[str]) -> dict[str, Any]:
    """Add items."""
    items = (await request.decode(schemas.Metadata)).metadata
    return await _set_volume(request, volume_id, items, replace=False)


@put("/volumes/{volume_id:str}/metadata", body=schemas.Metadata)
async def put_volume_metadata(request: VolumeCall, volume_id: FromPath[str]) -> dict[str, Any]:
    """Replace all items."""
    items = (await request.decode(schemas.Metadata)).metadata
    return await _set_volume(request, volume_id, items, replace=True, conditional=True)


@get("/volumes/{volume_id:str}/metadata/{key:str}")
async def get_volume_item(request: VolumeCall, volume_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    return _item(await _of_volume(request, volume_id), "Volume", volume_id, key)


@put("/volumes/{volume_id:str}/metadata/{key:str}", body=schemas.MetaItem)
async def put_volume_item(request: VolumeCall, volume_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    """Set one item."""
    item = _named(await request.decode(schemas.MetaItem), key)
    await _set_volume(request, volume_id, item, replace=False, conditional=True)
    return {"meta": item}


@delete("/volumes/{volume_id:str}/metadata/{key:str}", status_code=200)
async def delete_volume_item(request: VolumeCall, volume_id: FromPath[str], key: FromPath[str]) -> None:
    service = request.volumes
    await service.db.write(lambda tx: change_volume.delete_metadata(tx, service, request.actor, volume_id, key))


@get("/snapshots/{snapshot_id:str}/metadata")
async def get_snapshot_metadata(request: VolumeCall, snapshot_id: FromPath[str]) -> dict[str, Any]:
    return {"metadata": await _of_snapshot(request, snapshot_id)}


@post("/snapshots/{snapshot_id:str}/metadata", status_code=200, body=schemas.Metadata)
async def post_snapshot_metadata(request: VolumeCall, snapshot_id: FromPath[str]) -> dict[str, Any]:
    """Add items."""
    return await _set_snapshot(request, snapshot_id, (await request.decode(schemas.Metadata)).metadata, False)


@put("/snapshots/{snapshot_id:str}/metadata", body=schemas.Metadata)
async def put_snapshot_metadata(request: VolumeCall, snapshot_id: FromPath[str]) -> dict[str, Any]:
    """Replace all items."""
    return await _set_snapshot(request, snapshot_id, (await request.decode(schemas.Metadata)).metadata, True)


@get("/snapshots/{snapshot_id:str}/metadata/{key:str}")
async def get_snapshot_item(request: VolumeCall, snapshot_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    return _item(await _of_snapshot(request, snapshot_id), "Snapshot", snapshot_id, key)


@put("/snapshots/{snapshot_id:str}/metadata/{key:str}", body=schemas.MetaItem)
async def put_snapshot_item(request: VolumeCall, snapshot_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    """Set one item."""
    item = _named(await request.decode(schemas.MetaItem), key)
    await _set_snapshot(request, snapshot_id, item, False)
    return {"meta": item}


@delete("/snapshots/{snapshot_id:str}/metadata/{key:str}", status_code=200)
async def delete_snapshot_item(request: VolumeCall, snapshot_id: FromPath[str], key: FromPath[str]) -> None:
    service = request.volumes
    await service.db.write(lambda tx: snapshots.delete_metadata(tx, service, request.actor, snapshot_id, key))


async def _of_volume(request: VolumeCall, volume_id: str) -> dict[str, str]:
    service, actor = request.volumes, request.actor
    return (await service.db.read(lambda tx: find_volume(tx, service, actor, volume_id, _OF_VOLUME))).metadata


async def _of_snapshot(request: VolumeCall, snapshot_id: str) -> dict[str, str]:
    service, actor = request.volumes, request.actor
    return (await service.db.read(lambda tx: find_snapshot(tx, service, actor, snapshot_id, _OF_SNAPSHOT))).metadata


async def _set_volume(
    request: VolumeCall, volume_id: str, items: dict[str, str], *, replace: bool, conditional: bool = False
) -> dict[str, Any]:
    """`conditional`: only if the metadata are what If-Match says, where it is there."""
    service, actor = request.volumes, request.actor
    wanted = request.headers.get("if-match") if conditional and request.since(15) else None

    def change(tx: Tx) -> dict[str, str]:
        if wanted is not None and wanted != "*":
            tag = _tag(find_volume(tx, service, actor, volume_id, _OF_VOLUME).metadata)
            if tag not in (word.strip().removeprefix("W/").strip('"') for word in wanted.split(",")):
                raise PreconditionFailed()
        return change_volume.set_metadata(tx, service, actor, volume_id, items, replace)

    return {"metadata": await service.db.write(change)}


async def _set_snapshot(request: VolumeCall, snapshot_id: str, items: dict[str, str], replace: bool) -> dict[str, Any]:
    service, actor = request.volumes, request.actor
    found = await service.db.write(lambda tx: snapshots.set_metadata(tx, service, actor, snapshot_id, items, replace))
    return {"metadata": found}


def _tag(metadata: dict[str, str]) -> str:
    """What tells one state of the metadata from another."""
    return hashlib.sha256(msgspec.json.encode(metadata, order="sorted")).hexdigest()[:32]


def _named(body: schemas.MetaItem, key: str) -> dict[str, str]:
    if key not in body.meta:
        raise BadRequest("Request body and URI mismatch")
    if len(body.meta) > 1:
        raise BadRequest("Request body contains too many items")
    return body.meta


def _item(metadata: dict[str, str], what: str, owner: str, key: str) -> dict[str, Any]:
    if key not in metadata:
        raise MetadataNotFound(what=what, id=owner, key=key)
    return {"meta": {key: metadata[key]}}


ROUTES = [
    get_volume_metadata,
    post_volume_metadata,
    put_volume_metadata,
    get_volume_item,
    put_volume_item,
    delete_volume_item,
    get_snapshot_metadata,
    post_snapshot_metadata,
    put_snapshot_metadata,
    get_snapshot_item,
    put_snapshot_item,
    delete_snapshot_item,
]
