"""/limits and /os-quota-sets."""

from typing import Any

from litestar import delete, get, put
from litestar.params import FromPath
from msgspec import UNSET, structs

from altostratus.kernel.errors import BadRequest
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.usecases import quotas

# What Nova still listed before 2.36 and 2.57 of things that live in other services or are gone.
_NETWORK = {"fixed_ips": -1, "floating_ips": -1, "security_groups": -1, "security_group_rules": -1}
_FILES = {"injected_files": -1, "injected_file_content_bytes": -1, "injected_file_path_bytes": -1}


@get("/limits")
async def get_limits(request: ComputeCall) -> dict[str, Any]:
    """Absolute limits and usage of the actor's project (or, for administrators, of `tenant_id`)."""
    compute = request.compute
    limits, used = await compute.db.read(lambda tx: quotas.own_limits(tx, compute, request.actor))
    absolute = {
        "maxServerMeta": limits["metadata_items"],
        "maxTotalInstances": limits["instances"],
        "maxTotalCores": limits["cores"],
        "maxTotalRAMSize": limits["ram"],
        "maxTotalKeypairs": limits["key_pairs"],
        "maxServerGroups": limits["server_groups"],
        "maxServerGroupMembers": limits["server_group_members"],
        "totalInstancesUsed": used["instances"],
        "totalCoresUsed": used["cores"],
        "totalRAMUsed": used["ram"],
        "totalServerGroupsUsed": 0,
    }
    if not request.since(39):
        absolute["maxImageMeta"] = limits["metadata_items"]
    if not request.since(36):
        absolute |= {"maxSecurityGroups": -1, "maxSecurityGroupRules": -1, "maxTotalFloatingIps": -1}
        absolute |= {"totalSecurityGroupsUsed": 0, "totalFloatingIpsUsed": 0}
    if not request.since(57):
        absolute |= {"maxPersonality": 0, "maxPersonalitySize": 0}
    return {"limits": {"rate": [], "absolute": absolute}}


@get("/os-quota-sets/{project_id:str}")
async def get_quota(request: ComputeCall, project_id: FromPath[str]) -> dict[str, Any]:
    compute = request.compute
    limits = await compute.db.read(lambda tx: quotas.show_limits(tx, compute, request.actor, project_id))
    return {"quota_set": {**_shown(request, limits), "id": project_id}}


@get("/os-quota-sets/{project_id:str}/detail")
async def get_quota_detail(request: ComputeCall, project_id: FromPath[str]) -> dict[str, Any]:
    """Limits with what is used of them."""
    compute = request.compute

    def find(tx: Any) -> tuple[dict[str, int], dict[str, int]]:
        limits = quotas.show_limits(tx, compute, request.actor, project_id)
        return limits, quotas.show_usage(tx, compute, request.actor, project_id)

    limits, used = await compute.db.read(find)
    shown = {
        name: {"limit": limit, "in_use": used.get(name, 0), "reserved": 0}
        for name, limit in _shown(request, limits).items()
    }
    return {"quota_set": {**shown, "id": project_id}}


@get("/os-quota-sets/{project_id:str}/defaults")
async def get_quota_defaults(request: ComputeCall, project_id: FromPath[str]) -> dict[str, Any]:
    return {"quota_set": {**_shown(request, request.compute.config.quotas()), "id": project_id}}


@put("/os-quota-sets/{project_id:str}", body=schemas.UPDATE_QUOTA)
async def put_quota(request: ComputeCall, project_id: FromPath[str]) -> dict[str, Any]:
    asked = structs.asdict((await request.decode(schemas.UPDATE_QUOTA)).quota_set)
    force = schemas.truth(asked.pop("force"))
    compute = request.compute
    known = compute.config.quotas()
    given = {name: _limit(name, value) for name, value in asked.items() if value is not UNSET}
    values = {name: value for name, value in given.items() if name in known}
    limits = await compute.db.write(lambda tx: quotas.set_limits(tx, compute, request.actor, project_id, values, force))
    return {"quota_set": {**_shown(request, limits), **given}}


@delete("/os-quota-sets/{project_id:str}", status_code=202)
async def delete_quota(request: ComputeCall, project_id: FromPath[str]) -> None:
    """Back to the defaults."""
    compute = request.compute
    await compute.db.write(lambda tx: quotas.reset_limits(tx, compute, request.actor, project_id))


def _shown(request: ComputeCall, limits: dict[str, int]) -> dict[str, int]:
    old = {**({} if request.since(36) else _NETWORK), **({} if request.since(57) else _FILES)}
    return {**limits, **old}


def _limit(name: str, value: int | str) -> int:
    try:
        limit = int(value)
    except ValueError:
        limit = -2
    if not -1 <= limit <= 2147483647:
        raise BadRequest(f"Invalid input for field {name}: {value} is not an integer of at least -1")
    return limit


ROUTES = [get_limits, get_quota, get_quota_detail, get_quota_defaults, put_quota, delete_quota]
