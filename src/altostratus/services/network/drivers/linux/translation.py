"""The nftables table inside a router's namespace, and which translated connections it still stands for. Pure.

Legs on tenant networks are called in-*, the gateway ex-*. Source: how Neutron's L3 router translates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from altostratus.services.network.driver import RouterSpec
from altostratus.services.network.drivers.linux.netfilter import Connection

TABLE = "alto"
METADATA_PORT = 9697
ANY_NETWORK = IPv4Network("0.0.0.0/0")
INSIDE = 0x1  # packets that came by a tenant leg


@dataclass(frozen=True, slots=True)
class RouterMark:
    """The comment of the table's last rule: digest of the spec ('?' while half-made) and number of legs."""

    digest: str
    legs: int

    def __str__(self) -> str:
        return f"router {self.digest} {self.legs} {_RULES}"


def read(items: Iterable[dict[str, Any]]) -> RouterMark | None:
    """The mark in a listing of the table; None when any rule was added or taken away."""
    rules = [item["rule"] for item in items if "rule" in item]
    for rule in rules:
        words = rule.get("comment", "").split(" ")
        if len(words) == 4 and words[0] == "router" and len(rules) - _optional(rules) == int(words[3]):
            return RouterMark(words[1], int(words[2]))
    return None


def _optional(rules: list[dict[str, Any]]) -> int:
    return sum(rule.get("comment") == "optional" for rule in rules)


def render(spec: RouterSpec, mark: RouterMark) -> str:
    """Replaces the whole table in one transaction; connections go on."""
    return f"table ip {TABLE}\ndelete table ip {TABLE}\n" + _TABLE.format(
        table=TABLE,
        port=METADATA_PORT,
        inside=INSIDE,
        to_fixed=_map({fip.floating: fip.fixed for fip in spec.floating}),
        to_floating=_map({fip.fixed: fip.floating for fip in spec.floating}),
        optional="\n".join(f'    {rule} comment "optional"' for rule in _gateway_rules(spec)),
        closed="\n".join(f'    {rule} comment "optional"' for rule in _closed_rules(spec)),
        mark=mark,
    )


def _gateway_rules(spec: RouterSpec) -> list[str]:
    if spec.gateway is None or not spec.gateway.snat or not spec.gateway.addresses:
        return []
    return [f'oifname "ex-*" meta mark {INSIDE} snat to {spec.gateway.addresses[0].ip}']


def _closed_rules(spec: RouterSpec) -> list[str]:
    """With source translation tenant networks cannot be reached but by floating addresses."""
    return ['iifname "ex-*" drop'] if spec.gateway is not None and spec.gateway.snat else []


def _map(pairs: dict[IPv4Address, IPv4Address]) -> str:
    if not pairs:
        return ""
    return "elements = { " + ", ".join(f"{key} : {value}" for key, value in pairs.items()) + " }"


_RULES = 14  # those of _TABLE that are always there
_TABLE = """table ip {table} {{
  map to_fixed {{ type ipv4_addr : ipv4_addr; {to_fixed} }}
  map to_floating {{ type ipv4_addr : ipv4_addr; {to_floating} }}
  chain arrive {{
    type filter hook prerouting priority -150; policy accept;
    meta mark set 0
    iifname "in-*" meta mark set {inside}
  }}
  chain prerouting {{
    type nat hook prerouting priority dstnat; policy accept;
    meta mark {inside} ip daddr 169.254.169.254 tcp dport 80 redirect to :{port}
    dnat to ip daddr map @to_fixed
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    oifname "ex-*" meta mark {inside} snat to ip saddr map @to_floating
{optional}
    oifname "in-*" meta mark {inside} ct status dnat snat to ip saddr map @to_floating
    oifname "in-*" meta mark {inside} ct status dnat masquerade
  }}
  chain input {{
    type filter hook input priority 0; policy accept;
    tcp dport {port} iifname "in-*" ct status dnat accept
    tcp dport {port} drop
  }}
  chain forward {{
    type filter hook forward priority 0; policy accept;
    tcp flags syn tcp option maxseg size set rt mtu
    ip daddr 169.254.0.0/16 drop
    iifname "in-*" accept
    ct state established,related accept
    ct status dnat accept comment "{mark}"
{closed}
  }}
}}
"""


def still_translated(spec: RouterSpec, connection: Connection) -> bool:
    """Is the connection translated as the router would, or not at all? Not so once its floating address is gone
    or means another machine."""
    first, reply = connection.original, connection.reply
    to_fixed = {fip.floating: fip.fixed for fip in spec.floating}
    own = {address.ip for leg in spec.legs for address in leg.addresses}
    target_changed = first.target != reply.source and reply.source not in own
    if target_changed and to_fixed.get(first.target) != reply.source:
        return False
    source_changed = first.source != reply.target and reply.target not in own
    return not source_changed or to_fixed.get(reply.target) == first.source
