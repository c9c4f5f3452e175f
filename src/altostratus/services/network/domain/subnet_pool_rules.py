"""What a subnet pool may be: prefixes of one version, bounds in order. Pure."""

from collections.abc import Sequence
from ipaddress import collapse_addresses
from typing import Any

from altostratus.services.network.domain.addressing import Net, parse_cidr
from altostratus.services.network.errors import (
    BadRequest,
    IllegalSubnetPoolPrefixBounds,
    IllegalSubnetPoolPrefixUpdate,
    InvalidInput,
)

LEAST = {4: 8, 6: 64}
MOST = {4: 32, 6: 128}


def merged_prefixes(texts: Sequence[str]) -> tuple[int, list[str]]:
    """(IP version, the prefixes with neighbours merged)."""
    if not texts:
        raise InvalidInput(reason="Empty subnet prefix list")
    prefixes = [parse_cidr(text) for text in texts]
    versions = {prefix.version for prefix in prefixes}
    if len(versions) > 1:
        raise BadRequest(resource="subnetpool", reason="Cannot mix IPv4 and IPv6 prefixes in a subnet pool")
    return versions.pop(), [str(prefix) for prefix in _collapse(prefixes)]


def check_growth(version: int, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The new prefixes; each old one must be part of them."""
    new_version, merged = merged_prefixes(new)
    if new_version != version:
        raise IllegalSubnetPoolPrefixUpdate(reason="the IP version of a pool does not change")
    _, both = merged_prefixes([*old, *new])
    if both != merged:
        raise IllegalSubnetPoolPrefixUpdate(reason="existing prefixes must be a subset of the new prefixes")
    return merged


def check_bounds(version: int, least: int | None, most: int | None, default: int | None) -> tuple[int, int, int]:
    """(min, max, default) prefix lengths, with Neutron's defaults, in order."""
    least = LEAST[version] if least is None else least
    most = MOST[version] if most is None else most
    default = least if default is None else default
    if not 0 <= least <= MOST[version] or not 0 <= most <= MOST[version]:
        raise IllegalSubnetPoolPrefixBounds(reason=f"prefix lengths must be 0 to {MOST[version]}")
    if not least <= default <= most:
        raise IllegalSubnetPoolPrefixBounds(
            reason=f"default prefix length {default} must be between {least} and {most}"
        )
    return least, most, default


def _collapse(prefixes: list[Any]) -> list[Net]:
    return list(collapse_addresses(prefixes))
