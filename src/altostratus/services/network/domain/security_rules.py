"""Security group rules: what is a valid one, when two mean the same, and protocol numbers. Pure.

Protocol names are IANA's (https://www.iana.org/assignments/protocol-numbers) as Neutron spells them.
"""

from collections.abc import Mapping
from typing import Any

from altostratus.services.network.domain.addressing import parse_cidr
from altostratus.services.network.errors import (
    SecurityGroupEthertypeConflictWithProtocol,
    SecurityGroupInvalidIcmpValue,
    SecurityGroupInvalidPortRange,
    SecurityGroupInvalidPortValue,
    SecurityGroupMissingIcmpType,
    SecurityGroupProtocolRequiredWithPorts,
    SecurityGroupRemoteGroupAndRemoteIpPrefix,
    SecurityGroupRuleInvalidEtherType,
    SecurityGroupRuleInvalidProtocol,
    SecurityGroupRuleParameterConflict,
)

NUMBERS = {
    "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "ipip": 4, "ipv6-encap": 41,
    "ipv6-frag": 44, "ipv6-icmp": 58, "icmpv6": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43,
    "ospf": 89, "pgm": 113, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
}  # fmt: skip
IPV6_ONLY = {41, 43, 44, 58, 59, 60}
ICMP = {1, 58}
WITH_PORTS = {6, 17, 33, 132, 136}
ANYWHERE = ("0.0.0.0/0", "::/0")
MEANING = (
    "direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix", "remote_group_id"
)  # fmt: skip


def protocol_number(protocol: str | None) -> int | None:
    """6 for 'tcp' and for '6'; None for any protocol."""
    if protocol is None or protocol == "any":
        return None
    return NUMBERS[protocol] if protocol in NUMBERS else int(protocol)


def checked_rule(wish: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as it is stored, or the fault that says what is wrong with it."""
    ethertype = _ethertype(wish.get("ethertype") or "IPv4")
    protocol = _protocol(wish.get("protocol"), ethertype)
    low, high = wish.get("port_range_min"), wish.get("port_range_max")
    _check_ports(protocol_number(protocol), low, high)
    return {
        "direction": wish["direction"],
        "ethertype": ethertype,
        "protocol": protocol,
        "port_range_min": low,
        "port_range_max": high,
        "remote_ip_prefix": _prefix(wish, ethertype),
        "remote_group_id": wish.get("remote_group_id"),
    }


def meaning_of(rule: Mapping[str, Any]) -> str:
    """Two rules of a group with the same meaning are duplicates."""
    values = {**{name: rule.get(name) for name in MEANING}, "protocol": protocol_number(rule.get("protocol"))}
    if values["remote_ip_prefix"] in ANYWHERE:
        values["remote_ip_prefix"] = None
    return " ".join(str(values[name]) for name in MEANING)


def _ethertype(text: str) -> str:
    for known in ("IPv4", "IPv6"):
        if text.lower() == known.lower():
            return known
    raise SecurityGroupRuleInvalidEtherType(ethertype=text)


def _protocol(given: Any, ethertype: str) -> str | None:
    if given is None or given == "":
        return None
    text = str(given).lower()
    if text in ("any", "-1", "0"):
        return None
    if text not in NUMBERS and not (text.isascii() and text.isdigit() and int(text) <= 255):
        raise SecurityGroupRuleInvalidProtocol(protocol=given)
    if ethertype == "IPv6" and text == "icmp":
        return "ipv6-icmp"
    if protocol_number(text) in IPV6_ONLY and ethertype != "IPv6":
        raise SecurityGroupEthertypeConflictWithProtocol(ethertype=ethertype, protocol=given)
    return text


def _check_ports(number: int | None, low: int | None, high: int | None) -> None:
    if low is None and high is None:
        return
    if number is None:
        raise SecurityGroupProtocolRequiredWithPorts()
    if number in ICMP:
        _check_icmp(low, high)
        return
    if number not in WITH_PORTS or low is None or high is None or low > high:
        raise SecurityGroupInvalidPortRange()
    for value in (low, high):
        if not 0 < value < 65536:
            raise SecurityGroupInvalidPortValue(port=value)


def _check_icmp(kind: int | None, code: int | None) -> None:
    for field, name, value in (("port-range-min", "type", kind), ("port-range-max", "code", code)):
        if value is not None and not 0 <= value <= 255:
            raise SecurityGroupInvalidIcmpValue(field=field, name=name, value=value)
    if kind is None:
        raise SecurityGroupMissingIcmpType(value=code)


def _prefix(wish: Mapping[str, Any], ethertype: str) -> str | None:
    text = wish.get("remote_ip_prefix")
    if text is None or text == "":
        return None
    if wish.get("remote_group_id"):
        raise SecurityGroupRemoteGroupAndRemoteIpPrefix()
    network = parse_cidr(text)
    if f"IPv{network.version}" != ethertype:
        raise SecurityGroupRuleParameterConflict(ethertype=ethertype, cidr=text)
    return str(network)
