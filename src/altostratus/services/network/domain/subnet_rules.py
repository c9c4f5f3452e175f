"""What a subnet may say of name servers, routes and IPv6 modes. Pure."""

from collections.abc import Sequence
from typing import Any

from altostratus.services.network.domain.addressing import AUTOMATIC, Net, parse_address, parse_cidr
from altostratus.services.network.errors import DNSNameServersExhausted, HostRoutesExhausted, InvalidInput

MAX_DNS = 5
MAX_ROUTES = 20


def check_dns(servers: Sequence[str]) -> list[str]:
    """Name servers, each an address and none twice."""
    if len(servers) > MAX_DNS:
        raise DNSNameServersExhausted(quota=MAX_DNS)
    found = [str(parse_address(text)) for text in servers]
    if len(set(found)) < len(found):
        raise InvalidInput(reason=f"Duplicate nameserver in {servers}")
    return found


def check_routes(routes: Sequence[dict[str, Any]], version: int) -> list[dict[str, str]]:
    """Host routes or extra routes, none twice."""
    if len(routes) > MAX_ROUTES:
        raise HostRoutesExhausted(quota=MAX_ROUTES)
    found = [
        {
            "destination": str(parse_cidr(route["destination"], version)),
            "nexthop": str(parse_address(route["nexthop"], version)),
        }
        for route in routes
    ]
    if len({(route["destination"], route["nexthop"]) for route in found}) < len(found):
        raise InvalidInput(reason="Duplicate host routes")
    return found


def check_ipv6_modes(prefix: Net, enable_dhcp: bool, ipv6_ra_mode: str | None, ipv6_address_mode: str | None) -> None:
    """The two modes: only for IPv6 with DHCP, and not against each other; SLAAC needs a /64 (RFC 4862)."""
    modes = {mode for mode in (ipv6_ra_mode, ipv6_address_mode) if mode is not None}
    if not modes:
        return
    if prefix.version == 4:
        raise InvalidInput(reason="ipv6_ra_mode or ipv6_address_mode cannot be set when ip_version is 4")
    if not enable_dhcp:
        raise InvalidInput(reason="ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
    if len(modes) > 1:
        raise InvalidInput(
            reason=f"ipv6_ra_mode set to '{ipv6_ra_mode}' with ipv6_address_mode set to '{ipv6_address_mode}' is not"
            " valid. If both attributes are set, they must be the same value"
        )
    if modes & set(AUTOMATIC) and prefix.prefixlen != 64:
        raise InvalidInput(reason=f"Invalid CIDR {prefix} for IPv6 address mode: SLAAC needs a prefix of 64 bits")
