"""From rows to the specs that a driver is given. A spec of None means: nothing of it should be on the host.

IPv4 only: drivers do not carry IPv6 yet. What is sorted here is sorted so that the same rows give the same digest.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from sqlalchemy import select

from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import collapse, tap_of
from altostratus.services.network.domain.security_rules import protocol_number
from altostratus.services.network.driver import (
    DhcpHost,
    FloatingIP,
    NetworkSpec,
    PortSpec,
    RouterGateway,
    RouterInterface,
    RouterSpec,
    Rule,
    Spec,
    SubnetSpec,
)
from altostratus.services.network.store import filters, floating_ips, networks, ports, routers, subnets
from altostratus.services.network.store.tables import floating_ip, subnet
from altostratus.services.network.usecases.dhcp_port import device_of

MOST_GROUPS = 4096
"""How many groups' members are kept in memory."""
Routes = tuple[tuple[IPv4Network, IPv4Address], ...]


def network_spec(tx: Tx, network_id: str, dns: Sequence[str] = ()) -> NetworkSpec | None:
    """A segment is on the host while a port of it is, or while it is an external network with addresses."""
    found = networks.get(tx, network_id)
    if found is None:
        return None
    on_it = [each for each in subnets.of_network(tx, network_id) if each.ip_version == 4]
    if not ((found.external and on_it) or ports.any_bound(tx, network_id)):
        return None
    dhcp = ports.of_device(tx, device_of(network_id), ports.DHCP) if found.admin_state_up else []
    served = {fixed.subnet_id: fixed.ip for each in dhcp for fixed in each.fixed_ips}
    hosts = _hosts(tx, network_id)
    return NetworkSpec(
        id=network_id,
        mtu=found.mtu,
        subnets=tuple(_subnet(each, served.get(each.id), hosts.get(each.id, ()), dns) for each in on_it),
        dhcp_mac=dhcp[0].mac_address if served else None,
        host_address=_host_addresses(on_it) if found.external else (),
        uplink=found.external,
    )


def _host_addresses(on_it: Iterable[subnets.Subnet]) -> tuple[IPv4Interface, ...]:
    """The host is the gateway of external networks."""
    return tuple(_interface(each, each.gateway_ip) for each in on_it if each.gateway_ip)


def _subnet(found: subnets.Subnet, dhcp: str | None, hosts: Iterable[DhcpHost], dns: Sequence[str]) -> SubnetSpec:
    servers = [text for text in found.dns_nameservers or dns if ":" not in text]
    return SubnetSpec(
        id=found.id,
        cidr=IPv4Network(found.cidr),
        gateway=IPv4Address(found.gateway_ip) if found.gateway_ip else None,
        dhcp=IPv4Address(dhcp) if dhcp and found.enable_dhcp else None,
        dns=tuple(IPv4Address(text) for text in servers),
        routes=_routes(found.host_routes),
        hosts=tuple(sorted(hosts, key=lambda host: host.ip)) if found.enable_dhcp else (),
    )


def _hosts(tx: Tx, network_id: str) -> dict[str, list[DhcpHost]]:
    """Leases by subnet."""
    found: dict[str, list[DhcpHost]] = {}
    for lease in ports.leases(tx, network_id):
        if ":" not in lease.ip:
            name = lease.hostname or f"host-{lease.ip.replace('.', '-')}"
            found.setdefault(lease.subnet_id, []).append(DhcpHost(lease.mac, IPv4Address(lease.ip), name))
    return found


def router_spec(tx: Tx, router_id: str) -> RouterSpec | None:
    """A router is on the host while it joins anything."""
    found = routers.get(tx, router_id)
    if found is None:
        return None
    legs = routers.interfaces(tx, router_id)
    on = _subnets_of([*legs, *([found.gateway] if found.gateway else [])], tx)
    mtus = {key: _mtu(tx, key) for key in {leg.network_id for leg in legs}}
    interfaces = tuple(
        RouterInterface(leg.id, leg.network_id, leg.mac_address, addresses, mtus[leg.network_id])
        for leg in legs
        if (addresses := _addresses(leg, on))
    )
    gateway = _gateway(tx, found, on)
    if not interfaces and gateway is None:
        return None
    return RouterSpec(
        id=router_id,
        up=found.admin_state_up,
        interfaces=interfaces,
        gateway=gateway,
        floating=_floating(tx, router_id),
        routes=_routes(found.routes),
    )


def _gateway(tx: Tx, found: routers.Router, on: dict[str, subnets.Subnet]) -> RouterGateway | None:
    leg = found.gateway
    addresses = _addresses(leg, on) if leg else ()
    if leg is None or not addresses:
        return None
    hops = [on[fixed.subnet_id].gateway_ip for fixed in leg.fixed_ips if "." in fixed.ip]
    hop = next((hop for hop in hops if hop), None)
    return RouterGateway(
        port_id=leg.id,
        network_id=leg.network_id,
        mac=leg.mac_address,
        addresses=addresses,
        nexthop=IPv4Address(hop) if hop else None,
        snat=found.enable_snat,
        mtu=_mtu(tx, leg.network_id),
    )


def _floating(tx: Tx, router_id: str) -> tuple[FloatingIP, ...]:
    found = floating_ips.matching(tx, floating_ip.c.router_id == router_id)
    return tuple(
        FloatingIP(each.id, IPv4Address(each.address), IPv4Address(each.fixed_ip)) for each in found if each.fixed_ip
    )


class PortSpecs:
    """Specs of ports, with what remote groups came to at the last change of their members: the thousand ports of a
    group of a thousand collapse it once."""

    def __init__(self) -> None:
        self._members: dict[str, tuple[int, tuple[IPv4Network, ...]]] = {}

    def spec(self, tx: Tx, port_id: str) -> PortSpec | None:
        """A port's filters are on the host while the port is bound there."""
        found = filters.filtered_port(tx, port_id)
        if found is None:
            return None
        return PortSpec(
            id=port_id,
            network_id=found.network_id,
            tap=tap_of(port_id),
            mac=found.mac,
            addresses=tuple(IPv4Address(ip) for ip in found.ips if "." in ip),
            secure=found.secure,
            up=found.up,
            allowed=_pairs(found) if found.secure else (),
            rules=self._rules(tx, port_id) if found.secure else (),
        )

    def _rules(self, tx: Tx, port_id: str) -> tuple[Rule, ...]:
        """Without repetition. A rule for members of a group without members accepts nobody."""
        rules = {(rule, self._remote(tx, rule)) for rule in filters.rules_of(tx, port_id)}
        return tuple(sorted({_rule(rule, remote) for rule, remote in rules if remote != ()}, key=repr))

    def _remote(self, tx: Tx, rule: filters.FilterRule) -> tuple[IPv4Network, ...] | None:
        """Whom a rule is about; None is everybody."""
        if rule.remote_group_id:
            return self._collapsed(tx, rule.remote_group_id, rule.membership or 0)
        return (IPv4Network(rule.remote_ip_prefix),) if rule.remote_ip_prefix else None

    def _collapsed(self, tx: Tx, group_id: str, membership: int) -> tuple[IPv4Network, ...]:
        """The addresses of a group's ports, as few prefixes as hold exactly them."""
        known = self._members.get(group_id)
        if known is None or known[0] != membership:
            if len(self._members) >= MOST_GROUPS:
                self._members.clear()
            known = self._members[group_id] = (membership, collapse(filters.members_of(tx, group_id)))
        return known[1]


def _pairs(found: filters.FilteredPort) -> tuple[tuple[str | None, IPv4Network], ...]:
    pairs = [pair for pair in found.pairs if ":" not in pair["ip_address"]]
    return tuple((pair.get("mac_address"), IPv4Network(pair["ip_address"])) for pair in pairs)


def _rule(rule: filters.FilterRule, remote: tuple[IPv4Network, ...] | None) -> Rule:
    return Rule(
        ingress=rule.direction == "ingress",
        protocol=protocol_number(rule.protocol),
        port_min=rule.port_min,
        port_max=rule.port_max,
        remote=remote,
    )


def _subnets_of(legs: Iterable[ports.Port], tx: Tx) -> dict[str, subnets.Subnet]:
    ids = sorted({fixed.subnet_id for leg in legs for fixed in leg.fixed_ips})
    return {each.id: each for each in subnets.fetch(tx, select(subnet.c.id).where(subnet.c.id.in_(ids)))}


def _addresses(leg: ports.Port, on: dict[str, subnets.Subnet]) -> tuple[IPv4Interface, ...]:
    return tuple(_interface(on[fixed.subnet_id], fixed.ip) for fixed in leg.fixed_ips if "." in fixed.ip)


def _interface(on: subnets.Subnet, ip: str | None) -> IPv4Interface:
    return IPv4Interface(f"{ip}/{on.net.prefixlen}")


def _routes(routes: Iterable[dict[str, str]]) -> Routes:
    return tuple(
        (IPv4Network(route["destination"]), IPv4Address(route["nexthop"]))
        for route in routes
        if ":" not in route["destination"]
    )


def _mtu(tx: Tx, network_id: str) -> int:
    found = networks.get(tx, network_id)
    return found.mtu if found else 1500


SpecOf = Callable[[Tx, str], Spec | None]
