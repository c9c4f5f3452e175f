"""What clients look for around volumes: types, zones, filters, pools, services, extensions."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from altostratus.kernel.errors import DeadlineExceeded, NotFound, NotImplementedHere
from altostratus.services.volume.api import VolumeCall, attachments, moment, snapshots, views, volumes
from altostratus.services.volume.domain import volume_type
from altostratus.services.volume.driver import DriverError, Space
from altostratus.services.volume.errors import TypeNotFound
from altostratus.services.volume.usecases import ZONE

GIB = 1 << 30
_FILTERS = {
    "volume": volumes.FILTERS,
    "snapshot": snapshots.FILTERS,
    "attachment": attachments.FILTERS,
}
_EXTENSIONS = {
    "os-admin-actions": "AdminActions",
    "os-availability-zone": "AvailabilityZones",
    "os-extended-snapshot-attributes": "ExtendedSnapshotAttributes",
    "os-quota-class-sets": "QuotaClasses",
    "os-quota-sets": "Quotas",
    "os-services": "Services",
    "os-used-limits": "UsedLimits",
    "os-vol-host-attr": "VolumeHostAttribute",
    "os-vol-image-meta": "VolumeImageMetadata",
    "os-vol-mig-status-attr": "VolumeMigStatusAttribute",
    "os-vol-tenant-attr": "VolumeTenantAttribute",
    "os-volume-actions": "VolumeActions",
    "scheduler-stats": "Scheduler_stats",
}


@get("/types")
async def get_types(request: VolumeCall) -> dict[str, Any]:
    """The one type."""
    request.volumes.policy.require(request.actor, "volume_extension:type_get_all")
    return {"volume_types": [views.type_view(request)]}


@get("/types/{type_id:str}")
async def get_type(request: VolumeCall, type_id: FromPath[str]) -> dict[str, Any]:
    """The one type, also as `default`."""
    request.volumes.policy.require(request.actor, "volume_extension:type_get")
    if type_id not in (volume_type.ID, "default"):
        raise TypeNotFound(id=type_id)
    return {"volume_type": views.type_view(request)}


@get("/types/{type_id:str}/extra_specs")
async def get_extra_specs(request: VolumeCall, type_id: FromPath[str]) -> dict[str, Any]:
    """It has none."""
    await get_type.fn(request, type_id)
    return {"extra_specs": {}}


@post("/types", status_code=200)
async def post_type(request: VolumeCall) -> None:
    """There is one type only."""
    raise NotImplementedHere("Volume types are not implemented: there is one, __DEFAULT__.")


@get("/os-availability-zone")
async def get_zones(request: VolumeCall) -> dict[str, Any]:
    return {"availabilityZoneInfo": [{"zoneName": ZONE, "zoneState": {"available": True}}]}


@get("/extensions")
async def get_extensions(request: VolumeCall) -> dict[str, Any]:
    """What came before microversions did, as far as it is here: clients look for some of it."""
    return {"extensions": [_extension(alias) for alias in _EXTENSIONS]}


@get("/extensions/{alias:str}")
async def get_extension(request: VolumeCall, alias: FromPath[str]) -> dict[str, Any]:
    if alias not in _EXTENSIONS:
        raise NotFound()
    return {"extension": _extension(alias)}


def _extension(alias: str) -> dict[str, Any]:
    name = _EXTENSIONS[alias]
    return {"alias": alias, "name": name, "description": name, "updated": "2016-02-08T12:20:21+00:00", "links": []}


@get("/resource_filters", query=("resource",))
async def get_resource_filters(request: VolumeCall) -> dict[str, Any]:
    """By what lists can be filtered, without being an administrator."""
    if not request.since(33):
        raise NotFound()
    wanted = request.query.get("resource")
    shown = [
        {"resource": resource, "filters": [name for name, one in filters.items() if not one.admin]}
        for resource, filters in _FILTERS.items()
        if wanted in (None, resource)
    ]
    return {"resource_filters": shown}


@get("/scheduler-stats/get_pools", query=("detail", "name", "volume_type"))
async def get_pools(request: VolumeCall) -> dict[str, Any]:
    """The one place where volumes are."""
    service, query = request.volumes, request.query
    service.policy.require(request.actor, "scheduler_extension:scheduler_stats:get_pools")
    named = not request.since(28) or query.get("name") in (None, service.storage.pool)
    typed = not request.since(35) or query.get("volume_type") in (None, volume_type.NAME, volume_type.ID)
    if not (named and typed):
        return {"pools": []}
    pool: dict[str, Any] = {"name": service.storage.pool}
    if request.flag("detail"):
        pool["capabilities"] = _capabilities(request, await _space(request))
    return {"pools": [pool]}


@get("/os-services", query=("host", "binary"))
async def get_services(request: VolumeCall) -> dict[str, Any]:
    """One cinder-volume for the storage: there are no agents, but clients look for them."""
    service, query = request.volumes, request.query
    service.policy.require(request.actor, "volume_extension:services:index")
    backend = service.storage.backend
    if query.get("binary") not in (None, "cinder-volume") or query.get("host") not in (
        None,
        backend,
        service.storage.host,
    ):
        return {"services": []}
    state = "up" if await _space(request) else "down"
    shown: dict[str, Any] = {
        "binary": "cinder-volume",
        "host": backend,
        "zone": ZONE,
        "status": "enabled",
        "state": state,
        "updated_at": moment(await service.db.read(lambda tx: tx.now)),
        "disabled_reason": None,
        "replication_status": "disabled",
        "active_backend_id": None,
        "frozen": False,
    }
    if request.since(7):
        shown["cluster"] = None
    if request.since(49):
        shown["backend_state"] = state
    return {"services": [shown]}


async def _space(request: VolumeCall) -> Space | None:
    """None: the storage does not answer."""
    storage = request.volumes.storage
    try:
        return await storage.observe.run(storage.driver.space)
    except (DriverError, DeadlineExceeded):
        return None


def _capabilities(request: VolumeCall, space: Space | None) -> dict[str, Any]:
    name = request.volumes.storage.capabilities.name
    found: dict[str, Any] = {
        "volume_backend_name": name,
        "pool_name": name,
        "storage_protocol": "file",
        "vendor_name": "Altostratus",
        "backend_state": "up" if space else "down",
        "thin_provisioning_support": True,
        "multiattach": False,
        "QoS_support": False,
        "reserved_percentage": 0,
    }
    if space:
        found |= {"total_capacity_gb": round(space.total / GIB, 2), "free_capacity_gb": round(space.free / GIB, 2)}
    return found


ROUTES = [
    get_types,
    get_type,
    get_extra_specs,
    post_type,
    get_zones,
    get_extensions,
    get_extension,
    get_resource_filters,
    get_pools,
    get_services,
]
