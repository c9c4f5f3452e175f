"""/os-quota-sets, /os-quota-class-sets and /limits."""

from typing import Any

from litestar import delete, get, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.volume.api import VolumeCall, schemas
from altostratus.services.volume.usecases import quotas

_ABSOLUTE = (
    ("maxTotalVolumes", "totalVolumesUsed", "volumes"),
    ("maxTotalSnapshots", "totalSnapshotsUsed", "snapshots"),
    ("maxTotalVolumeGigabytes", "totalGigabytesUsed", "gigabytes"),
    ("maxTotalBackups", "totalBackupsUsed", "backups"),
    ("maxTotalBackupGigabytes", "totalBackupGigabytesUsed", "backup_gigabytes"),
)


@get("/limits", query=("project_id", "tenant_id"))
async def get_limits(request: VolumeCall) -> dict[str, Any]:
    """Absolute limits and usage of the actor's project (since 3.39, for administrators, of any)."""
    service, actor, query = request.volumes, request.actor, request.query
    asked = query.get("project_id") or query.get("tenant_id") if request.since(39) and actor.is_admin else None
    project = asked or actor.project
    service.policy.require(actor, "limits_extension:used_limits", {"project_id": project})

    def find(tx: Tx) -> tuple[dict[str, int], dict[str, int]]:
        return quotas.limits_of(tx, service, project), quotas.usage_of(tx, project)

    limits, used = await service.db.read(find)
    absolute = {most: limits[name] for most, _, name in _ABSOLUTE}
    absolute |= {total: used.get(name, 0) for _, total, name in _ABSOLUTE}
    return {"limits": {"rate": [], "absolute": absolute}}


@get("/os-quota-sets/{target:str}", query=("usage",))
async def get_quota(request: VolumeCall, target: FromPath[str]) -> dict[str, Any]:
    """A project's limits; with `usage` also what is used of them."""
    service, actor = request.volumes, request.actor

    def find(tx: Tx) -> tuple[dict[str, int], dict[str, int]]:
        return quotas.show_limits(tx, service, actor, target), quotas.usage_of(tx, target)

    limits, used = await service.db.read(find)
    if request.flag("usage"):
        found: dict[str, Any] = {
            name: {"limit": limit, "in_use": used.get(name, 0), "reserved": 0} for name, limit in limits.items()
        }
        return {"quota_set": {**found, "id": target}}
    return {"quota_set": {**limits, "id": target}}


@get("/os-quota-sets/{target:str}/defaults")
async def get_quota_defaults(request: VolumeCall, target: FromPath[str]) -> dict[str, Any]:
    request.volumes.policy.require(request.actor, "volume_extension:quotas:show", {"project_id": target})
    return {"quota_set": {**quotas.default_limits(request.volumes.config), "id": target}}


@put("/os-quota-sets/{target:str}", body=schemas.Limits)
async def put_quota(request: VolumeCall, target: FromPath[str]) -> dict[str, Any]:
    service, actor = request.volumes, request.actor
    asked = (await request.decode(schemas.Limits)).quota_set
    known = quotas.default_limits(service.config)
    values = {name: _limit(known, name, value) for name, value in asked.items() if name not in ("id", "tenant_id")}
    return {"quota_set": await service.db.write(lambda tx: quotas.set_limits(tx, service, actor, target, values))}


@delete("/os-quota-sets/{target:str}", status_code=200)
async def delete_quota(request: VolumeCall, target: FromPath[str]) -> None:
    """Back to the defaults."""
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: quotas.reset_limits(tx, service, actor, target))


@get("/os-quota-class-sets/{name:str}")
async def get_quota_class(request: VolumeCall, name: FromPath[str]) -> dict[str, Any]:
    """The defaults, whatever the class: they are set in the configuration."""
    request.volumes.policy.require(request.actor, "volume_extension:quota_classes:get")
    return {"quota_class_set": {**quotas.default_limits(request.volumes.config), "id": name}}


def _limit(known: dict[str, int], name: str, value: int | str | None) -> int:
    if name not in known:
        raise BadRequest(f"Bad key(s) in quota set: {name}")
    try:
        limit = int(value) if value is not None and len(str(value)) < 12 else -2
    except ValueError:
        limit = -2
    if not -1 <= limit <= 2147483647:
        raise BadRequest(f"Invalid input for field {name}: {value} is not an integer of at least -1")
    return limit


ROUTES = [get_limits, get_quota, get_quota_defaults, put_quota, delete_quota, get_quota_class]
