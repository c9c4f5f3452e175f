"""Give addresses to a port: those asked for, or one of each IP version, and those that SLAAC makes."""

from collections.abc import Sequence
from typing import Any

from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import eui64, parse_address
from altostratus.services.network.errors import (
    AllocationOnAutoAddressSubnet,
    InvalidInput,
    InvalidIpForNetwork,
    InvalidIpForSubnet,
    IpAddressAlreadyAllocated,
    IpAddressGenerationFailure,
)
from altostratus.services.network.store import addresses
from altostratus.services.network.store.subnets import Subnet

MAX_FIXED_IPS = 16
Wished = Sequence[dict[str, Any]]


def take_default(tx: Tx, port_id: str, mac: str, network_id: str, subnets: Sequence[Subnet]) -> None:
    """One address of each IP version that the network has; nothing when it has no subnet."""
    for version in (4, 6):
        candidates = [s for s in subnets if s.ip_version == version and not s.automatic]
        if candidates and not any(addresses.take_free(tx, port_id, subnet) for subnet in candidates):
            raise IpAddressGenerationFailure(network_id=network_id)
    take_automatic(tx, port_id, mac, subnets)


def take_automatic(tx: Tx, port_id: str, mac: str, subnets: Sequence[Subnet]) -> None:
    """The addresses that a guest with this MAC makes for itself."""
    for subnet in subnets:
        if subnet.automatic:
            addresses.take(tx, port_id, subnet, str(eui64(subnet.net, mac)))


def take_wished(
    tx: Tx, port_id: str, mac: str, network_id: str, subnets: Sequence[Subnet], wished: Wished, *, fixed: bool = False
) -> None:
    """The addresses asked for, by subnet, by address, or both. `fixed` ports (of routers) may have any address of
    a subnet, also an automatic one."""
    if len(wished) > MAX_FIXED_IPS:
        raise InvalidInput(reason="Exceeded maximum amount of fixed ips per port.")
    chosen = [(_subnet(network_id, subnets, wish), wish.get("ip_address")) for wish in wished]
    # what is named must not be taken by what is not
    for subnet, ip in sorted(chosen, key=lambda pair: pair[1] is None):
        if ip is not None:
            _take_named(tx, port_id, mac, subnet, ip, fixed)
        elif subnet.automatic and not fixed:
            take_automatic(tx, port_id, mac, [subnet])
        elif not addresses.take_free(tx, port_id, subnet):
            raise IpAddressGenerationFailure(network_id=network_id)


def _take_named(tx: Tx, port_id: str, mac: str, subnet: Subnet, ip: str, fixed: bool) -> None:
    if subnet.automatic and not fixed and ip != str(eui64(subnet.net, mac)):
        raise AllocationOnAutoAddressSubnet(ip=ip, subnet_id=subnet.id)
    if not addresses.take(tx, port_id, subnet, ip):
        raise IpAddressAlreadyAllocated(ip=ip, subnet_id=subnet.id)


def _subnet(network_id: str, subnets: Sequence[Subnet], wish: dict[str, Any]) -> Subnet:
    """The subnet that a wish means; its address is checked and normalised."""
    subnet_id, ip = wish.get("subnet_id"), wish.get("ip_address")
    if ip is None:
        if subnet_id is None:
            raise InvalidInput(reason="IP allocation requires subnet_id or ip_address")
        return _by_id(network_id, subnets, subnet_id)
    address = parse_address(ip)
    wish["ip_address"] = str(address)
    candidates = [_by_id(network_id, subnets, subnet_id)] if subnet_id else subnets
    for subnet in candidates:
        if address in subnet.net:
            _check_host_address(subnet, wish["ip_address"])
            return subnet
    raise InvalidIpForSubnet(ip=ip) if subnet_id else InvalidIpForNetwork(ip=ip)


def _check_host_address(subnet: Subnet, ip: str) -> None:
    net = subnet.net
    if net.num_addresses > 2 and ip in (str(net.network_address), str(net.broadcast_address)) and net.version == 4:
        raise InvalidIpForSubnet(ip=ip)


def _by_id(network_id: str, subnets: Sequence[Subnet], subnet_id: str) -> Subnet:
    for subnet in subnets:
        if subnet.id == subnet_id:
            return subnet
    raise InvalidInput(
        reason=f"Failed to create port on network {network_id}, because fixed_ips included invalid subnet {subnet_id}"
    )
