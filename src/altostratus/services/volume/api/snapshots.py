"""/snapshots: create, list, show, update, delete."""

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest
from altostratus.services.volume.api import VolumeCall, schemas, truth, views
from altostratus.services.volume.api.listing import Filter, listed, query_of, wants_count, without_page
from altostratus.services.volume.api.volumes import named, stripped
from altostratus.services.volume.domain.volume import Snapshot
from altostratus.services.volume.store import snapshot_lists
from altostratus.services.volume.store.lists import Query
from altostratus.services.volume.usecases import snapshots
from altostratus.services.volume.usecases.find_volume import find_snapshot
from altostratus.services.volume.usecases.snapshots import NewSnapshot

FILTERS = {
    "name": Filter(),
    "status": Filter(),
    "volume_id": Filter(),
    "metadata": Filter("entries", since=22),
    "availability_zone": Filter(),
    "consumes_quota": Filter("all", since=65),
    "id": Filter(admin=True),
    "project_id": Filter(admin=True),
    "user_id": Filter(admin=True),
    "description": Filter(admin=True),
}
QUERY = ("limit", "marker", "offset", "sort", "sort_key", "sort_dir", "with_count", "all_tenants", *FILTERS)


@post("/snapshots", status_code=202, body=schemas.CreateSnapshot)
async def post_snapshot(request: VolumeCall) -> dict[str, Any]:
    """Create a snapshot of a volume."""
    asked = (await request.decode(schemas.CreateSnapshot)).snapshot
    force = None if asked.force is None else truth(asked.force)
    if request.since(66) and force is False:
        raise BadRequest("Since microversion 3.66 the 'force' flag is invalid for this request.")
    name = asked.name if asked.name is not None else asked.display_name
    new = NewSnapshot(
        volume_id=str(asked.volume_id),
        in_use=bool(force) or request.since(66),
        name=(name or "").strip(),
        description=stripped(asked.description),
        metadata=asked.metadata or {},
    )
    service = request.volumes
    made = await service.db.write(lambda tx: snapshots.create_snapshot(tx, service, request.actor, new))
    return {"snapshot": views.snapshot_detail(request, made, extended=False)}


@get("/snapshots", query=QUERY)
async def get_snapshots(request: VolumeCall) -> dict[str, Any]:
    """A page of snapshots, in short."""
    found, query, count = await _page(request)
    return listed(request, "/snapshots", "snapshots", [views.snapshot_summary(s) for s in found], query, count)


@get("/snapshots/detail", query=QUERY)
async def get_snapshots_detail(request: VolumeCall) -> dict[str, Any]:
    """A page of snapshots, in full."""
    found, query, count = await _page(request)
    shown = [views.snapshot_detail(request, s) for s in found]
    return listed(request, "/snapshots/detail", "snapshots", shown, query, count)


@get("/snapshots/{snapshot_id:str}")
async def get_snapshot(request: VolumeCall, snapshot_id: FromPath[str]) -> dict[str, Any]:
    """One snapshot."""
    service = request.volumes
    found = await service.db.read(lambda tx: find_snapshot(tx, service, request.actor, snapshot_id))
    return {"snapshot": views.snapshot_detail(request, found)}


@put("/snapshots/{snapshot_id:str}", body=schemas.UpdateSnapshot)
async def put_snapshot(request: VolumeCall, snapshot_id: FromPath[str]) -> dict[str, Any]:
    """Change name or description."""
    values = named((await request.decode(schemas.UpdateSnapshot)).snapshot)
    if not values:
        raise BadRequest("Invalid input: the snapshot must have a name or a description.")
    service = request.volumes
    changed = await service.db.write(
        lambda tx: snapshots.update_snapshot(tx, service, request.actor, snapshot_id, **values)
    )
    return {"snapshot": views.snapshot_detail(request, changed, extended=False)}


@delete("/snapshots/{snapshot_id:str}", status_code=202)
async def delete_snapshot(request: VolumeCall, snapshot_id: FromPath[str]) -> None:
    """Delete a snapshot."""
    service = request.volumes
    await service.db.write(lambda tx: snapshots.delete_snapshot(tx, service, request.actor, snapshot_id))


async def _page(request: VolumeCall) -> tuple[list[Snapshot], Query | None, int | None]:
    service = request.volumes
    service.policy.require(request.actor, "volume:get_all_snapshots")
    query, counts = query_of(request, FILTERS, snapshot_lists.SORT_KEYS), wants_count(request)
    if query is None:
        return [], None, 0 if counts else None

    def find(tx: Any) -> tuple[list[Snapshot], int | None]:
        count = snapshot_lists.count_listed(tx, without_page(query)) if counts else None
        return snapshots.list_snapshots(tx, query), count

    found, count = await service.db.read(find)
    return found, query, count


ROUTES = [post_snapshot, get_snapshots, get_snapshots_detail, get_snapshot, put_snapshot, delete_snapshot]
