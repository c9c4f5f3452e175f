"""Start, stop, pause and reboot a server."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Verb, Wish
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server, require_state, require_unlocked


def start_server(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> None:
    """Refused unless it is off."""
    server = find_server(tx, compute, actor, server_id, "servers:start")
    require_unlocked(server, actor)
    require_state(server, servers.get_verb(tx, server_id), "start", "stopped")
    servers.wish(tx, server_id, wanted=Wish.RUNNING)
    events.record(tx, actor, "compute.server.start", server_id, server.project_id)


def stop_server(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> None:
    """Refused unless it runs (or failed)."""
    server = find_server(tx, compute, actor, server_id, "servers:stop")
    require_unlocked(server, actor)
    require_state(server, servers.get_verb(tx, server_id), "stop", "active", "error")
    servers.wish(tx, server_id, wanted=Wish.STOPPED)
    events.record(tx, actor, "compute.server.stop", server_id, server.project_id)


def pause_server(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> None:
    """Refused unless it runs."""
    server = find_server(tx, compute, actor, server_id, "os-pause-server:pause")
    require_unlocked(server, actor)
    require_state(server, servers.get_verb(tx, server_id), "pause", "active")
    servers.wish(tx, server_id, wanted=Wish.PAUSED)
    events.record(tx, actor, "compute.server.pause", server_id, server.project_id)


def unpause_server(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> None:
    """Refused unless it is paused."""
    server = find_server(tx, compute, actor, server_id, "os-pause-server:unpause")
    require_unlocked(server, actor)
    require_state(server, servers.get_verb(tx, server_id), "unpause", "paused")
    servers.wish(tx, server_id, wanted=Wish.RUNNING)
    events.record(tx, actor, "compute.server.unpause", server_id, server.project_id)


def reboot_server(tx: Tx, compute: Compute, actor: Actor, server_id: str, hard: bool) -> None:
    """A soft reboot needs a running guest; a hard one also starts one that is off, and takes a soft one's place."""
    server = find_server(tx, compute, actor, server_id, "servers:reboot")
    require_unlocked(server, actor)
    allowed = ("active", "stopped", "paused", "error", "rebooting") if hard else ("active",)
    pending = servers.get_verb(tx, server_id)
    require_state(server, pending, "reboot", *allowed)
    if pending is not None:
        servers.delete_verb(tx, pending.id)
    servers.wish(tx, server_id, wanted=Wish.RUNNING)
    servers.insert_verb(tx, Verb(tx.new_id(), server_id, "reboot", hard, tx.correlation, tx.now))
    events.record(tx, actor, "compute.server.reboot", server_id, server.project_id, hard=hard)
