"""Arithmetic of addresses."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.services.network.domain.addressing import (
    collapse,
    default_gateway,
    default_pools,
    eui64,
    free_addresses,
    free_prefix,
    usable,
)

networks = st.builds(
    lambda address, length: ip_network((address, length), strict=False),
    st.ip_addresses(v=4),
    st.integers(min_value=20, max_value=32),
)


@given(networks)
def test_default_pools_are_what_is_usable_but_the_gateway(network: IPv4Network) -> None:
    gateway = default_gateway(network)
    pools = default_pools(network, gateway)
    inside = [address for address in network if any(address in pool for pool in pools)]
    assert sum(pool.size for pool in pools) == len(inside)
    assert set(inside) == {address for address in network if address in usable(network)} - {gateway}


@given(networks, st.sets(st.integers(min_value=0, max_value=4096)))
def test_free_addresses_are_the_free_ones_in_order(network: IPv4Network, offsets: set[int]) -> None:
    pools = default_pools(network, None)
    taken = {int(network.network_address) + offset for offset in offsets}
    found = list(free_addresses(pools, taken))
    assert found == sorted(found)
    assert {int(address) for address in found} == {int(a) for pool in pools for a in network if a in pool} - taken


@given(st.sets(st.ip_addresses(v=4), max_size=50))
def test_collapsing_keeps_exactly_the_addresses(addresses: set[object]) -> None:
    found = collapse(str(address) for address in addresses)
    assert {address for network in found for address in network} == addresses


@given(networks, st.lists(networks, max_size=5), st.integers(min_value=20, max_value=32))
def test_a_free_prefix_is_inside_and_free(pool: IPv4Network, used: list[IPv4Network], length: int) -> None:
    found = free_prefix([pool], used, length)
    blocked = [n for n in used if n.overlaps(pool)]
    if found is None:
        candidates = pool.subnets(new_prefix=length) if length >= pool.prefixlen else ()
        assert all(any(n.overlaps(candidate) for n in blocked) for candidate in candidates)
    else:
        assert found.prefixlen == length
        assert ip_address(found.network_address) in pool
        assert not any(n.overlaps(found) for n in blocked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mac", "expected"),
    [("fa:16:3e:00:00:01", "2001:db8::f816:3eff:fe00:1"), ("00:00:00:00:00:00", "2001:db8::200:ff:fe00:0")],
)
def test_eui64(mac: str, expected: str) -> None:
    assert str(eui64(IPv6Network("2001:db8::/64"), mac)) == expected
