"""POST /servers/{id}/action: one verb a body."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, NotFound, NotImplementedHere
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.api.consoles import serial_url
from altostratus.services.compute.usecases import change_server, power_server, server_ports
from altostratus.services.compute.usecases.console_output import console_output
from altostratus.services.compute.usecases.find_server import find_server
from altostratus.services.compute.usecases.reset_state import reset_state

Action = Callable[[ComputeCall, str, Any], Awaitable[Any]]

_KNOWN_ELSEWHERE = (
    "addFloatingIp", "removeFloatingIp", "changePassword", "confirmResize",
    "createBackup", "createImage", "evacuate", "forceDelete", "injectNetworkInfo", "migrate", "os-getRDPConsole",
    "os-getSPICEConsole", "os-getVNCConsole", "os-migrateLive", "rebuild",
    "resetNetwork", "resize", "restore", "resume", "revertResize", "shelve", "shelveOffload", "suspend",
    "trigger_crash_dump", "unrescue", "rescue", "unshelve",
)  # fmt: skip


@post("/servers/{server_id:str}/action", status_code=202, body=dict[str, Any])
async def post_action(request: ComputeCall, server_id: FromPath[str]) -> Response[Any]:
    """Carry out the one action that the body names."""
    body = await request.decode(dict[str, Any])
    if len(body) != 1:
        raise BadRequest("The request body must name exactly one action.")
    name, arguments = next(iter(body.items()))
    action = ACTIONS.get(name)
    if action is not None:
        answer = await action(request, server_id, arguments)
        return Response(answer, status_code=200 if answer is not None else 202)
    await request.compute.db.read(lambda tx: find_server(tx, request.compute, request.actor, server_id, "servers:show"))
    if name in _KNOWN_ELSEWHERE:
        raise NotImplementedHere(f"The action {name} is not implemented.")
    raise BadRequest(f"There is no such action: {name}")


async def _start(request: ComputeCall, server_id: str, arguments: Any) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: power_server.start_server(tx, compute, request.actor, server_id))


async def _stop(request: ComputeCall, server_id: str, arguments: Any) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: power_server.stop_server(tx, compute, request.actor, server_id))


async def _pause(request: ComputeCall, server_id: str, arguments: Any) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: power_server.pause_server(tx, compute, request.actor, server_id))


async def _unpause(request: ComputeCall, server_id: str, arguments: Any) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: power_server.unpause_server(tx, compute, request.actor, server_id))


async def _reboot(request: ComputeCall, server_id: str, arguments: Any) -> None:
    hard = _parse(arguments, schemas.RebootType).type.upper() == "HARD"
    compute = request.compute
    await compute.db.write(lambda tx: power_server.reboot_server(tx, compute, request.actor, server_id, hard))


async def _lock(request: ComputeCall, server_id: str, arguments: Any) -> None:
    reason = None
    if request.since(73) and arguments is not None:
        reason = _parse(arguments, schemas.LockReason).locked_reason or None
    compute = request.compute
    await compute.db.write(lambda tx: change_server.lock_server(tx, compute, request.actor, server_id, reason))


async def _unlock(request: ComputeCall, server_id: str, arguments: Any) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: change_server.unlock_server(tx, compute, request.actor, server_id))


async def _console_output(request: ComputeCall, server_id: str, arguments: Any) -> dict[str, str]:
    length = _parse(arguments or {}, schemas.ConsoleOutput).length
    lines = None if length is msgspec.UNSET or length is None else int(length)
    return {"output": await console_output(request.compute, request.actor, server_id, lines)}


async def _serial_console(request: ComputeCall, server_id: str, arguments: Any) -> dict[str, Any]:
    """Until 2.5; then POST …/remote-consoles took its place."""
    if request.since(6):
        raise NotFound()
    _parse(arguments, schemas.SerialType)
    return {"console": {"type": "serial", "url": await serial_url(request, server_id)}}


async def _reset_state(request: ComputeCall, server_id: str, arguments: Any) -> None:
    error = _parse(arguments, schemas.ResetState).state == "error"
    compute = request.compute
    await compute.db.write(lambda tx: reset_state(tx, compute, request.actor, server_id, error))


async def _add_group(request: ComputeCall, server_id: str, arguments: Any) -> None:
    name = _parse(arguments, schemas.ServerGroupName).name
    compute = request.compute
    await compute.db.write(lambda tx: server_ports.set_group(tx, compute, request.actor, server_id, name, True))


async def _remove_group(request: ComputeCall, server_id: str, arguments: Any) -> None:
    name = _parse(arguments, schemas.ServerGroupName).name
    compute = request.compute
    await compute.db.write(lambda tx: server_ports.set_group(tx, compute, request.actor, server_id, name, False))


async def _add_fixed_ip(request: ComputeCall, server_id: str, arguments: Any) -> None:
    """Until 2.43."""
    if request.since(44):
        raise NotFound()
    network = str(_parse(arguments, schemas.FixedIpRequest).networkId)
    compute = request.compute
    await compute.db.write(lambda tx: server_ports.add_address(tx, compute, request.actor, server_id, network))


async def _remove_fixed_ip(request: ComputeCall, server_id: str, arguments: Any) -> None:
    """Until 2.43."""
    if request.since(44):
        raise NotFound()
    address = _parse(arguments, schemas.FixedIpAddress).address
    compute = request.compute
    await compute.db.write(lambda tx: server_ports.remove_address(tx, compute, request.actor, server_id, address))


def _parse(arguments: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"Invalid input: {error}") from error


ACTIONS: dict[str, Action] = {
    "os-start": _start,
    "os-stop": _stop,
    "pause": _pause,
    "unpause": _unpause,
    "reboot": _reboot,
    "lock": _lock,
    "unlock": _unlock,
    "os-getConsoleOutput": _console_output,
    "os-getSerialConsole": _serial_console,
    "os-resetState": _reset_state,
    "addSecurityGroup": _add_group,
    "removeSecurityGroup": _remove_group,
    "addFixedIp": _add_fixed_ip,
    "removeFixedIp": _remove_fixed_ip,
}
ROUTES = [post_action]
