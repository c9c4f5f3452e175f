"""Remote consoles: a URL that opens a server's serial console for whoever holds it, for ten minutes.

The token in the URL is a ciphertext of the server's id and the time under the cloud's master key: nothing is stored,
and every process of a cluster can check it.
"""

import json
from datetime import datetime, timedelta
from urllib.parse import quote

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server, require_state

LIFETIME = timedelta(minutes=10)


def open_serial(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> str:
    """A token for the serial console of a running server."""
    server = find_server(tx, compute, actor, server_id, "os-remote-consoles")
    require_state(server, None, "get serial console", "active", "paused")
    events.record(tx, actor, "compute.console.open", server_id, server.project_id)
    claim = json.dumps([server_id, tx.now.timestamp()]).encode()
    return quote(compute.master_key.encrypt(claim))


def read_token(compute: Compute, token: str, now: datetime) -> str | None:
    """The server that the token opens, or None."""
    try:
        server_id, issued = json.loads(compute.master_key.decrypt(token))
    except Exception:  # forged, cut or old: all the same
        return None
    return str(server_id) if now.timestamp() - issued < LIFETIME.total_seconds() else None
