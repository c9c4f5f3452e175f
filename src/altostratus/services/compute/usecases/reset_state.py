"""Reset a server's state, as an administrator: forget its fault and try again, or mark it failed."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server


def reset_state(tx: Tx, compute: Compute, actor: Actor, server_id: str, error: bool) -> None:
    """`error` stops the reconciler until the state is reset again or the wish changes."""
    server = find_server(tx, compute, actor, server_id, "os-admin-actions:reset_state")
    servers.wish(tx, server_id)
    if error:
        fault = {"fault": "Marked as failed by an administrator.", "fault_at": tx.now}
        servers.update_server(tx, server_id, observed_generation=server.generation + 1, **fault)
    events.record(tx, actor, "compute.server.reset", server_id, server.project_id, error=error)
