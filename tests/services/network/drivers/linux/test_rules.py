"""Rules of ports as text, and the same rules applied to connections."""

import subprocess
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from altostratus.services.network.driver import PortSpec, Rule
from altostratus.services.network.drivers.linux import rules
from altostratus.services.network.drivers.linux.names import Names
from altostratus.services.network.drivers.linux.netfilter import Connection, Flow
from altostratus.services.network.drivers.linux.rules import TRUSTED, PortMark, port_chains, still_accepted

OWN, OTHER, STRANGER = IPv4Address("10.0.0.5"), IPv4Address("10.0.0.9"), IPv4Address("192.168.9.9")
PORT = PortSpec("p1", "n1", "tap1", "02:00:00:00:00:0A", (OWN,))
MARK = TRUSTED + 7


def ingress(*accepted: Rule) -> list[str]:
    return port_chains(replace(PORT, rules=accepted), MARK)["inet", "in-p1"]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(True), "accept"),
        (Rule(True, remote=(IPv4Network("0.0.0.0/0"),)), "accept"),
        (Rule(True, protocol=6), "meta l4proto 6 accept"),
        (Rule(True, 6, 22, 22), "tcp dport 22-22 accept"),
        (Rule(True, 17, 53), "udp dport 53-53 accept"),
        (Rule(True, 1), "meta l4proto 1 accept"),
        (Rule(True, 1, 8), "icmp type 8 accept"),
        (Rule(True, 1, 3, 4), "icmp type 3 icmp code 4 accept"),
        (Rule(True, 112), "meta l4proto 112 accept"),
        (Rule(True, remote=(IPv4Network("10.0.0.9/32"),)), "ip saddr { 10.0.0.9 } accept"),
    ],
)
def test_a_rule_becomes_one_line(rule: Rule, text: str) -> None:
    assert ingress(rule) == [text]


def test_overlapping_remotes_are_merged_since_nftables_refuses_them() -> None:
    remote = IPv4Network("10.0.0.0/8"), IPv4Network("10.1.0.0/16"), IPv4Network("10.2.3.4/32")
    assert ingress(Rule(True, remote=remote)) == ["ip saddr { 10.0.0.0/8 } accept"]


def test_an_empty_group_matches_nobody_and_equal_rules_are_one() -> None:
    assert ingress(Rule(True, remote=())) == []
    assert ingress(Rule(True, 6, 1, 2), Rule(True, 6, 1, 2)) == ["tcp dport 1-2 accept"]


def test_egress_looks_at_the_destination() -> None:
    chains = port_chains(replace(PORT, rules=(Rule(False, remote=(IPv4Network("10.0.0.9/32"),)),)), MARK)
    assert chains["inet", "out-p1"] == ["ip daddr { 10.0.0.9 } accept"]
    assert chains["inet", "in-p1"] == []


def test_only_own_and_allowed_pairs_may_be_sources() -> None:
    allowed = ((None, IPv4Network("10.0.8.0/24")), ("02:00:00:00:00:bb", IPv4Network("10.0.9.1/32")))
    lines = port_chains(replace(PORT, allowed=allowed), MARK)["bridge", "src-p1"]
    assert lines[0] == "udp sport 67 udp dport 68 drop"
    assert f"ether saddr 02:00:00:00:00:0a ip saddr {{ 10.0.0.5, 10.0.8.0/24 }} meta mark set {MARK:#x} accept" in lines
    assert f"ether saddr 02:00:00:00:00:bb ip saddr {{ 10.0.9.1 }} meta mark set {MARK:#x} accept" in lines
    assert not any("bb" in line and "10.0.0.5" in line for line in lines)


def test_insecure_is_trusted_and_down_is_nothing() -> None:
    insecure = port_chains(replace(PORT, secure=False), MARK)
    assert insecure["bridge", "src-p1"] == [f"meta mark set {TRUSTED:#x} accept"]
    assert port_chains(replace(PORT, secure=False, up=False), MARK)["bridge", "src-p1"] == []


def test_a_mark_survives_being_written_and_read() -> None:
    mark = PortMark("x" * 64, "ab1234-abcdefgh", "f" * 16, 12345)
    assert PortMark.parse(str(mark)) == mark
    assert len(str(mark)) <= 128, "nftables keeps 128 bytes of comment"
    assert PortMark.parse("somebody else's comment") is None


def connection(source: IPv4Address, target: IPv4Address, protocol: int, sport: int, dport: int) -> Connection:
    first = Flow(source, target, protocol, sport, dport)
    return Connection(first, Flow(target, source, protocol, dport, sport))


SSH = Rule(True, 6, 22, 22, (IPv4Network("10.0.0.0/24"),))


@pytest.mark.parametrize(
    ("accepted", "tracked", "expected"),
    [
        ((SSH,), connection(OTHER, OWN, 6, 4000, 22), True),
        ((SSH,), connection(OTHER, OWN, 6, 4000, 23), False),
        ((SSH,), connection(OTHER, OWN, 17, 4000, 22), False),
        ((SSH,), connection(STRANGER, OWN, 6, 4000, 22), False),
        ((SSH,), connection(OWN, OTHER, 6, 4000, 22), False),  # no egress rule
        ((SSH,), connection(OTHER, STRANGER, 6, 4000, 99), True),  # somebody else's
        ((Rule(False),), connection(OWN, OTHER, 47, 0, 0), True),
        ((Rule(True, 1, 8, 0),), connection(OTHER, OWN, 1, 8, 0), True),
        ((Rule(True, 1, 8),), connection(OTHER, OWN, 1, 13, 0), False),
        ((Rule(True, 1),), connection(OTHER, OWN, 1, 13, 0), True),
        ((Rule(True, 6, 80, 90),), connection(OTHER, OWN, 6, 1, 91), False),
    ],
)
def test_connections_are_judged_by_their_first_packet(
    accepted: tuple[Rule, ...], tracked: Connection, expected: bool
) -> None:
    assert still_accepted(replace(PORT, rules=accepted), tracked) is expected


def test_an_insecure_port_refuses_no_connection() -> None:
    assert still_accepted(replace(PORT, secure=False), connection(STRANGER, OWN, 6, 1, 1))


NETWORKS = st.builds(
    lambda number, length: IPv4Network((number >> (32 - length) << (32 - length), length)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
PORTS = st.integers(0, 65535)


@st.composite
def any_rule(draw: st.DrawFn) -> Rule:
    protocol = draw(st.none() | st.integers(0, 255) | st.sampled_from([1, 6, 17, 132]))
    low, high = sorted((draw(PORTS), draw(PORTS)))
    if protocol == 1:
        low, high = low % 256, high % 256
    remote = draw(st.none() | st.lists(NETWORKS, max_size=4).map(tuple))
    has_ports = draw(st.booleans())
    return Rule(draw(st.booleans()), protocol, low if has_ports else None, high if has_ports else None, remote)


@pytest.mark.live
@settings(max_examples=30, deadline=None)
@given(st.lists(any_rule(), max_size=6), st.lists(NETWORKS, max_size=4))
def test_nftables_understands_every_port(accepted: list[Rule], allowed: list[IPv4Network]) -> None:
    names = Names("t3st")
    spec = replace(PORT, rules=tuple(accepted), allowed=tuple((None, network) for network in allowed))
    text = rules.skeleton(names)
    for (family, chain), lines in port_chains(spec, MARK).items():
        text += f"add chain {family} {names.table} {chain}\n"
        text += "".join(f"add rule {family} {names.table} {chain} {line}\n" for line in lines)
    checked = subprocess.run(["nft", "-c", "-f", "-"], input=text, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
