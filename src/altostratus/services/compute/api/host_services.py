"""/os-services: one nova-compute for each host. There are no agents, but clients look for them."""

from typing import Any

from litestar import get, put
from litestar.params import FromPath
from msgspec import UNSET

from altostratus.kernel.clock import iso_plain
from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.api.hosts import host_key
from altostratus.services.compute.domain.server import Host
from altostratus.services.compute.errors import HostBinaryNotFound, ServiceNotFound
from altostratus.services.compute.store import hosts
from altostratus.services.compute.usecases.change_host import change_host
from altostratus.services.compute.usecases.create_server import ZONE

BINARY = "nova-compute"
_RULE = "os_compute_api:os-services"


@get("/os-services", query=("binary", "host"))
async def get_services(request: ComputeCall) -> dict[str, Any]:
    request.compute.policy.require(request.actor, f"{_RULE}:list")
    found = await request.compute.db.read(hosts.list_hosts)
    binary, name = request.query.get("binary", BINARY), request.query.get("host")
    shown = [_service(request, host) for host in found if binary == BINARY and name in (None, host.name)]
    return {"services": shown}


@put("/os-services/{key:str}", body=schemas.UPDATE_SERVICE)
async def put_service(request: ComputeCall, key: FromPath[str]) -> dict[str, Any]:
    """From 2.53 on the key is a service's id; before that it is what to do, and the body says with which."""
    asked = await request.decode(schemas.UPDATE_SERVICE)
    request.compute.policy.require(request.actor, f"{_RULE}:update")
    if request.since(53):
        return {"service": _service(request, await _change(request, _changes(asked), key=key))}
    values, shown = _action(request, key, asked)
    if asked.binary != BINARY:
        raise BadRequest(f"Updating a {asked.binary} service is not supported. Only {BINARY} services can be updated.")
    await _change(request, values, name=asked.host)
    return {"service": {"host": asked.host, "binary": asked.binary, **shown}}


async def _change(
    request: ComputeCall, values: dict[str, Any], *, key: str | None = None, name: str | None = None
) -> Host:
    def change(tx: Any) -> Host:
        host = next((host for host in hosts.list_hosts(tx) if key == host.id or name == host.name), None)
        if host is None:
            raise ServiceNotFound(id=key) if name is None else HostBinaryNotFound(binary=BINARY, host=name)
        return change_host(tx, request.compute, request.actor, host.id, **values)

    return await request.compute.db.write(change)


def _changes(asked: Any) -> dict[str, Any]:
    """What a body from 2.53 on says."""
    values: dict[str, Any] = {}
    if asked.status == "enabled" and asked.disabled_reason:
        raise BadRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.")
    if asked.status:
        values = {"enabled": asked.status == "enabled", "disabled_reason": asked.disabled_reason or None}
    if asked.forced_down is not UNSET:
        values["forced_down"] = schemas.truth(asked.forced_down)
    if not values:
        raise BadRequest("No updates were requested. Fields 'status' or 'forced_down' should be specified.")
    return values


def _action(request: ComputeCall, name: str, asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an action until 2.52 changes, and what it answers."""
    reason = asked.disabled_reason or None
    if name == "enable":
        return {"enabled": True, "disabled_reason": None}, {"status": "enabled"}
    if name == "disable":
        return {"enabled": False, "disabled_reason": None}, {"status": "disabled"}
    if name == "disable-log-reason":
        if reason is None:
            raise BadRequest("Missing disabled reason field")
        return {"enabled": False, "disabled_reason": reason}, {"status": "disabled", "disabled_reason": reason}
    if name == "force-down" and request.since(11):
        if asked.forced_down is UNSET:
            raise BadRequest("Missing forced_down field")
        down = {"forced_down": schemas.truth(asked.forced_down)}
        return down, down
    raise NotFound("Unknown action")


def _service(request: ComputeCall, host: Host) -> dict[str, Any]:
    found = {
        "id": host_key(request, host),
        "binary": BINARY,
        "host": host.name,
        "zone": ZONE,
        "status": "enabled" if host.enabled else "disabled",
        "state": "up" if host.up else "down",
        "updated_at": iso_plain(host.seen_at) if host.seen_at else None,
        "disabled_reason": host.disabled_reason,
    }
    return {**found, "forced_down": host.forced_down} if request.since(11) else found


ROUTES = [get_services, put_service]
