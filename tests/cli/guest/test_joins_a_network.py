"""The tiny guest on a network as a cloud makes it: classless routes, a small MTU, the metadata service."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from altostratus.cli.guest import ensure_guest_image

from .machine import Machine

pytestmark = pytest.mark.live

NAMESPACE = "alto-test-guest"

LINKS = """\
tuntap add tap0 mode tap
address add 10.9.0.1/24 dev tap0
address add 10.9.0.2/24 dev tap0
address add 169.254.169.254/32 dev lo
link set lo up
link set tap0 up
"""

DHCP = [
    "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=tap0", "--bind-interfaces",
    "--dhcp-range=10.9.0.10,10.9.0.10,255.255.255.0", "--dhcp-option=option:mtu,1400", "--no-ping", "--no-resolv",
    "--dhcp-option=option:classless-static-route,169.254.169.254/32,10.9.0.2,0.0.0.0/0,10.9.0.1",
]  # fmt: skip


def ip(*words: str, stdin: str = "") -> None:
    subprocess.run(["ip", *words], input=stdin, text=True, check=True)


@contextmanager
def running(*command: str) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(["ip", "netns", "exec", NAMESPACE, *command], stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            process.kill()


@pytest.fixture
def guest(tmp_path: Path, guest_cache: Path) -> Iterator[Machine]:
    with ExitStack() as stack:
        ip("netns", "add", NAMESPACE)
        stack.callback(ip, "netns", "delete", NAMESPACE)
        ip("-n", NAMESPACE, "-batch", "-", stdin=LINKS)
        machine = Machine(ensure_guest_image(guest_cache, print), tmp_path, namespace=NAMESPACE)
        latest = tmp_path / "served/openstack/latest"
        latest.mkdir(parents=True)
        meta_data = {"uuid": "77", "hostname": "vm-2", "public_keys": {"k": machine.public_key}}
        (latest / "meta_data.json").write_text(json.dumps(meta_data))
        (latest / "user_data").write_text("#!/bin/sh\necho done > /root/witness\n")
        stack.enter_context(running(*DHCP, f"--dhcp-leasefile={tmp_path / 'leases'}"))
        served = ("--bind", "169.254.169.254", "--directory", str(tmp_path / "served"), "80")
        stack.enter_context(running(sys.executable, "-m", "http.server", *served))
        stack.callback(machine.stop)
        machine.start()
        yield machine


def test_takes_routes_mtu_and_metadata(guest: Machine) -> None:
    routes = guest.ssh("ip route")
    assert "default via 10.9.0.1 dev eth0" in routes
    assert "169.254.169.254 via 10.9.0.2 dev eth0" in routes
    assert "mtu 1400" in guest.ssh("ip link show eth0")
    guest.wait_console("user data ended with 0")
    assert "metadata from metadata service: vm-2, 1 key(s)" in guest.console
    assert guest.ssh("cat /root/witness; hostname").split() == ["done", "vm-2"]
