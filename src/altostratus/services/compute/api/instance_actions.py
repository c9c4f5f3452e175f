"""/servers/{id}/os-instance-actions: what users asked of a server, read from the events."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from altostratus.kernel import events
from altostratus.kernel.clock import iso_plain
from altostratus.kernel.errors import NotFound
from altostratus.services.compute.api import ComputeCall
from altostratus.services.compute.errors import ServerNotFound
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases.find_server import find_server

_KIND = "compute.server."
_ACTIONS = (
    "create", "start", "stop", "pause", "unpause", "reboot", "delete", "lock", "unlock", "attach_volume",
    "detach_volume",
)  # fmt: skip


async def _actions(request: ComputeCall, server_id: str, rule: str) -> list[events.Event]:
    """From 2.21 on those of deleted servers too."""
    compute, actor = request.compute, request.actor

    def find(tx: Any) -> list[events.Event]:
        found = [e for e in events.read_of(tx, server_id) if e.kind.removeprefix(_KIND) in _ACTIONS]
        if servers.get_server(tx, server_id) is not None or not request.since(21) or not found:
            find_server(tx, compute, actor, server_id, f"os-instance-actions:{rule}")
        elif found[-1].project_id != actor.project_id and not actor.is_admin:
            raise ServerNotFound(id=server_id)
        return found

    return await compute.db.read(find)


def _view(request: ComputeCall, event: events.Event) -> dict[str, Any]:
    found = {
        "action": event.kind.removeprefix(_KIND),
        "instance_uuid": event.resource_id,
        "request_id": event.request_id,
        "user_id": event.user_id,
        "project_id": event.project_id,
        "start_time": iso_plain(event.at),
        "message": None,
    }
    return {**found, "updated_at": found["start_time"]} if request.since(58) else found


@get("/servers/{server_id:str}/os-instance-actions")
async def get_actions(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Newest first."""
    found = await _actions(request, server_id, "list")
    return {"instanceActions": [_view(request, event) for event in found]}


@get("/servers/{server_id:str}/os-instance-actions/{request_id:str}")
async def get_action(request: ComputeCall, server_id: FromPath[str], request_id: FromPath[str]) -> dict[str, Any]:
    """One action by the id of its request."""
    for event in await _actions(request, server_id, "show"):
        if event.request_id == request_id:
            return {"instanceAction": {**_view(request, event), "events": []}}
    raise NotFound(f"Action for request_id {request_id} on instance {server_id} not found")


ROUTES = [get_actions, get_action]
