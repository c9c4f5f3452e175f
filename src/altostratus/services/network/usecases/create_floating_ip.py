"""Create floating IPs."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import BadRequest, FloatingIPNotFound
from altostratus.services.network.store import floating_ips, ports, subnets
from altostratus.services.network.store.networks import Network
from altostratus.services.network.store.standard import born
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network, project_for, require, require_attributes
from altostratus.services.network.usecases.associate_floating_ip import associate
from altostratus.services.network.usecases.create_port import read_port
from altostratus.services.network.usecases.new_port import insert_port
from altostratus.services.network.usecases.quota import charge
from altostratus.services.network.usecases.router_gateway import NO_PROJECT
from altostratus.services.network.usecases.take_addresses import take_default, take_wished


def create_floating_ip(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> floating_ips.FloatingIP:
    """A floating address of an external network, leading to a port when one is named."""
    project_id = project_for(actor, wish)
    target = {"project_id": project_id, "tenant_id": project_id}
    require(net, actor, "create_floatingip", target)
    require_attributes(net, actor, "create_floatingip", wish, target)
    network = find_network(tx, net, actor, wish["floating_network_id"])
    if not network.external:
        raise BadRequest(resource="floatingip", reason=f"Network {network.id} is not a valid external network")
    charge(tx, net, project_id, floatingip=1)
    values = born(tx, project_id, wish)
    port = _reserve(tx, net, network, values["id"], wish)
    floating_ips.insert(
        tx,
        **values,
        floating_network_id=network.id,
        floating_port_id=port.id,
        address=next((fixed.ip for fixed in port.fixed_ips if "." in fixed.ip), ""),
    )
    events.record(tx, actor, "network.floatingip.create", values["id"], project_id)
    if wish.get("port_id"):
        associate(tx, net, actor, read_floating_ip(tx, values["id"]), wish["port_id"], wish.get("fixed_ip_address"))
    elif wish.get("fixed_ip_address"):
        raise BadRequest(resource="floatingip", reason="fixed_ip_address cannot be specified without a port_id")
    return read_floating_ip(tx, values["id"])


def read_floating_ip(tx: Tx, key: str) -> floating_ips.FloatingIP:
    """A floating IP that is there."""
    found = floating_ips.get(tx, key)
    if found is None:
        raise FloatingIPNotFound(id=key)
    return found


def _reserve(tx: Tx, net: Networking, network: Network, key: str, wish: dict[str, Any]) -> ports.Port:
    """A port on the external network that holds the address."""
    on_network = [each for each in subnets.of_network(tx, network.id) if each.ip_version == 4]
    if not on_network:
        raise BadRequest(resource="floatingip", reason=f"Network {network.id} does not contain any IPv4 subnet")
    port_id, mac = insert_port(tx, net, NO_PROJECT, network.id, device_id=key, device_owner=ports.FLOATING_IP)
    wished = {"subnet_id": wish.get("subnet_id"), "ip_address": wish.get("floating_ip_address")}
    if any(wished.values()):
        take_wished(tx, port_id, mac, network.id, on_network, [wished], fixed=True)
    else:
        take_default(tx, port_id, mac, network.id, on_network)
    return read_port(tx, port_id)
