"""Who may talk to a guest, and what a guest may claim to be: rules in force, cut again, and anti-spoofing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.cloud import LiveCloud, wait
from tests.live.guest import Guest, connects, ssh

pytestmark = [pytest.mark.live, pytest.mark.slow]

PORT = 8080
FALSE = "10.42.0.250"
FALSE_MAC = "fa:16:3e:99:99:99"


@pytest.fixture
def groups(one: Guest, two: Guest) -> Iterator[tuple[str, str]]:
    """Two empty groups beside those that the guests have: `door` on the first guest, `friends` on nobody yet."""
    own = one.port["security_groups"]
    door, friends = (_group(one.cloud, name) for name in ("door", "friends"))
    one.set_groups(*own, door)
    yield door, friends
    for guest in (one, two):
        guest.set_groups(*own)
    for group in (door, friends):
        one.cloud.api.delete(f"/network/v2.0/security-groups/{group}")


@pytest.fixture
def echo(one: Guest) -> Iterator[str]:
    """The first guest sends back what comes to PORT; its address."""
    one.ask(f"setsid nc -ll -p {PORT} -e cat > /dev/null 2>&1 < /dev/null &")
    yield one.floating
    one.ask("killall nc cat 2> /dev/null; :")


def test_a_port_is_closed_until_a_rule_opens_it_and_again_after(one: Guest, groups: tuple[str, str], echo: str) -> None:
    assert not connects(echo, PORT)
    rule = _allow(one.cloud, groups[0], {"remote_ip_prefix": "0.0.0.0/0"})
    wait("the port opens", lambda: connects(echo, PORT, 0.5), 15)
    with socket.create_connection((echo, PORT), 5) as connection:
        assert _echoed(connection, b"first")
        one.cloud.api.delete(f"/network/v2.0/security-group-rules/{rule}")
        wait("the port closes", lambda: not connects(echo, PORT, 1), 15)
        assert not _echoed(connection, b"second"), "what was established is cut too"
    assert connects(echo, 22)


def test_guests_talk_as_their_groups_allow(one: Guest, two: Guest, groups: tuple[str, str], echo: str) -> None:
    door, friends = groups
    own = list(two.port["security_groups"])
    target = one.fixed

    def heard() -> bool:
        return two.ask(f"echo hello | timeout 2 nc -w 1 {target} {PORT} || :") == "hello"

    assert not heard()
    _allow(one.cloud, door, {"remote_group_id": friends})
    two.set_groups(*own, friends)
    wait("friends are let in", heard, 20)
    two.set_groups(*own)
    wait("who is no friend any more is not", lambda: not heard(), 20)
    assert " 0% packet loss" in two.ask(f"ping -c 1 -W 3 {target}"), "what another group allows goes on"


def test_a_guest_cannot_take_another_address(one: Guest, two: Guest) -> None:
    target = one.fixed
    assert _echo_requests(one, two, f"ping -c 2 -W 1 {target}") >= 2
    lie = f"ip address add {FALSE}/24 dev eth0; ping -c 2 -W 1 -I {FALSE} {target}; ip address del {FALSE}/24 dev eth0"
    assert _echo_requests(one, two, lie) == 0


def test_a_guest_cannot_take_another_mac(one: Guest, two: Guest) -> None:
    target, mine, mac = one.fixed, two.fixed, two.port["mac_address"]
    assert two.ask(f"arping -c 1 -w 3 -I eth0 {target} > /dev/null; echo $?") == "0"
    lie = (
        f"ip link set eth0 address {FALSE_MAC}; arping -c 2 -w 2 -I eth0 {target} > /dev/null; echo $? > /tmp/lie; "
        f"arping -c 2 -U -I eth0 {mine} > /dev/null; ip link set eth0 address {mac}"
    )
    two.ask(f"rm -f /tmp/lie; setsid sh -c '{lie}; echo done >> /tmp/lie' > /dev/null 2>&1 < /dev/null &")
    said = wait("the lie is told", lambda: _told(two), 30)
    assert said == ["1", "done"]
    assert FALSE_MAC not in one.ask("cat /proc/net/arp")


def _told(guest: Guest) -> list[str]:
    # as long as it lies it cannot be reached
    words = ssh(guest.cloud, guest.floating, "cat /tmp/lie", 10).stdout.split()
    return words if words[-1:] == ["done"] else []


def _echo_requests(target: Guest, sender: Guest, command: str) -> int:
    """How many pings arrive at the target while the sender runs a command."""
    count = "awk '/^Icmp: [0-9]/ {print $10}' /proc/net/snmp"
    before = int(target.ask(count))
    sender.ask(f"{command}; :")
    return int(target.ask(count)) - before


def _echoed(connection: socket.socket, words: bytes) -> bool:
    connection.settimeout(2)
    try:
        connection.sendall(words)
        return connection.recv(64) == words
    except OSError:
        return False


def _group(cloud: LiveCloud, name: str) -> str:
    made = cloud.api.post("/network/v2.0/security-groups", {"security_group": {"name": name}})
    return str(made["security_group"]["id"])


def _allow(cloud: LiveCloud, group: str, who: dict[str, Any]) -> str:
    """Lets TCP to PORT in; the rule's id."""
    rule = {"security_group_id": group, "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
            "port_range_min": PORT, "port_range_max": PORT, **who}  # fmt: skip
    made = cloud.api.post("/network/v2.0/security-group-rules", {"security_group_rule": rule})
    return str(made["security_group_rule"]["id"])
