"""What a guest is given: address, name, MTU, key, user data, metadata both ways, consoles."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.live.cloud import LiveCloud
from tests.live.guest import Guest

pytestmark = [pytest.mark.live, pytest.mark.slow]

METADATA = "http://169.254.169.254/openstack/latest/"


def test_a_guest_is_what_the_api_says(one: Guest) -> None:
    server, port = one.server, one.port
    network = one.cloud.find("/network/v2.0/networks", "networks", id=port["network_id"])
    assert one.ask("hostname") == server["name"] == "one"
    assert f"inet {one.fixed}/24 " in one.ask("ip -4 address show dev eth0")
    assert one.ask("cat /sys/class/net/eth0/address") == port["mac_address"]
    assert one.ask("cat /sys/class/net/eth0/mtu") == str(network["mtu"])
    assert one.ask("grep -c ^processor /proc/cpuinfo") == str(server["flavor"]["vcpus"])
    assert one.ask("cat /root/user-data") == "one has run its user data"
    addresses = {a["addr"] for group in server["addresses"].values() for a in group}
    assert addresses == {one.fixed, one.floating}


def test_metadata_comes_by_the_service(one: Guest) -> None:
    assert "metadata from metadata service: one, 1 key(s)" in one.console_log()
    found = json.loads(one.ask(f"timeout 10 wget -q -O - {METADATA}meta_data.json"))
    assert (found["uuid"], found["name"]) == (one.id, "one")
    assert "user_data" in one.ask(f"timeout 10 wget -q -O - {METADATA}").split()
    assert one.ask(f"timeout 10 wget -q -O - {METADATA}no-such-thing 2> /dev/null || echo none") == "none"


def test_metadata_comes_by_the_config_drive(two: Guest) -> None:
    log = two.console_log()
    assert "metadata from config drive: two, 1 key(s)" in log
    assert "user data ended with 0" in log
    drive = "mount -o ro $(findfs LABEL=config-2) /mnt && cat /mnt/openstack/latest/meta_data.json; umount /mnt"
    assert json.loads(two.ask(drive))["uuid"] == two.id
    asked = two.ask(f"timeout 10 wget -q -O - {METADATA}meta_data.json")
    assert json.loads(asked)["uuid"] == two.id, "the service tells guests of one network apart"


def test_the_world_is_reached_from_inside(one: Guest) -> None:
    gateway = one.cloud.find("/network/v2.0/subnets", "subnets", network_id=_external(one.cloud))["gateway_ip"]
    assert " 0% packet loss" in one.ask(f"ping -c 2 -W 3 {gateway}")


def test_the_console_is_interactive(one: Guest) -> None:
    path = f"/compute/v2.1/servers/{one.id}/remote-consoles"
    body = {"remote_console": {"protocol": "serial", "type": "serial"}}
    url = one.cloud.api.post(path, body)["remote_console"]["url"]
    assert urlsplit(url).port == one.cloud.port
    with connect(url, subprotocols=[Subprotocol("binary")], open_timeout=10) as stream:
        stream.send(b"\n")
        said = b""
        while b"login:" not in said:
            chunk = stream.recv(timeout=20)
            said += chunk if isinstance(chunk, bytes) else chunk.encode()
    with pytest.raises(InvalidStatus, match="403"):
        connect(url.replace("token=", "token=x"), open_timeout=10)


def test_the_command_shows_and_enters_it(one: Guest) -> None:
    assert "one" in one.cloud.alto("ls")
    assert "ACTIVE" in one.cloud.alto("status", "one")
    assert one.cloud.alto("ssh", "one", "--", "uname").strip() == "Linux"


def _external(cloud: LiveCloud) -> str:
    return str(cloud.find("/network/v2.0/networks", "networks", **{"router:external": True})["id"])
