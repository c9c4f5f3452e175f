"""Delete a server: `deleted_at` is the wish; the row stays until nothing of the server is left anywhere."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server, require_unlocked


def delete_server(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> None:
    """A repeat changes nothing."""
    server = find_server(tx, compute, actor, server_id, "servers:delete")
    require_unlocked(server, actor)
    if server.deleted_at is None:
        servers.wish(tx, server_id, deleted_at=tx.now)
        events.record(tx, actor, "compute.server.delete", server_id, server.project_id, name=server.name)
