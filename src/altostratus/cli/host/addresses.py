"""Which IPv4 networks this machine already reaches, and which of some candidates clashes with none of them."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network

PROVIDER_CANDIDATES = tuple(
    IPv4Network(prefix)
    for prefix in ("198.18.0.0/24", "198.18.64.0/24", "198.19.0.0/24", "198.51.100.0/24", "10.213.77.0/24")
)
"""Networks to offer as the outside of a new cloud: those for documentation and measurements (RFC 5737, 2544) first,
which nobody routes."""


def observe_networks() -> set[IPv4Network]:
    """Every destination in every IPv4 routing table, save the default route and this machine's own addresses."""
    from pyroute2 import IPRoute  # slow to import

    with IPRoute() as kernel:
        routes = list(kernel.get_routes(family=socket.AF_INET))
    found = {
        IPv4Network((attributes["RTA_DST"], route["dst_len"]))
        for route in routes
        if "RTA_DST" in (attributes := dict(route["attrs"])) and route["dst_len"] not in (0, 32)
    }
    return {network for network in found if not network.is_loopback and not network.is_multicast}


def free_network(candidates: Iterable[IPv4Network], taken: Iterable[IPv4Network]) -> IPv4Network | None:
    """The first candidate that overlaps nothing that is taken."""
    known = list(taken)
    return next((one for one in candidates if not any(one.overlaps(other) for other in known)), None)
