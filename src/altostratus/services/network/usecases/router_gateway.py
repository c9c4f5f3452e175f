"""Give a router its leg on an external network, change it, take it away."""

from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import BadRequest, RouterExternalGatewayInUseByFloatingIp
from altostratus.services.network.store import floating_ips, ports, routers, subnets, wishes
from altostratus.services.network.store.networks import Network
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import floating_ip, router
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network
from altostratus.services.network.usecases.new_port import insert_port
from altostratus.services.network.usecases.take_addresses import Wished, take_default, take_wished

NO_PROJECT = ""
"""Gateway and floating ports belong to nobody, so that no project sees them or pays for them."""


def set_gateway(tx: Tx, net: Networking, actor: Actor, found: routers.Router, info: dict[str, Any]) -> None:
    """The gateway as `external_gateway_info` says: network_id, enable_snat, external_fixed_ips."""
    network_id = info.get("network_id") or (found.gateway.network_id if found.gateway else None)
    if network_id is None:
        raise BadRequest(resource="router", reason="external_gateway_info needs a network_id")
    network = find_network(tx, net, actor, network_id)
    if not network.external:
        raise BadRequest(resource="router", reason=f"Network {network.id} is not an external network")
    revise(tx, router, found.id, enable_snat=info.get("enable_snat", True))
    _place(tx, net, found, network, info.get("external_fixed_ips") or None)
    wishes.raise_generation(tx, "router", [found.id])


def clear_gateway(tx: Tx, found: routers.Router) -> None:
    """No gateway any more; refused while floating IPs need it."""
    if found.gateway is None:
        return
    _refuse_if_needed(tx, found, found.gateway)
    ports.remove(tx, found.gateway.id)
    wishes.raise_generation(tx, "router", [found.id])


def _place(tx: Tx, net: Networking, found: routers.Router, network: Network, wished: Wished | None) -> None:
    """Put the gateway port on the network; one that is there already stays, unless other addresses are wanted."""
    if found.gateway and found.gateway.network_id == network.id and _has(found.gateway, wished):
        return
    if found.gateway:
        if found.gateway.network_id != network.id:
            _refuse_if_needed(tx, found, found.gateway)
        ports.remove(tx, found.gateway.id)
    on_network = subnets.of_network(tx, network.id)
    port_id, mac = insert_port(tx, net, NO_PROJECT, network.id, device_id=found.id, device_owner=ports.ROUTER_GATEWAY)
    if wished is None:
        take_default(tx, port_id, mac, network.id, on_network)
    else:
        take_wished(tx, port_id, mac, network.id, on_network, wished, fixed=True)


def _has(gateway: ports.Port, wished: Wished | None) -> bool:
    return wished is None or all(
        any(
            wish.get("subnet_id") in (None, fixed.subnet_id) and wish.get("ip_address") in (None, fixed.ip)
            for fixed in gateway.fixed_ips
        )
        for wish in wished
    )


def _refuse_if_needed(tx: Tx, found: routers.Router, gateway: ports.Port) -> None:
    if floating_ips.matching(tx, floating_ip.c.router_id == found.id):
        raise RouterExternalGatewayInUseByFloatingIp(id=found.id, network_id=gateway.network_id)
