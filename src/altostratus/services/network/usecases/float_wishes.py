"""What changes of floating IPs mean for routers: they are wishes that the router's reconciler fulfils."""

from altostratus.kernel.tx import Tx
from altostratus.services.network.store import ports, wishes
from altostratus.services.network.store.floating_ips import FloatingIP
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import floating_ip


def disassociate(tx: Tx, found: FloatingIP) -> None:
    """It leads nowhere any more."""
    if found.port_id is None:
        return
    revise(tx, floating_ip, found.id, port_id=None, fixed_ip=None, router_id=None)
    if found.router_id:
        wishes.raise_generation(tx, "router", [found.router_id])
    wake_port_owner(tx, found.port_id)


def wake_port_owner(tx: Tx, port_id: str) -> None:
    """Whoever owns the port shows its floating addresses."""
    if port := ports.get(tx, port_id):
        tx.wake_owner(port.owner)
