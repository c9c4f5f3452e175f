"""/os-volumes and /os-snapshots (until 2.35): Nova's old proxy of block storage.

https://docs.openstack.org/api-ref/compute/#volume-extension-os-volumes-os-snapshots-deprecated
"""

from typing import Any

from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import UNSET

from altostratus.contracts.volume import NewVolume, ShownSnapshot, ShownVolume
from altostratus.kernel.clock import iso_plain
from altostratus.kernel.errors import NotFound
from altostratus.kernel.http.call import require_id
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.errors import over_quota_is_forbidden

PAGE = ("limit", "offset")


@get(["/os-volumes", "/os-volumes/detail"], query=PAGE, guards=[require_id])
async def get_volumes(request: ComputeCall) -> dict[str, Any]:
    """The project's volumes; both lists say the same."""
    _require_old(request, "detail" if request.url.path.endswith("/detail") else "list")
    volumes = request.compute.volumes.of_users
    found = await request.compute.db.read(lambda tx: volumes.list_volumes(tx, request.actor))
    return {"volumes": [_volume(each) for each in found[request.window()]]}


@post("/os-volumes", status_code=200, body=schemas.CreateVolume)
async def post_volume(request: ComputeCall) -> Response[Any]:
    """Create a volume: empty, or from a snapshot."""
    _require_old(request, "create")
    asked = (await request.decode(schemas.CreateVolume)).volume
    new = NewVolume(
        size=int(asked.size),
        snapshot_id=asked.snapshot_id or None,
        type=asked.volume_type or None,
        name=asked.display_name or "",
        description=asked.display_description or None,
        metadata=asked.metadata or {},
        zone=asked.availability_zone or None,
    )
    volumes, actor = request.compute.volumes.of_users, request.actor
    with over_quota_is_forbidden():
        made = await request.compute.db.write(lambda tx: volumes.create_volume(tx, actor, new))
    location = request.link(f"/compute/v2.1/os-volumes/{made.id}")
    return Response({"volume": _volume(made)}, headers={"Location": location})


@get("/os-volumes/{volume_id:str}")
async def get_volume(request: ComputeCall, volume_id: FromPath[str]) -> dict[str, Any]:
    _require_old(request, "show")
    volumes = request.compute.volumes.of_users
    return {
        "volume": _volume(await request.compute.db.read(lambda tx: volumes.show_volume(tx, request.actor, volume_id)))
    }


@delete("/os-volumes/{volume_id:str}", status_code=202)
async def delete_volume(request: ComputeCall, volume_id: FromPath[str]) -> None:
    _require_old(request, "delete")
    volumes = request.compute.volumes.of_users
    await request.compute.db.write(lambda tx: volumes.delete_volume(tx, request.actor, volume_id))


@get(["/os-snapshots", "/os-snapshots/detail"], query=PAGE, guards=[require_id])
async def get_snapshots(request: ComputeCall) -> dict[str, Any]:
    """The project's snapshots; both lists say the same."""
    _require_old(request, "snapshots:detail" if request.url.path.endswith("/detail") else "snapshots:list")
    volumes = request.compute.volumes.of_users
    found = await request.compute.db.read(lambda tx: volumes.list_snapshots(tx, request.actor))
    return {"snapshots": [_snapshot(each) for each in found[request.window()]]}


@post("/os-snapshots", status_code=200, body=schemas.CreateSnapshot)
async def post_snapshot(request: ComputeCall) -> dict[str, Any]:
    """Create a snapshot of a volume, with `force` also of one in use."""
    _require_old(request, "snapshots:create")
    asked = (await request.decode(schemas.CreateSnapshot)).snapshot
    in_use = asked.force is not UNSET and schemas.truth(asked.force)
    described = (asked.display_name or "", asked.display_description or None)
    volumes, actor = request.compute.volumes.of_users, request.actor
    with over_quota_is_forbidden():
        made = await request.compute.db.write(
            lambda tx: volumes.create_snapshot(tx, actor, asked.volume_id, *described, in_use)
        )
    return {"snapshot": _snapshot(made)}


@get("/os-snapshots/{snapshot_id:str}")
async def get_snapshot(request: ComputeCall, snapshot_id: FromPath[str]) -> dict[str, Any]:
    _require_old(request, "snapshots:show")
    volumes, actor = request.compute.volumes.of_users, request.actor
    found = await request.compute.db.read(lambda tx: volumes.show_snapshot(tx, actor, snapshot_id))
    return {"snapshot": _snapshot(found)}


@delete("/os-snapshots/{snapshot_id:str}", status_code=202)
async def delete_snapshot(request: ComputeCall, snapshot_id: FromPath[str]) -> None:
    _require_old(request, "snapshots:delete")
    volumes = request.compute.volumes.of_users
    await request.compute.db.write(lambda tx: volumes.delete_snapshot(tx, request.actor, snapshot_id))


def _require_old(request: ComputeCall, rule: str) -> None:
    if request.since(36):
        raise NotFound()
    request.compute.policy.require(request.actor, f"os_compute_api:os-volumes:{rule}")


def _volume(volume: ShownVolume) -> dict[str, Any]:
    attachment = {"id": volume.id, "volumeId": volume.id, "serverId": volume.server_id, "device": volume.device}
    return {
        "id": volume.id,
        "status": volume.status,
        "size": volume.size,
        "availabilityZone": volume.zone,
        "createdAt": iso_plain(volume.created_at),
        "attachments": [attachment if volume.server_id else {}],
        "displayName": volume.name,
        "displayDescription": volume.description,
        "volumeType": volume.type,
        "snapshotId": volume.snapshot_id,
        "metadata": volume.metadata,
    }


def _snapshot(snapshot: ShownSnapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "volumeId": snapshot.volume_id,
        "status": snapshot.status,
        "size": snapshot.size,
        "createdAt": iso_plain(snapshot.created_at),
        "displayName": snapshot.name,
        "displayDescription": snapshot.description,
    }


ROUTES = [
    get_volumes,
    post_volume,
    get_volume,
    delete_volume,
    get_snapshots,
    post_snapshot,
    get_snapshot,
    delete_snapshot,
]
