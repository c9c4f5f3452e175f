"""Let a floating IP lead to a port."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import (
    BadRequest,
    ExternalGatewayForFloatingIPNotFound,
    FloatingIPPortAlreadyAssociated,
)
from altostratus.services.network.store import floating_ips, ports, routers, wishes
from altostratus.services.network.store.floating_ips import FloatingIP
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_port
from altostratus.services.network.usecases.float_wishes import disassociate, wake_port_owner


def associate(tx: Tx, net: Networking, actor: Actor, found: FloatingIP, port_id: str, fixed_ip: str | None) -> None:
    """Lead to this port's address from now on; the router that does it is the one that joins both networks."""
    port = find_port(tx, net, actor, port_id)
    fixed = _fixed(port, fixed_ip)
    router_id = _router(tx, found, port, fixed)
    if (found.port_id, found.fixed_ip, found.router_id) == (port.id, fixed.ip, router_id):
        return
    disassociate(tx, found)
    wishes.raise_generation(tx, "router", [router_id])
    generation = wishes.generation_of(tx, "router", router_id)
    if not floating_ips.associate(tx, found.id, port.id, fixed.ip, router_id, generation):
        raise FloatingIPPortAlreadyAssociated(
            address=found.address,
            id=found.id,
            port_id=port.id,
            fixed_ip=fixed.ip,
            network_id=found.floating_network_id,
        )
    wake_port_owner(tx, port.id)


def _fixed(port: ports.Port, wanted: str | None) -> ports.FixedIP:
    candidates = [fixed for fixed in port.fixed_ips if "." in fixed.ip]
    if wanted is not None:
        candidates = [fixed for fixed in candidates if fixed.ip == wanted]
        if not candidates:
            raise BadRequest(resource="floatingip", reason=f"Port {port.id} does not have fixed ip {wanted}")
    if not candidates:
        raise BadRequest(
            resource="floatingip", reason=f"Cannot add floating IP to port {port.id} that has no fixed IPv4 addresses"
        )
    if len(candidates) > 1:
        raise BadRequest(
            resource="floatingip",
            reason=f"Port {port.id} has multiple fixed IPv4 addresses. Must provide a specific IPv4 address when"
            " assigning a floating IP",
        )
    return candidates[0]


def _router(tx: Tx, found: FloatingIP, port: ports.Port, fixed: ports.FixedIP) -> str:
    for router_id in routers.of_subnet(tx, fixed.subnet_id):
        router = routers.get(tx, router_id)
        if router and router.gateway and router.gateway.network_id == found.floating_network_id:
            return router_id
    raise ExternalGatewayForFloatingIPNotFound(
        network_id=found.floating_network_id, subnet_id=fixed.subnet_id, port_id=port.id
    )
