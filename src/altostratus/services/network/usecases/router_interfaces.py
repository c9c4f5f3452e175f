"""Join a router to a subnet, and part them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import overlaps, parse_address
from altostratus.services.network.errors import (
    BadRequest,
    IpAddressInUse,
    PortInUse,
    RouterInterfaceInUseByFloatingIP,
    RouterInterfaceInUseByRoute,
    RouterInterfaceNotFound,
    RouterInterfaceNotFoundForSubnet,
    SubnetMismatchedPort,
)
from altostratus.services.network.store import addresses, ports, routers, subnets, wishes
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import port, router
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_port, find_router, find_subnet, require
from altostratus.services.network.usecases.create_port import read_port
from altostratus.services.network.usecases.new_port import insert_port
from altostratus.services.network.usecases.quota import charge


@dataclass(frozen=True, slots=True)
class Interface:
    """A router's leg that was added or removed."""

    router_id: str
    project_id: str
    port_id: str
    network_id: str
    subnet_ids: tuple[str, ...]


def add_interface(tx: Tx, net: Networking, actor: Actor, router_id: str, wish: dict[str, Any]) -> Interface:
    """Join by subnet_id (its gateway address becomes the router's) or by port_id (a port that is there)."""
    found = find_router(tx, net, actor, router_id)
    require(net, actor, "add_router_interface", found.target)
    _refuse_both(wish)
    if wish.get("port_id"):
        leg = _join_by_port(tx, net, actor, found, wish["port_id"])
    elif wish.get("subnet_id"):
        leg = _join_by_subnet(tx, net, actor, found, wish["subnet_id"])
    else:
        raise BadRequest(resource="router", reason="Either subnet_id or port_id must be specified")
    return _done(tx, actor, found, leg, "add_interface")


def remove_interface(tx: Tx, net: Networking, actor: Actor, router_id: str, wish: dict[str, Any]) -> Interface:
    """Part from a subnet, or from what a port joins; the port is deleted."""
    found = find_router(tx, net, actor, router_id)
    require(net, actor, "remove_router_interface", found.target)
    legs = routers.interfaces(tx, router_id)
    leg, subnet_ids = _leg(legs, router_id, wish.get("port_id"), wish.get("subnet_id"))
    for subnet_id in subnet_ids:
        _refuse_if_needed(tx, found, subnet_id)
    for subnet_id in subnet_ids:
        addresses.release_subnet(tx, leg.id, subnet_id)
    if len(subnet_ids) == len({fixed.subnet_id for fixed in leg.fixed_ips}):
        ports.remove(tx, leg.id)
    return _done(tx, actor, found, leg, "remove_interface", subnet_ids)


def _refuse_both(wish: dict[str, Any]) -> None:
    if wish.get("port_id") and wish.get("subnet_id"):
        raise BadRequest(resource="router", reason="Cannot specify both subnet-id and port-id")


def _done(
    tx: Tx, actor: Actor, found: routers.Router, leg: ports.Port, verb: str, subnet_ids: tuple[str, ...] = ()
) -> Interface:
    revise(tx, router, found.id)
    wishes.raise_generation(tx, "router", [found.id])
    events.record(tx, actor, f"network.router.{verb}", found.id, found.project_id, port_id=leg.id)
    ids = subnet_ids or tuple(dict.fromkeys(fixed.subnet_id for fixed in leg.fixed_ips))
    return Interface(found.id, found.project_id, leg.id, leg.network_id, ids)


def _join_by_subnet(tx: Tx, net: Networking, actor: Actor, found: routers.Router, subnet_id: str) -> ports.Port:
    subnet = find_subnet(tx, net, actor, subnet_id)
    if subnet.gateway_ip is None:
        raise BadRequest(resource="router", reason="Subnet for router interface must have a gateway IP")
    _refuse_overlap(tx, found.id, [subnet])
    charge(tx, net, found.project_id, port=1)
    port_id, _ = insert_port(
        tx, net, found.project_id, subnet.network_id, device_id=found.id, device_owner=ports.ROUTER_INTERFACE
    )
    if not addresses.take(tx, port_id, subnet, subnet.gateway_ip):
        raise IpAddressInUse(network_id=subnet.network_id, ip=subnet.gateway_ip)
    return read_port(tx, port_id)


def _join_by_port(tx: Tx, net: Networking, actor: Actor, found: routers.Router, port_id: str) -> ports.Port:
    leg = find_port(tx, net, actor, port_id)
    if leg.device_id or leg.host_id:
        raise PortInUse(id=port_id, network_id=leg.network_id, device_id=leg.device_id)
    if not leg.fixed_ips:
        raise BadRequest(resource="router", reason="Router port must have at least one fixed IP")
    wanted = {fixed.subnet_id for fixed in leg.fixed_ips}
    joined = [each for each in subnets.of_network(tx, leg.network_id) if each.id in wanted]
    if len([each for each in joined if each.ip_version == 4]) > 1 or len(leg.fixed_ips) > len(joined):
        raise BadRequest(resource="router", reason="Cannot have multiple IPv4 subnets on router port")
    _refuse_overlap(tx, found.id, joined)
    ports.set_groups(tx, port_id, [])
    wishes.members_changed(tx, leg.security_groups)
    revise(tx, port, port_id, device_id=found.id, device_owner=ports.ROUTER_INTERFACE, port_security_enabled=False)
    tx.sql.execute(update(port).where(port.c.id == port_id).values(allowed_address_pairs=[]))
    return read_port(tx, port_id)


def _refuse_overlap(tx: Tx, router_id: str, joining: list[subnets.Subnet]) -> None:
    """A router cannot tell two subnets apart that share addresses."""
    legs = routers.interfaces(tx, router_id)
    networks = {leg.network_id for leg in legs}
    joined_ids = {fixed.subnet_id for leg in legs for fixed in leg.fixed_ips}
    for other in subnets.of_networks(tx, sorted(networks)):
        for subnet in joining if other.id in joined_ids else ():
            if other.id == subnet.id:
                raise BadRequest(resource="router", reason=f"Router already has a port on subnet {subnet.id}")
            if overlaps(other.net, subnet.net):
                raise BadRequest(
                    resource="router",
                    reason=f"Cidr {subnet.cidr} of subnet {subnet.id} overlaps with cidr {other.cidr}"
                    f" of subnet {other.id}",
                )


def _leg(
    legs: list[ports.Port], router_id: str, port_id: str | None, subnet_id: str | None
) -> tuple[ports.Port, tuple[str, ...]]:
    """(the leg that is meant, its subnets to part from)."""
    if not port_id and not subnet_id:
        raise BadRequest(resource="router", reason="Either subnet_id or port_id must be specified")
    for leg in legs:
        ids = tuple(dict.fromkeys(fixed.subnet_id for fixed in leg.fixed_ips))
        if port_id in (None, leg.id) and (subnet_id is None or subnet_id in ids):
            return leg, ids if port_id else (subnet_id or "",)
        if port_id == leg.id:
            raise SubnetMismatchedPort(id=subnet_id)
    if port_id:
        raise RouterInterfaceNotFound(id=router_id, port_id=port_id)
    raise RouterInterfaceNotFoundForSubnet(id=router_id, subnet_id=subnet_id)


def _refuse_if_needed(tx: Tx, found: routers.Router, subnet_id: str) -> None:
    """Floating IPs and routes that lead into the subnet need the leg."""
    subnet = subnets.get(tx, subnet_id)
    if subnet is None:
        return
    net = subnet.net
    if any(parse_address(route["nexthop"]) in net for route in found.routes):
        raise RouterInterfaceInUseByRoute(subnet_id=subnet_id, id=found.id)
    if any(parse_address(ip) in net for ip in routers.floating_fixed_ips(tx, found.id)):
        raise RouterInterfaceInUseByFloatingIP(subnet_id=subnet_id, id=found.id)
