"""What a port may say of address pairs and DHCP options. Pure."""

from collections.abc import Sequence
from typing import Any

from altostratus.services.network.domain.addressing import parse_address, parse_cidr
from altostratus.services.network.errors import DuplicateAddressPairInRequest, InvalidInput

MAX_PAIRS = 10
MAX_OPTIONS = 64


def check_pairs(pairs: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Allowed address pairs, normalised; a pair without a MAC means the port's own."""
    if len(pairs) > MAX_PAIRS:
        raise InvalidInput(reason=f"Exceeded maximum amount of address pairs {MAX_PAIRS}")
    found = [_pair(pair) for pair in pairs]
    seen = set()
    for pair in found:
        key = (pair.get("mac_address"), pair["ip_address"])
        if key in seen:
            raise DuplicateAddressPairInRequest(mac=key[0], ip=key[1])
        seen.add(key)
    return found


def _pair(pair: dict[str, Any]) -> dict[str, str]:
    text = pair["ip_address"]
    ip = str(parse_cidr(text)) if "/" in text else str(parse_address(text))
    mac = pair.get("mac_address")
    return {"ip_address": ip, **({"mac_address": mac.lower()} if mac else {})}


def check_dhcp_options(options: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Extra DHCP options; one without a value is left out."""
    if len(options) > MAX_OPTIONS:
        raise InvalidInput(reason=f"Exceeded maximum amount of DHCP options {MAX_OPTIONS}")
    return [
        {"opt_name": option["opt_name"], "opt_value": option["opt_value"], "ip_version": option.get("ip_version", 4)}
        for option in options
        if option.get("opt_value") is not None
    ]
