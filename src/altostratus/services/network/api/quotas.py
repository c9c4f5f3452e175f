"""/v2.0/quotas: limits, usage, defaults."""

from typing import Any

from litestar import delete, get, put
from litestar.params import FromPath

from altostratus.services.network.api import NetworkCall, wish_of
from altostratus.services.network.api.schemas import QuotaBody
from altostratus.services.network.usecases import quota
from altostratus.services.network.usecases.access import require


@get("/v2.0/quotas")
async def list_quotas(request: NetworkCall) -> dict[str, Any]:
    """Projects whose limits were changed."""
    net, actor = request.net, request.actor
    require(net, actor, "get_quota", {"project_id": "-"})
    found = await net.db.read(lambda tx: quota.changed_limits(tx, net))
    return {"quotas": [{**limits, "project_id": key, "tenant_id": key} for key, limits in found.items()]}


@get("/v2.0/quotas/{project_id:str}")
async def get_quota(request: NetworkCall, project_id: FromPath[str]) -> dict[str, Any]:
    """A project's limits."""
    net, actor = request.net, request.actor
    return {"quota": await net.db.read(lambda tx: quota.limits_of(tx, net, actor, project_id))}


@get("/v2.0/quotas/{project_id:str}/details")
async def get_details(request: NetworkCall, project_id: FromPath[str]) -> dict[str, Any]:
    """A project's limits and how much of them is used."""
    net, actor = request.net, request.actor
    return {"quota": await net.db.read(lambda tx: quota.usage_of(tx, net, actor, project_id))}


@get("/v2.0/quotas/{project_id:str}/default")
async def get_default(request: NetworkCall, project_id: FromPath[str]) -> dict[str, Any]:
    """The limits of a project for which none were set."""
    quota.require_reading(request.net, request.actor, project_id)
    return {"quota": request.net.config.quotas}


@put("/v2.0/quotas/{project_id:str}", body=QuotaBody)
async def update_quota(request: NetworkCall, project_id: FromPath[str]) -> dict[str, Any]:
    """Change limits."""
    net, actor = request.net, request.actor
    values = wish_of(await request.decode(QuotaBody))["quota"]
    return {"quota": await net.db.write(lambda tx: quota.set_limits(tx, net, actor, project_id, values))}


@delete("/v2.0/quotas/{project_id:str}")
async def delete_quota(request: NetworkCall, project_id: FromPath[str]) -> None:
    """Back to the defaults."""
    net, actor = request.net, request.actor
    await net.db.write(lambda tx: quota.reset_limits(tx, net, actor, project_id))


ROUTES = (list_quotas, get_quota, get_details, get_default, update_quota, delete_quota)
