"""/servers/{id}/os-interface and /servers/{id}/os-security-groups: what a server's ports look like."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from altostratus.contracts.network import Port
from altostratus.kernel.errors import NotFound
from altostratus.services.compute.api import ComputeCall
from altostratus.services.compute.usecases.show_servers import Shown, show_server


async def _shown(request: ComputeCall, server_id: str, rule: str) -> Shown:
    compute = request.compute
    return await compute.db.read(lambda tx: show_server(tx, compute, request.actor, server_id, rule))


def _interface(request: ComputeCall, port: Port) -> dict[str, Any]:
    found = {
        "port_state": "ACTIVE" if port.ready else "DOWN",
        "port_id": port.id,
        "net_id": port.network_id,
        "mac_addr": port.mac,
        "fixed_ips": [{"subnet_id": a.subnet_id, "ip_address": a.ip} for a in port.addresses],
    }
    return {**found, "tag": None} if request.since(70) else found


@get("/servers/{server_id:str}/os-interface")
async def get_interfaces(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    shown = await _shown(request, server_id, "os-attach-interfaces:list")
    return {"interfaceAttachments": [_interface(request, port) for port in shown.ports]}


@get("/servers/{server_id:str}/os-interface/{port_id:str}")
async def get_interface(request: ComputeCall, server_id: FromPath[str], port_id: FromPath[str]) -> dict[str, Any]:
    shown = await _shown(request, server_id, "os-attach-interfaces:show")
    for port in shown.ports:
        if port.id == port_id:
            return {"interfaceAttachment": _interface(request, port)}
    raise NotFound(f"Interface {port_id} is not attached to server {server_id}")


ROUTES = [get_interfaces, get_interface]
