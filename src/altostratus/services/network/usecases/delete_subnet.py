"""Delete a subnet."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import SubnetInUse
from altostratus.services.network.store import addresses, ports, subnets, wishes
from altostratus.services.network.store.standard import remove
from altostratus.services.network.store.tables import subnet
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_subnet, require
from altostratus.services.network.usecases.dhcp_port import shrink_dhcp_port
from altostratus.services.network.usecases.revisions import check_revision


def delete_subnet(tx: Tx, net: Networking, actor: Actor, subnet_id: str, revision: int | None = None) -> None:
    """Delete it; SubnetInUse while a port has an address of it that the guest did not make by itself."""
    found = find_subnet(tx, net, actor, subnet_id)
    require(net, actor, "delete_subnet", found.target)
    check_revision(found.revision_number, revision)
    for port_id, owner in subnets.users(tx, subnet_id):
        if owner != ports.DHCP and (owner in ports.ROUTER_OWNERS or not found.automatic):
            raise SubnetInUse(id=subnet_id)
        if owner != ports.DHCP:
            addresses.release_subnet(tx, port_id, subnet_id)
    shrink_dhcp_port(tx, found.network_id, subnet_id)
    remove(tx, subnet, subnet_id)
    wishes.raise_generation(tx, "network", [found.network_id])
    events.record(tx, actor, "network.subnet.delete", subnet_id, found.project_id)
