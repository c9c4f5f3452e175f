"""What a server wrote to its serial console."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Conflict, DeadlineExceeded, Unavailable
from altostratus.services.compute.driver import DriverError
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server

MAX_BYTES = 256 * 1024


async def console_output(compute: Compute, actor: Actor, server_id: str, lines: int | None) -> str:
    """The last lines (all that is kept, when None or negative)."""
    server = await compute.db.read(lambda tx: find_server(tx, compute, actor, server_id, "os-console-output"))
    host = compute.hosts.get(server.host_id or "")
    if host is None:
        raise Conflict(f"Instance {server_id} is not ready")
    try:
        log = await host.observe.run(host.driver.console_log, server_id, MAX_BYTES)
    except (DriverError, DeadlineExceeded) as error:
        raise Unavailable("The server's host does not answer; try again later.", detail=repr(error)) from error
    text = log.decode("utf-8", "replace")
    if lines is None or lines < 0:
        return text
    return "\n".join(text.split("\n")[-lines:]) if lines else ""
