"""POST /servers/{id}/remote-consoles (2.6); only the serial console is there."""

from typing import Any

from litestar import post
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.usecases.remote_console import open_serial


@post("/servers/{server_id:str}/remote-consoles", status_code=200, body=schemas.RemoteConsole)
async def post_console(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """A URL that opens the console."""
    if not request.since(6):
        raise NotFound()
    asked = (await request.decode(schemas.RemoteConsole)).remote_console
    if (asked.protocol, asked.type) != ("serial", "serial"):
        raise BadRequest("Unavailable console type: only the serial console is there (protocol and type 'serial').")
    url = await serial_url(request, server_id)
    return {"remote_console": {"protocol": "serial", "type": "serial", "url": url}}


async def serial_url(request: ComputeCall, server_id: str) -> str:
    """ws:// or wss://, like the cloud's own URL."""
    compute = request.compute
    token = await compute.db.write(lambda tx: open_serial(tx, compute, request.actor, server_id))
    return "ws" + request.link(f"/compute/console?token={token}").removeprefix("http")


ROUTES = [post_console]
