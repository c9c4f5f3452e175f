"""What Neutron tells of agents and zones, told of a cloud that needs no agents; and how full networks are."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from altostratus.services.network.api import NetworkCall
from altostratus.services.network.api.views import ZONE
from altostratus.services.network.usecases import ip_availability


@get("/v2.0/availability_zones")
async def list_zones(request: NetworkCall) -> dict[str, Any]:
    """One zone, for networks and for routers."""
    zones = [{"name": ZONE, "resource": kind, "state": "available"} for kind in ("network", "router")]
    return {"availability_zones": zones}


@get("/v2.0/agents")
async def list_agents(request: NetworkCall) -> dict[str, Any]:
    """There are none: reconcilers do the work."""
    return {"agents": []}


@get("/v2.0/service-providers")
async def list_providers(request: NetworkCall) -> dict[str, Any]:
    """There are none."""
    return {"service_providers": []}


@get("/v2.0/network-ip-availabilities")
async def list_availabilities(request: NetworkCall) -> dict[str, Any]:
    """How many addresses each network has, and how many are used."""
    net, actor = request.net, request.actor
    found = await net.db.read(lambda tx: ip_availability.read_all(tx, net, actor))
    return {"network_ip_availabilities": found}


@get("/v2.0/network-ip-availabilities/{key:str}")
async def show_availability(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
    """The same of one network."""
    net, actor = request.net, request.actor
    return {"network_ip_availability": await net.db.read(lambda tx: ip_availability.read_one(tx, net, actor, key))}


ROUTES = (list_zones, list_agents, list_providers, list_availabilities, show_availability)
