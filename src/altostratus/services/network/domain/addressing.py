"""Arithmetic of addresses: CIDRs, allocation pools, gateways, EUI-64. Pure; knows no rows."""

from collections.abc import Container, Iterable, Iterator, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import pairwise
from typing import Any, NamedTuple

from altostratus.services.network.errors import (
    GatewayConflictWithAllocationPools,
    InvalidAllocationPool,
    InvalidInput,
    OutOfBoundsAllocationPool,
    OverlappingAllocationPools,
)

Address = IPv4Address | IPv6Address
Net = IPv4Network | IPv6Network
AUTOMATIC = ("slaac", "dhcpv6-stateless")


class Pool(NamedTuple):
    """Addresses from first to last, both included."""

    first: Address
    last: Address

    def __contains__(self, address: object) -> bool:
        return isinstance(address, type(self.first)) and int(self.first) <= int(address) <= int(self.last)

    @property
    def size(self) -> int:
        return int(self.last) - int(self.first) + 1

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def to_json(self) -> dict[str, str]:
        return {"start": str(self.first), "end": str(self.last)}


def parse_address(text: str, version: int | None = None) -> Address:
    """An address of that IP version; InvalidInput says what is wrong."""
    try:
        if "%" in text:
            raise ValueError("an address of a link means nothing beyond it")
        address = ip_address(text)
    except ValueError:
        raise InvalidInput(reason=f"'{text}' is not a valid IP address") from None
    if version is not None and address.version != version:
        raise InvalidInput(reason=f"'{text}' is not an IPv{version} address")
    return address


def number_of(text: str) -> int:
    """A stored address as a number; ten times as fast as parsing it, for reading thousands."""
    return int(IPv6Address(text)) if ":" in text else int.from_bytes(map(int, text.split(".")), "big")


def parse_cidr(text: str, version: int | None = None) -> Net:
    """A network; host bits are cut off, as Neutron does it."""
    try:
        network = ip_network(text.split("%")[0], strict=False)
    except ValueError:
        raise InvalidInput(reason=f"'{text}' is not a valid IP subnet") from None
    if version is not None and network.version != version:
        raise InvalidInput(reason=f"ip_version {version} does not match cidr '{text}'")
    return network


def parse_prefix(text: str) -> Net:
    """Like `parse_cidr`, for values that were checked when they were stored."""
    return ip_network(text)


def default_gateway(network: Net) -> Address:
    """The first address, where there is one beside the network's own."""
    return network.network_address + (1 if network.num_addresses > 1 else 0)


def usable(network: Net) -> Pool:
    """The addresses that hosts may have."""
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.num_addresses > 2 or (network.version == 6 and network.num_addresses == 2):
        first += 1
    if network.version == 4 and network.num_addresses > 2:
        last -= 1
    return Pool(_address(first, network.version), _address(last, network.version))


def default_pools(network: Net, gateway: Address | None) -> list[Pool]:
    """All usable addresses but the gateway's."""
    whole = usable(network)
    if gateway is None or gateway not in whole:
        return [whole]
    below = (int(whole.first), int(gateway) - 1)
    above = (int(gateway) + 1, int(whole.last))
    return [Pool(_address(a, network.version), _address(b, network.version)) for a, b in (below, above) if a <= b]


def parse_pools(wished: Sequence[dict[str, Any]], network: Net) -> list[Pool]:
    """Allocation pools as a client gives them, checked against the subnet and against each other."""
    pools = sorted(_pool(wish, network) for wish in wished)
    for first, second in pairwise(pools):
        if int(second.first) <= int(first.last):
            raise OverlappingAllocationPools(first=first, second=second, cidr=network)
    return pools


def _pool(wish: dict[str, Any], network: Net) -> Pool:
    pool = Pool(parse_address(wish["start"], network.version), parse_address(wish["end"], network.version))
    if int(pool.first) > int(pool.last):
        raise InvalidAllocationPool(pool=pool)
    whole = usable(network)
    if pool.first not in whole or pool.last not in whole:
        raise OutOfBoundsAllocationPool(pool=pool, cidr=network)
    return pool


def stored_pools(stored: Sequence[dict[str, str]]) -> list[Pool]:
    """Pools as they were stored."""
    return [Pool(ip_address(p["start"]), ip_address(p["end"])) for p in stored]


def check_gateway(gateway: Address | None, pools: Iterable[Pool]) -> None:
    """GatewayConflictWithAllocationPools when the gateway lies in a pool."""
    for pool in pools:
        if gateway is not None and gateway in pool:
            raise GatewayConflictWithAllocationPools(ip=gateway, pool=pool)


def free_addresses(pools: Iterable[Pool], taken: Container[int]) -> Iterator[Address]:
    """Addresses of the pools that are not taken, lowest first. First fit keeps members of a group adjacent, so
    that thousands of them collapse into a few prefixes."""
    for pool in pools:
        for number in range(int(pool.first), int(pool.last) + 1):
            if number not in taken:
                yield _address(number, pool.first.version)


def eui64(network: Net, mac: str) -> IPv6Address:
    """The address that a guest with this MAC gives itself by SLAAC (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    interface = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return IPv6Address(int(network.network_address) + int.from_bytes(interface, "big"))


def collapse(addresses: Iterable[str]) -> tuple[IPv4Network, ...]:
    """The fewest IPv4 networks that hold exactly these addresses or prefixes, in order. In plain integers: a group of
    a thousand members is collapsed for each of its ports."""
    found: list[IPv4Network] = []
    first, last = 0, -1
    for begin, end in sorted(_bounds(text) for text in addresses if ":" not in text):
        if begin > last + 1:
            found += _covering(first, last)
            first = begin
        last = max(last, end)
    return (*found, *_covering(first, last))


def _bounds(text: str) -> tuple[int, int]:
    """The first and the last address."""
    if "/" in text:
        prefix = IPv4Network(text)
        return int(prefix.network_address), int(prefix.broadcast_address)
    return (number := number_of(text)), number


def _covering(first: int, last: int) -> Iterator[IPv4Network]:
    """The fewest networks from one address to another: each as large as its start and the rest allow."""
    while first <= last:
        size = min(first & -first or 1 << 32, 1 << (last - first + 1).bit_length() - 1)
        yield IPv4Network((first, 33 - size.bit_length()))
        first += size


def free_prefix(pools: Sequence[Net], used: Sequence[Net], length: int) -> Net | None:
    """The first network of that prefix length inside the pools that overlaps nothing used."""
    for pool in pools:
        if length < pool.prefixlen:
            continue
        candidate = pool.network_address
        while candidate in pool:
            network = ip_network((candidate, length))
            blocking = next((u for u in used if u.overlaps(network)), None)
            if blocking is None:
                return network
            after = max(int(network.broadcast_address), int(blocking.broadcast_address)) + 1
            step = 1 << (pool.max_prefixlen - length)
            after = -(-after // step) * step
            if after > int(pool.broadcast_address):
                break
            candidate = _address(after, pool.version)
    return None


def span_size(networks: Iterable[Net]) -> int:
    """How many addresses these disjoint networks hold."""
    return sum(network.num_addresses for network in networks)


def overlaps(first: Net, second: Net) -> bool:
    """Whether two networks share an address; of different versions they never do."""
    return first.version == second.version and first.overlaps(second)


def _address(number: int, version: int) -> Address:
    return IPv4Address(number) if version == 4 else IPv6Address(number)


def tap_of(port_id: str) -> str:
    """The name of the tap that a port is plugged by, at most 15 characters, as Nova names it."""
    return f"tap{port_id[:11]}"
