"""Delete a network."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import NetworkInUse
from altostratus.services.network.store import floating_ips, networks, ports, wishes
from altostratus.services.network.store.standard import remove
from altostratus.services.network.store.tables import floating_ip, network, port, subnet
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network, require
from altostratus.services.network.usecases.delete_floating_ip import erase_floating_ip
from altostratus.services.network.usecases.revisions import check_revision


def delete_network(tx: Tx, net: Networking, actor: Actor, network_id: str, revision: int | None = None) -> None:
    """Delete it with its subnets, its DHCP port and floating IPs that lead nowhere; NetworkInUse when anybody else
    has a port on it."""
    found = find_network(tx, net, actor, network_id)
    require(net, actor, "delete_network", found.target)
    check_revision(found.revision_number, revision)
    for idle in floating_ips.matching(
        tx, floating_ip.c.floating_network_id == network_id, floating_ip.c.port_id.is_(None)
    ):
        erase_floating_ip(tx, idle)
    on_it = ports.matching(tx, port.c.network_id == network_id)
    if any(each.device_owner != ports.DHCP for each in on_it):
        raise NetworkInUse(id=network_id)
    erase_network(tx, found, [each.id for each in on_it])
    events.record(tx, actor, "network.network.delete", network_id, found.project_id)


def erase_network(tx: Tx, found: networks.Network, port_ids: list[str]) -> None:
    """Remove the rows; what is on a host goes by the tombstone."""
    for port_id in port_ids:
        ports.remove(tx, port_id)
    for subnet_id in found.subnets:
        remove(tx, subnet, subnet_id)
    remove(tx, network, found.id)
    wishes.bury(tx, "network", found.id)
