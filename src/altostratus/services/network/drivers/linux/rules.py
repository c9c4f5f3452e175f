"""The text of nftables rules for segments and ports, and which connections they accept. Pure.

How a frame travels: the bridge table (before br_netfilter) checks who sends it and marks it with the sender's
number; the inet table (br_netfilter, so with connection tracking) asks the sender's `out-` chain; the bridge
table marks it with the receiver's number; the inet table asks the receiver's `in-` chain. Legs of ours (DHCP,
routers, the host) and ports without security carry the number of TRUSTED. Whoever is in neither group exchanges
nothing with those who are.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from altostratus.services.network.driver import PortSpec, Rule
from altostratus.services.network.drivers.linux.names import Names
from altostratus.services.network.drivers.linux.netfilter import Connection, Flow

TRUSTED = 0xA1000000
MASK = 0xFF000000
PORTED = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"}
ICMP = 1
ANYWHERE = IPv4Network("0.0.0.0/0")
UNSPECIFIED = IPv4Network("0.0.0.0/32")

_SKELETON = """
table bridge {table} {{
  set members {{ type ifname; }}
  map sources {{ type ifname : verdict; }}
  map targets {{ type ifname : mark; }}
  chain prerouting {{ type filter hook prerouting priority -300; policy accept; }}
  chain input {{ type filter hook input priority -300; policy accept; }}
  chain forward {{ type filter hook forward priority -300; policy accept; }}
  chain deliver {{ }}
  chain postrouting {{ type filter hook postrouting priority -300; policy accept; }}
}}
table inet {table} {{
  map zones {{ typeof iifname : ct zone; }}
  map egress {{ type mark : verdict; }}
  map ingress {{ type mark : verdict; }}
  chain zone {{ type filter hook prerouting priority -310; policy accept; }}
  chain prerouting {{ type filter hook prerouting priority -110; policy accept; }}
  chain forward {{ type filter hook forward priority -10; policy accept; }}
}}
"""


def base_chains(names: Names) -> dict[tuple[str, str], list[str]]:
    """The rules every frame meets, by (family, chain)."""
    ours, legs = f'"{names.bridges}*"', f'"{names.legs}*"'
    stateful = "ct state vmap { established : accept, related : accept, invalid : drop }"
    return {
        ("bridge", "prerouting"): [
            f"iifname {legs} meta mark set {TRUSTED:#x} accept",
            "iifname vmap @sources",
            "iifname @members drop",
        ],
        # a segment's own address is nobody's: the host has a leg where it takes part
        ("bridge", "input"): [f"iifname {legs} drop", "iifname @members drop"],
        ("bridge", "forward"): [
            f"iifname {legs} goto deliver",
            "iifname @members goto deliver",
            f"oifname {legs} drop",
            "oifname @members drop",
        ],
        ("bridge", "deliver"): [
            f"oifname {legs} meta mark set {TRUSTED:#x} accept",
            "meta mark set 0",
            "meta mark set oifname map @targets",
            "meta mark 0 drop",
            f"meta mark {TRUSTED:#x} accept",
            "ether type { ip, arp } accept",
            "drop",
        ],
        # the mark is ours only on the way through the bridge
        ("bridge", "postrouting"): [f"oifname {legs} meta mark set 0", "oifname @members meta mark set 0"],
        ("inet", "zone"): [f"iifname {ours} ct zone set iifname map @zones"],
        ("inet", "prerouting"): [
            f"iifname != {ours} accept",
            f"meta mark {TRUSTED:#x} accept",
            f"meta mark & {MASK:#x} != {TRUSTED:#x} drop",
            stateful,
            "meta mark vmap @egress",
            "drop",
        ],
        ("inet", "forward"): [
            f"iifname != {ours} accept",
            f"meta mark {TRUSTED:#x} accept",
            "udp sport 67 udp dport 68 accept",
            stateful,
            "meta mark vmap @ingress",
            "drop",
        ],
    }


def skeleton_mark(names: Names, chain: tuple[str, str]) -> str:
    """The comment of the last rule of a base chain: whoever finds it finds the chain as we wrote it."""
    rules = base_chains(names)[chain]
    return f"skeleton {hashlib.sha256(repr(rules).encode()).hexdigest()[:16]} {len(rules)}"


def skeleton(names: Names) -> str:
    """Tables, sets, maps and base chains; leaves elements and the chains of ports as they are."""
    lines = [_SKELETON.format(table=names.table)]
    for (family, chain), rules in base_chains(names).items():
        where = f"{family} {names.table} {chain}"
        lines.append(f"flush chain {where}")
        lines += [f"add rule {where} {rule}" for rule in rules[:-1]]
        lines.append(f'add rule {where} {rules[-1]} comment "{skeleton_mark(names, (family, chain))}"')
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class PortMark:
    """The comment of the last rule of each chain of a port."""

    port_id: str
    bridge: str
    digest: str
    rules: int  # in that chain

    def __str__(self) -> str:
        return f"{self.port_id} {self.bridge} {self.digest} {self.rules}"

    @staticmethod
    def parse(comment: str) -> "PortMark | None":
        words = comment.split(" ")
        if len(words) != 4 or not words[3].isdigit():
            return None
        return PortMark(words[0], words[1], words[2], int(words[3]))


def port_chains(spec: PortSpec, mark: int) -> dict[tuple[str, str], list[str]]:
    """The rules of a port's three chains, by (family, chain); a drop follows each."""
    return {
        ("bridge", f"src-{spec.id}"): _source_rules(spec, mark),
        ("inet", f"out-{spec.id}"): _accepts(rule for rule in spec.rules if not rule.ingress),
        ("inet", f"in-{spec.id}"): _accepts(rule for rule in spec.rules if rule.ingress),
    }


def _source_rules(spec: PortSpec, mark: int) -> list[str]:
    """Who may send what: own MAC with own addresses; DHCP requests always; nobody plays DHCP server."""
    if not spec.up:
        return []
    if not spec.secure:
        return [f"meta mark set {TRUSTED:#x} accept"]
    rules = ["udp sport 67 udp dport 68 drop"]
    for mac, networks in sorted(_sources(spec).items()):
        own, probing = _set(networks), _set([*networks, UNSPECIFIED])
        passed = f"meta mark set {mark:#x} accept"
        asking = f"udp sport 68 udp dport 67 meta mark set {TRUSTED:#x} accept"
        rules.append(f"ether saddr {mac} ip saddr {probing} {asking}")
        rules.append(f"ether saddr {mac} ip saddr {own} {passed}")
        rules.append(f"ether saddr {mac} arp saddr ether {mac} arp saddr ip {probing} {passed}")
    return rules


def _sources(spec: PortSpec) -> dict[str, list[IPv4Network]]:
    """MAC to the networks it may send from."""
    sources = {spec.mac.lower(): [IPv4Network(address) for address in spec.addresses]}
    for mac, network in spec.allowed:
        sources.setdefault((mac or spec.mac).lower(), []).append(network)
    return {mac: networks for mac, networks in sources.items() if networks}


def own_networks(spec: PortSpec) -> list[IPv4Network]:
    """Every address the port may have."""
    return list(collapse_addresses(network for networks in _sources(spec).values() for network in networks))


def _accepts(rules: Iterable[Rule]) -> list[str]:
    rendered = (_accept(rule) for rule in rules)
    return list(dict.fromkeys(line for line in rendered if line is not None))


def _accept(rule: Rule) -> str | None:
    """The nftables rule; None when it can match nothing."""
    if rule.remote is not None and not rule.remote:
        return None
    parts = []
    if rule.remote is not None and ANYWHERE not in rule.remote:
        parts.append(f"ip {'saddr' if rule.ingress else 'daddr'} {_set(rule.remote)}")
    if rule.protocol is not None:
        parts.append(_protocol(rule, rule.protocol))
    return " ".join([*parts, "accept"])


def _protocol(rule: Rule, protocol: int) -> str:
    low, high = rule.port_min, rule.port_max
    if protocol == ICMP and low is not None:
        return f"icmp type {low}" + (f" icmp code {high}" if high is not None else "")
    if protocol in PORTED and low is not None:
        return f"{PORTED[protocol]} dport {low}-{low if high is None else high}"
    return f"meta l4proto {protocol}"


def _set(networks: Iterable[IPv4Network]) -> str:
    """An anonymous set; overlaps are merged, since nftables refuses them."""
    collapsed = list(collapse_addresses(networks))
    if ANYWHERE in collapsed:
        return "0.0.0.0-255.255.255.255"
    shown = (str(net.network_address) if net.prefixlen == 32 else str(net) for net in collapsed)
    return "{ " + ", ".join(shown) + " }"


def still_accepted(spec: PortSpec, connection: Connection) -> bool:
    """Would its first packet pass this port's rules today? True for connections of others."""
    if not spec.secure or not spec.up:  # a port that is down passes nothing; its connections may come back
        return True
    first, own = connection.original, own_networks(spec)
    if _within(first.source, own) and not _matches_any(spec.rules, first, ingress=False):
        return False
    return not _within(first.target, own) or _matches_any(spec.rules, first, ingress=True)


def _matches_any(rules: Iterable[Rule], flow: Flow, ingress: bool) -> bool:
    return any(rule.ingress == ingress and _matches(rule, flow) for rule in rules)


def _matches(rule: Rule, flow: Flow) -> bool:
    remote = flow.source if rule.ingress else flow.target
    if rule.remote is not None and not _within(remote, rule.remote):
        return False
    if rule.protocol is None:
        return True
    if rule.protocol != flow.protocol:
        return False
    low, high = rule.port_min, rule.port_max
    if rule.protocol == ICMP:
        return low in (None, flow.sport) and (low is None or high in (None, flow.dport))
    if rule.protocol in PORTED and low is not None:
        return low <= flow.dport <= (low if high is None else high)
    return True


def _within(address: IPv4Address, networks: Iterable[IPv4Network]) -> bool:
    return any(address in network for network in networks)
