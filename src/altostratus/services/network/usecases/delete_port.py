"""Delete a port."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import ServicePortInUse
from altostratus.services.network.store import floating_ips, ports, wishes
from altostratus.services.network.store.tables import floating_ip
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_port, require
from altostratus.services.network.usecases.float_wishes import disassociate
from altostratus.services.network.usecases.revisions import check_revision


def delete_port(tx: Tx, net: Networking, actor: Actor, port_id: str, revision: int | None = None) -> None:
    """Delete it; ports of routers and floating IPs go with those only."""
    found = find_port(tx, net, actor, port_id)
    require(net, actor, "delete_port", found.target)
    check_revision(found.revision_number, revision)
    if found.device_owner in ports.ROUTER_OWNERS:
        raise ServicePortInUse(id=port_id, reason=f"has device owner {found.device_owner}")
    erase_port(tx, found)
    events.record(tx, actor, "network.port.delete", port_id, found.project_id)


def erase_port(tx: Tx, found: ports.Port) -> None:
    """Remove the row and what leads to it; what is on a host goes by the tombstone."""
    for each in floating_ips.matching(tx, floating_ip.c.port_id == found.id):
        disassociate(tx, each)
    ports.remove(tx, found.id)
    wishes.members_changed(tx, found.security_groups)
    if found.host_id or found.device_owner == ports.DHCP:
        wishes.raise_generation(tx, "network", [found.network_id])
    wishes.bury(tx, "port", found.id)
    tx.wake_owner(found.owner)
