"""Change a subnet."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import check_gateway, parse_pools
from altostratus.services.network.domain.subnet_rules import check_dns, check_ipv6_modes, check_routes
from altostratus.services.network.errors import GatewayIpInUse
from altostratus.services.network.store import addresses, networks, routers, subnets, wishes
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.subnets import Subnet
from altostratus.services.network.store.tables import subnet
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_subnet, require
from altostratus.services.network.usecases.create_subnet import checked_gateway
from altostratus.services.network.usecases.dhcp_port import extend_dhcp_port, shrink_dhcp_port
from altostratus.services.network.usecases.revisions import check_revision


def update_subnet(
    tx: Tx, net: Networking, actor: Actor, subnet_id: str, wish: dict[str, Any], revision: int | None = None
) -> Subnet:
    """Change what the wish names."""
    found = find_subnet(tx, net, actor, subnet_id)
    require(net, actor, "update_subnet", found.target)
    check_revision(found.revision_number, revision)
    values = _values(tx, found, wish)
    if values:
        revise(tx, subnet, subnet_id, **values)
        events.record(tx, actor, "network.subnet.update", subnet_id, found.project_id)
    if values.get("enable_dhcp", found.enable_dhcp) != found.enable_dhcp:
        _switch_dhcp(tx, net, found)
    wishes.raise_generation(tx, "network", [found.network_id])
    wishes.raise_generation(tx, "router", routers.of_network(tx, found.network_id))
    return find_subnet(tx, net, actor, subnet_id)


def _values(tx: Tx, found: Subnet, wish: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: wish[name] for name in ("name", "description", "enable_dhcp") if name in wish}
    if values.get("enable_dhcp") is False:
        modes = {"ipv6_ra_mode": found.ipv6_ra_mode, "ipv6_address_mode": found.ipv6_address_mode}
        check_ipv6_modes(found.net, False, **modes)
    if "dns_nameservers" in wish:
        values["dns_nameservers"] = check_dns(wish["dns_nameservers"] or [])
    if "host_routes" in wish:
        values["host_routes"] = check_routes(wish["host_routes"] or [], found.ip_version)
    if "gateway_ip" in wish:
        values["gateway_ip"] = _gateway(tx, found, wish["gateway_ip"])
    return values | _pools(found, wish, values.get("gateway_ip", found.gateway_ip))


def _gateway(tx: Tx, found: Subnet, text: str | None) -> str | None:
    gateway = None if text is None else str(checked_gateway(text, found.net))
    if found.gateway_ip and gateway != found.gateway_ip:
        holder = addresses.holder(tx, found.id, found.gateway_ip)
        if holder and routers.of_subnet(tx, found.id):
            raise GatewayIpInUse(ip=found.gateway_ip, port_id=holder)
    return gateway


def _pools(found: Subnet, wish: dict[str, Any], gateway: str | None) -> dict[str, Any]:
    pools = parse_pools(wish["allocation_pools"], found.net) if wish.get("allocation_pools") else found.pools
    if "allocation_pools" in wish or "gateway_ip" in wish:
        check_gateway(None if gateway is None else checked_gateway(gateway, found.net), pools)
    return {"allocation_pools": [pool.to_json() for pool in pools]} if wish.get("allocation_pools") else {}


def _switch_dhcp(tx: Tx, net: Networking, found: Subnet) -> None:
    network = networks.get(tx, found.network_id)
    if found.enable_dhcp:
        shrink_dhcp_port(tx, found.network_id, found.id)
    elif network:
        extend_dhcp_port(tx, net, network, subnets.of_network(tx, network.id))
