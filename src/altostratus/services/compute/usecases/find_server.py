"""Find a server that the actor may touch. A foreign one does not exist for them; a rule they lack is 403."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Server, Verb, status_of
from altostratus.services.compute.errors import InvalidState, ServerLocked, ServerNotFound
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute


def find_server(tx: Tx, compute: Compute, actor: Actor, server_id: str, rule: str) -> Server:
    """The server, if the actor may do what `rule` (without its common prefix) names."""
    server = servers.get_server(tx, server_id)
    if server is None or (server.project_id != actor.project_id and not actor.is_admin):
        raise ServerNotFound(id=server_id)
    target = {"project_id": server.project_id, "user_id": server.user_id}
    compute.policy.require(actor, f"os_compute_api:{rule}", target)
    return server


def require_unlocked(server: Server, actor: Actor) -> None:
    """A locked server is changed by an administrator only."""
    if server.locked and not actor.is_admin:
        raise ServerLocked(id=server.id)


def require_state(server: Server, verb: Verb | None, action: str, *allowed: str) -> None:
    """Refuse an action on a server that is in no allowed vm_state, or on its way to another."""
    status = status_of(server, verb)
    if status.task_state is not None and status.task_state not in allowed:
        raise InvalidState(action=action, id=server.id, attribute="task_state", state=status.task_state)
    if status.vm_state not in allowed:
        raise InvalidState(action=action, id=server.id, attribute="vm_state", state=status.vm_state)
