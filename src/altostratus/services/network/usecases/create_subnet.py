"""Create subnets."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import (
    Address,
    Net,
    check_gateway,
    default_gateway,
    default_pools,
    overlaps,
    parse_address,
    parse_cidr,
    parse_pools,
)
from altostratus.services.network.domain.subnet_rules import check_dns, check_ipv6_modes, check_routes
from altostratus.services.network.errors import BadRequest, InvalidInput
from altostratus.services.network.store import networks, ports, subnets, wishes
from altostratus.services.network.store.standard import born
from altostratus.services.network.store.tables import port
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_network, project_for, require
from altostratus.services.network.usecases.dhcp_port import extend_dhcp_port
from altostratus.services.network.usecases.quota import charge
from altostratus.services.network.usecases.subnet_allocation import allocate_prefix
from altostratus.services.network.usecases.take_addresses import take_automatic


def create_subnet(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> subnets.Subnet:
    """A new subnet of a network; its prefix is given, or cut from a subnet pool."""
    project_id = project_for(actor, wish)
    network = find_network(tx, net, actor, wish["network_id"])
    require(net, actor, "create_subnet", {**network.target, "project_id": project_id})
    charge(tx, net, project_id, subnet=1)
    pool_id, prefix = _prefix(tx, net, actor, project_id, wish)
    _check_overlap(tx, network, prefix)
    values = born(tx, project_id, wish)
    subnets.insert(tx, **values, network_id=network.id, subnetpool_id=pool_id, **_attributes(wish, prefix))
    created = subnets.get(tx, values["id"])
    assert created is not None
    _welcome(tx, net, network, created)
    events.record(tx, actor, "network.subnet.create", created.id, project_id)
    return created


def _prefix(tx: Tx, net: Networking, actor: Actor, project_id: str, wish: dict[str, Any]) -> tuple[str | None, Net]:
    """(pool, prefix)."""
    if wish.get("subnetpool_id") or wish.get("use_default_subnetpool"):
        return allocate_prefix(tx, net, actor, project_id, wish)
    if not wish.get("cidr"):
        raise BadRequest(resource="subnets", reason="a subnetpool must be specified in the absence of a cidr")
    if wish.get("prefixlen") is not None:
        raise BadRequest(resource="subnets", reason="cidr and prefixlen must not be supplied together")
    version = wish.get("ip_version")
    if version is None:
        raise BadRequest(resource="subnets", reason="ip_version is required with a cidr")
    prefix = parse_cidr(wish["cidr"], version)
    if prefix.prefixlen == 0 or prefix.is_multicast or prefix.is_loopback:
        raise InvalidInput(reason=f"'{prefix}' isn't a recognized IP subnet cidr for hosts")
    return None, prefix


def _check_overlap(tx: Tx, network: networks.Network, prefix: Net) -> None:
    for other in subnets.of_network(tx, network.id):
        if overlaps(prefix, other.net):
            raise InvalidInput(
                reason=f"Requested subnet with cidr: {prefix} for network: {network.id} overlaps with another subnet"
            )


def _attributes(wish: dict[str, Any], prefix: Net) -> dict[str, Any]:
    gateway = _gateway(wish, prefix)
    enable_dhcp = wish.get("enable_dhcp", True)
    modes = {name: wish.get(name) for name in ("ipv6_ra_mode", "ipv6_address_mode")}
    check_ipv6_modes(prefix, enable_dhcp, **modes)
    if wish.get("allocation_pools"):
        pools = parse_pools(wish["allocation_pools"], prefix)
        check_gateway(gateway, pools)
    else:
        pools = default_pools(prefix, gateway)
    return {
        "name": wish.get("name", ""),
        "ip_version": prefix.version,
        "cidr": str(prefix),
        "gateway_ip": str(gateway) if gateway else None,
        "enable_dhcp": enable_dhcp,
        "allocation_pools": [pool.to_json() for pool in pools],
        "dns_nameservers": check_dns(wish.get("dns_nameservers") or []),
        "host_routes": check_routes(wish.get("host_routes") or [], prefix.version),
        **modes,
    }


def _gateway(wish: dict[str, Any], prefix: Net) -> Address | None:
    if "gateway_ip" not in wish:
        return default_gateway(prefix)
    return None if wish["gateway_ip"] is None else checked_gateway(wish["gateway_ip"], prefix)


def checked_gateway(text: str, prefix: Net) -> Address:
    """A gateway on the subnet."""
    gateway = parse_address(text, prefix.version)
    edge = (
        {prefix.network_address, prefix.broadcast_address} if prefix.version == 4 and prefix.num_addresses > 2 else ()
    )
    link_local = prefix.version == 6 and gateway.is_link_local
    if gateway in edge or not (gateway in prefix or link_local):
        raise InvalidInput(reason=f"Gateway {gateway} is not valid on subnet {prefix}")
    return gateway


def _welcome(tx: Tx, net: Networking, network: networks.Network, created: subnets.Subnet) -> None:
    """What is on the network already gets its part of the new subnet."""
    on_it = ports.matching(tx, port.c.network_id == network.id)
    if created.enable_dhcp and not created.automatic and any(each.device_owner != ports.DHCP for each in on_it):
        extend_dhcp_port(tx, net, network, [created])
    if created.automatic:
        for each in on_it:
            if each.device_owner not in ports.ROUTER_OWNERS:
                take_automatic(tx, each.id, each.mac_address, [created])
    wishes.raise_generation(tx, "network", [network.id])
