"""Which network a new cloud may use."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from altostratus.cli.host.addresses import PROVIDER_CANDIDATES, free_network, observe_networks


def networks(*prefixes: str) -> list[IPv4Network]:
    return [IPv4Network(prefix) for prefix in prefixes]


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], "198.18.0.0/24"),
        (["198.18.0.128/25"], "198.18.64.0/24"),
        (["198.18.0.0/15"], "198.51.100.0/24"),
        (["198.0.0.0/8"], "10.213.77.0/24"),
    ],
)
def test_the_first_that_overlaps_nothing(taken: list[str], free: str) -> None:
    assert free_network(PROVIDER_CANDIDATES, networks(*taken)) == IPv4Network(free)


def test_none_when_all_are_taken() -> None:
    assert free_network(PROVIDER_CANDIDATES, networks("198.0.0.0/8", "10.0.0.0/8")) is None


def test_this_machines_own_networks_are_without_the_trivial_ones() -> None:
    found = observe_networks()
    assert all(0 < network.prefixlen < 32 and not network.is_loopback for network in found)
