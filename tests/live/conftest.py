"""One real cloud for the whole suite, with two guests that tests share: `one` has what `alto launch` gives, `two` a
config drive. A test leaves them running and reachable."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from altostratus.cli import places
from altostratus.cli.guest import ensure_guest_image
from altostratus.cli.host.prepare import prepare_host
from tests.live.clean_slate import assert_left_as_before, host_picture
from tests.live.cloud import LiveCloud, wait
from tests.live.guest import Guest

SCRIPT = "#!/bin/sh\necho $(hostname) has run its user data > /root/user-data\n"


@pytest.fixture(scope="session")
def guest_image() -> Path:
    """The tiny guest, from the cache in which `alto demo` keeps it too."""
    return ensure_guest_image(places.cache_dir() / "guest", print)


@pytest.fixture(scope="session")
def workplace(guest_image: Path) -> Iterator[Path]:
    """A folder that QEMU's user may pass through, with a home that shares our cache. At the end this machine is as
    prepared for guests as before: a purge takes that back."""
    if os.geteuid() != 0:
        pytest.fail("real guests need root: sudo ./alto test")
    folder = Path(mkdtemp(prefix="alto-live-", dir="/var/tmp"))
    folder.chmod(0o711)
    (folder / "home/.cache").mkdir(parents=True)
    (folder / "home/.cache/altostratus").symlink_to(places.cache_dir())
    prepare_host(print)
    yield folder
    prepare_host(print)
    if not list(folder.glob("*/format")):  # else a purge failed, and needs what is there to be tried again
        rmtree(folder)


@pytest.fixture(scope="session")
def cloud(workplace: Path, guest_image: Path) -> Iterator[LiveCloud]:
    """A cloud that is up, with the guest image in it."""
    made = LiveCloud(workplace / "cloud", workplace / "home")
    before = host_picture(made.data)
    try:
        made.up()
        made.alto("image", "add", str(guest_image), "--name", "tinyguest", "--public")
        yield made
    finally:
        if (made.data / "format").exists():
            made.alto("down", "--purge")
            assert_left_as_before(before, made.data)


@pytest.fixture(scope="session")
def pair(cloud: LiveCloud, workplace: Path) -> tuple[Guest, Guest]:
    """Both guests, started together."""
    script = workplace / "script"
    script.write_text(SCRIPT)
    cloud.alto("launch", "tinyguest", "one", "--user-data", str(script))
    one = Guest(cloud, cloud.server("one")["id"])
    two = Guest(cloud, launch_with_drive(cloud, one, "two"))
    give_floating_ip(two)
    for guest in (one, two):
        guest.wait_login()
    wait("user data ran", lambda: all("user data ended" in guest.console_log() for guest in (one, two)))
    return one, two


def launch_with_drive(cloud: LiveCloud, like: Guest, name: str, network: str = "") -> str:
    """A server like another, with a config drive, on the same network or another; its id."""
    server, port = like.server, like.port
    flavors = cloud.api.get("/compute/v2.1/flavors")["flavors"]
    wanted = {
        "name": name,
        "imageRef": server["image"]["id"],
        "flavorRef": next(f["id"] for f in flavors if f["name"] == server["flavor"]["original_name"]),
        "networks": [{"uuid": network or port["network_id"]}],
        "key_name": server["key_name"],
        "security_groups": [{"name": port["security_groups"][0]}],
        "config_drive": True,
        "user_data": base64.b64encode(SCRIPT.encode()).decode(),
    }
    return str(cloud.api.post("/compute/v2.1/servers", {"server": wanted})["server"]["id"])


def give_floating_ip(guest: Guest) -> str:
    """A new one, on the server's port."""
    external = guest.cloud.find("/network/v2.0/networks", "networks", **{"router:external": True})
    body = {"floating_network_id": external["id"], "port_id": guest.port["id"]}
    made = guest.cloud.api.post("/network/v2.0/floatingips", {"floatingip": body})["floatingip"]
    return str(made["floating_ip_address"])


@pytest.fixture
def one(pair: tuple[Guest, Guest]) -> Guest:
    return _running(pair[0])


@pytest.fixture
def two(pair: tuple[Guest, Guest]) -> Guest:
    return _running(pair[1])


def _running(guest: Guest) -> Guest:
    """A test that failed may have left it off: that is no fault of the next."""
    if guest.server["status"] == "SHUTOFF":
        guest.act("os-start")
        guest.wait_login()
    return guest
