"""Where a request comes from when proxies pass it on: they append the address of whoever asked them to X-Forwarded-For.

What a client says of itself counts for nothing: only the addresses that proxies of ours have added are believed.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

HEADER = "x-forwarded-for"
MOST = 20
"""Proxies that a request may come through."""


class Proxies:
    """Proxies by address or network ('10.0.0.5', '10.1.0.0/16', 'fd00::/8'); ValueError names one that is neither."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(network) for network in networks]
        self._has = lru_cache(1024)(self._look)

    def client_of(self, peer: str, forwarded: str) -> str:
        """The address that `peer`, who sent the request with this header, got it from: the last that is no proxy's."""
        client = peer
        for hop in reversed(forwarded.rsplit(",", MOST)[-MOST:]):
            if not self._has(client):
                break
            address = _address(hop.strip())
            if address is None:
                break
            client = str(address)
        return client

    def _look(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
