"""The host's part in external networks: an address on the segment, and a way out by masquerading."""

from altostratus.services.network.driver import NetworkSpec
from altostratus.services.network.drivers.linux.names import Label, Names, short
from altostratus.services.network.drivers.linux.privileged import Link, Privileged, Veth

FORWARD = "net/ipv4/ip_forward"


class External:
    """The host is plugged into a segment like anybody else, by a veth: so the filters of ports see its frames."""

    def __init__(self, names: Names, privileged: Privileged) -> None:
        self._names = names
        self._privileged = privileged

    def ensure(self, spec: NetworkSpec, bridge: str) -> None:
        table = self._names.uplink_table(spec.id)
        if spec.host_address:
            self._ensure_leg(spec, bridge)
        else:
            self._privileged.remove_link(self._names.leg("host", spec.id))
        if spec.uplink:
            self._privileged.set_sysctl(FORWARD, "1")
            self._ensure_table(spec, table)
        else:
            self._privileged.remove_table("ip", table)

    def remove(self, network_id: str) -> None:
        self._privileged.remove_link(self._names.leg("host", network_id))
        self._privileged.remove_table("ip", self._names.uplink_table(network_id))

    def has_uplink(self, network_id: str, tables: set[tuple[str, str]]) -> bool:
        """Also that the host forwards: another cloud on it may have put that back as it found it."""
        return ("ip", self._names.uplink_table(network_id)) in tables and self._privileged.sysctl(FORWARD) == "1"

    def is_alive(self, network_id: str, bridge: str, links: dict[str, Link]) -> bool:
        leg = links.get(self._names.leg("host", network_id))
        return leg is not None and leg.master == bridge and self._names.leg("host-l3", network_id) in links

    def _ensure_leg(self, spec: NetworkSpec, bridge: str) -> None:
        leg, inner = self._names.leg("host", spec.id), self._names.leg("host-l3", spec.id)
        alias = str(Label("host", spec.id))
        self._privileged.ensure_veth(Veth(leg, bridge, inner, None, None, spec.mtu, alias))
        self._privileged.ensure_addresses(inner, spec.host_address)

    def _ensure_table(self, spec: NetworkSpec, table: str) -> None:
        rules = uplink_rules(spec, self._names)
        there = [item["rule"] for item in self._privileged.rules("ip", table) if "rule" in item]
        if len(there) != len(rules) or there[-1].get("comment") != _mark(rules):
            self._privileged.apply_rules(render_uplink(rules, table), tables=[("ip", table)])


def uplink_rules(spec: NetworkSpec, names: Names) -> list[str]:
    """As 'chain rule'. What goes to another segment of ours keeps its address, and so does what only crosses a
    bridge, which comes by here too."""
    sources = sorted({str(subnet.cidr) for subnet in spec.subnets} | {str(a.network) for a in spec.host_address})
    out = f'oifname != "{names.legs}*" oifname != "{names.bridges}*" oifname != "lo"'
    masquerade = [f"postrouting ip saddr {source} {out} masquerade" for source in sources]
    # beyond the host the MTU may be smaller, and not every network lets ICMP say so
    return [*masquerade, f'forward iifname "{names.legs}*" tcp flags syn tcp option maxseg size set rt mtu']


def render_uplink(rules: list[str], table: str) -> str:
    """Replaces the table of one network in one transaction."""
    chains = (
        "chain postrouting { type nat hook postrouting priority srcnat; policy accept; }",
        "chain forward { type filter hook forward priority -150; policy accept; }",
    )
    lines = [f"table ip {table}", f"delete table ip {table}", f"table ip {table} {{", *chains, "}"]
    lines += [f"add rule ip {table} {rule}" for rule in rules[:-1]]
    lines.append(f'add rule ip {table} {rules[-1]} comment "{_mark(rules)}"')
    return "\n".join(lines) + "\n"


def _mark(rules: list[str]) -> str:
    return f"uplink {short(*rules)}"
