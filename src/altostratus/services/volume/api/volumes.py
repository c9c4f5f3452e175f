"""/volumes: create, list, summary, show, update, delete."""

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET

from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.services.volume.api import VolumeCall, schemas, truth, views
from altostratus.services.volume.api.listing import Filter, listed, query_of, wants_count, without_page
from altostratus.services.volume.errors import InvalidInput
from altostratus.services.volume.store import volume_lists
from altostratus.services.volume.store.lists import Query
from altostratus.services.volume.usecases import show_volumes
from altostratus.services.volume.usecases.change_volume import update_volume
from altostratus.services.volume.usecases.create_volume import NewVolume, create_volume
from altostratus.services.volume.usecases.delete_volume import delete_volume
from altostratus.services.volume.usecases.show_volumes import Shown

FILTERS = {
    "name": Filter(),
    "status": Filter(),
    "metadata": Filter("entries"),
    "bootable": Filter("flag"),
    "migration_status": Filter("none"),
    "availability_zone": Filter(),
    "group_id": Filter("none", since=10),
    "size": Filter("number"),
    "created_at": Filter("moments", since=60),
    "updated_at": Filter("moments", since=60),
    "consumes_quota": Filter("all", since=65),
    "glance_metadata": Filter("entries", since=4, admin=True),
    "id": Filter(admin=True),
    "project_id": Filter(admin=True),
    "user_id": Filter(admin=True),
    "description": Filter(admin=True),
    "snapshot_id": Filter(admin=True),
    "source_volid": Filter(admin=True),
    "attach_status": Filter(admin=True),
    "multiattach": Filter("none", admin=True),
}
QUERY = ("limit", "marker", "offset", "sort", "sort_key", "sort_dir", "with_count", "all_tenants", *FILTERS)


@post("/volumes", status_code=202, body=schemas.CREATE_VOLUME)
async def post_volume(request: VolumeCall) -> dict[str, Any]:
    """Create a volume: empty, or from an image, a snapshot or another volume."""
    new = _new((await request.decode(schemas.CREATE_VOLUME)).volume)
    service = request.volumes
    made = await service.db.write(lambda tx: create_volume(tx, service, request.actor, new))
    return {"volume": views.volume_detail(request, Shown(made, None), extended=False)}


@get("/volumes", query=QUERY)
async def get_volumes(request: VolumeCall) -> dict[str, Any]:
    """A page of volumes, in short."""
    shown, query, count = await _page(request)
    found = [views.volume_summary(request, s.volume) for s in shown]
    return listed(request, "/volumes", "volumes", found, query, count)


@get("/volumes/detail", query=QUERY)
async def get_volumes_detail(request: VolumeCall) -> dict[str, Any]:
    """A page of volumes, in full."""
    shown, query, count = await _page(request)
    found = [views.volume_detail(request, s) for s in shown]
    return listed(request, "/volumes/detail", "volumes", found, query, count)


@get("/volumes/summary", query=("all_tenants",))
async def get_volume_summary(request: VolumeCall) -> dict[str, Any]:
    """How many volumes there are, of how many GiB."""
    if not request.since(12):
        raise NotFound()
    service, actor = request.volumes, request.actor
    service.policy.require(actor, "volume:get_all")
    query = Query(project_id=None if request.flag("all_tenants") and actor.is_admin else actor.project)
    count, size = await service.db.read(lambda tx: volume_lists.sum_listed(tx, query))
    summary: dict[str, Any] = {"total_count": count, "total_size": size}
    if request.since(36):
        summary["metadata"] = _distinct(await service.db.read(lambda tx: volume_lists.metadata_of(tx, query)))
    return {"volume-summary": summary}


@get("/volumes/{volume_id:str}")
async def get_volume(request: VolumeCall, volume_id: FromPath[str]) -> dict[str, Any]:
    """One volume."""
    service = request.volumes
    shown = await service.db.read(lambda tx: show_volumes.show_volume(tx, service, request.actor, volume_id))
    return {"volume": views.volume_detail(request, shown)}


@put("/volumes/{volume_id:str}", body=schemas.UpdateVolume)
async def put_volume(request: VolumeCall, volume_id: FromPath[str]) -> dict[str, Any]:
    """Change name, description or metadata."""
    asked = (await request.decode(schemas.UpdateVolume)).volume
    values = named(asked)
    if asked.metadata is not UNSET:
        values["metadata"] = asked.metadata
    if request.since(53) and not values:
        raise BadRequest("Invalid input: the volume must have one of name, description and metadata.")
    service = request.volumes

    def change(tx: Any) -> Shown:
        return show_volumes.gather(tx, [update_volume(tx, service, request.actor, volume_id, **values)])[0]

    return {"volume": views.volume_detail(request, await service.db.write(change), extended=False)}


@delete("/volumes/{volume_id:str}", status_code=202, query=("cascade", "force"))
async def delete_volume_by_id(request: VolumeCall, volume_id: FromPath[str]) -> None:
    """Delete a volume; with `cascade` its snapshots too."""
    cascade, force = request.flag("cascade"), request.since(23) and request.flag("force")
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: delete_volume(tx, service, actor, volume_id, cascade=cascade, force=force))


def named(asked: Any) -> dict[str, Any]:
    """Name and description, as either API version calls them; those that were given."""
    name = asked.name if asked.name is not UNSET else asked.display_name
    description = asked.description if asked.description is not UNSET else asked.display_description
    found: dict[str, Any] = {} if name is UNSET else {"name": (name or "").strip()}
    return found if description is UNSET else {**found, "description": stripped(description)}


def stripped(text: str | None) -> str | None:
    return None if text is None else text.strip()


def _new(asked: schemas.NewVolume) -> NewVolume:
    if asked.multiattach is not None and truth(asked.multiattach):
        raise BadRequest("multiattach is not implemented: a volume is attached to one server at a time.")
    for what in ("group", "consistencygroup", "backup"):
        if wanted := getattr(asked, f"{what}_id"):
            raise NotFound(f"{what.capitalize()} {wanted} could not be found.")
    name = asked.name if asked.name is not None else asked.display_name
    image = asked.imageRef if asked.imageRef is not None else asked.image_id
    if image == "":
        raise InvalidInput(reason="Invalid image identifier or unable to access requested image.")
    return NewVolume(
        size=None if asked.size is None else int(asked.size),
        name=(name or "").strip(),
        description=stripped(asked.description if asked.description is not None else asked.display_description),
        metadata=asked.metadata or {},
        image_id=None if image is None else image.rsplit("/", 1)[-1],
        snapshot_id=asked.snapshot_id,
        volume_id=asked.source_volid,
        type=asked.volume_type,
        zone=asked.availability_zone,
    )


async def _page(request: VolumeCall) -> tuple[list[Shown], Query | None, int | None]:
    """The volumes of a page, its query, and how many there are altogether where that was asked for."""
    service = request.volumes
    service.policy.require(request.actor, "volume:get_all")
    query, counts = query_of(request, FILTERS, volume_lists.SORT_KEYS), wants_count(request)
    if query is None:
        return [], None, 0 if counts else None

    def find(tx: Any) -> tuple[list[Shown], int | None]:
        count = volume_lists.sum_listed(tx, without_page(query))[0] if counts else None
        return show_volumes.list_volumes(tx, query), count

    shown, count = await service.db.read(find)
    return shown, query, count


def _distinct(found: list[dict[str, str]]) -> dict[str, list[str]]:
    """All values of each key."""
    values: dict[str, list[str]] = {}
    for metadata in found:
        for key, value in metadata.items():
            if value not in values.setdefault(key, []):
                values[key].append(value)
    return values


ROUTES = [
    post_volume,
    get_volumes,
    get_volumes_detail,
    get_volume_summary,
    get_volume,
    put_volume,
    delete_volume_by_id,
]
