"""Change the ports of a server: its addresses and security groups. The network service does it; compute allows it."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.errors import not_found_is_bad_request
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server, require_state, require_unlocked


def add_address(tx: Tx, compute: Compute, actor: Actor, server_id: str, network_id: str) -> None:
    """One more fixed address on a network that the server is on."""
    server = find_server(tx, compute, actor, server_id, "os-multinic:add")
    require_unlocked(server, actor)
    with not_found_is_bad_request():
        compute.networks.add_address(tx, actor, server.owner, network_id)
    events.record(tx, actor, "compute.server.add_fixed_ip", server_id, server.project_id)


def remove_address(tx: Tx, compute: Compute, actor: Actor, server_id: str, address: str) -> None:
    """Give a fixed address back."""
    server = find_server(tx, compute, actor, server_id, "os-multinic:remove")
    require_unlocked(server, actor)
    with not_found_is_bad_request():
        compute.networks.remove_address(tx, actor, server.owner, address)
    events.record(tx, actor, "compute.server.remove_fixed_ip", server_id, server.project_id)


def set_group(tx: Tx, compute: Compute, actor: Actor, server_id: str, group: str, member: bool) -> None:
    """Give a security group to all of the server's ports, or take it."""
    server = find_server(tx, compute, actor, server_id, f"os-security-groups:{'add' if member else 'remove'}")
    require_unlocked(server, actor)
    require_state(server, servers.get_verb(tx, server_id), "change security groups", "active", "stopped", "paused")
    compute.networks.set_group(tx, actor, server.owner, group, member)
    events.record(tx, actor, "compute.server.security_group", server_id, server.project_id, group=group, member=member)
