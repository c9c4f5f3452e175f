"""`alto demo` from nothing and again; backup and restore while the guest runs; purge leaves the host as it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from altostratus.cli.archive import JOURNALS, STATE
from tests.live.clean_slate import assert_clean_slate, assert_left_as_before, host_picture
from tests.live.cloud import LiveCloud
from tests.live.guest import Guest, boot_id

pytestmark = [pytest.mark.live, pytest.mark.slow]

AGAIN_SECONDS = 10.0


@pytest.fixture
def demo(workplace: Path) -> Iterator[LiveCloud]:
    """A cloud that is not there yet, with a port chosen for it."""
    made = LiveCloud(workplace / "demo", workplace / "home")
    made.data.mkdir(mode=0o711)
    (made.data / "altostratus.toml").write_text(f'address = "127.0.0.1"\nport = {made.port}\n')
    yield made
    if (made.data / "format").exists():
        made.alto("down", "--purge")


def test_the_demo_and_what_an_operator_does_next(demo: LiveCloud, tmp_path: Path) -> None:
    before = host_picture(demo.data)
    assert "host name  demo" in demo.alto("demo")
    made = _resources(demo)
    began = time.monotonic()
    assert "host name  demo" in demo.alto("demo")
    assert time.monotonic() - began < AGAIN_SECONDS
    assert _resources(demo) == made, "a second run reuses everything"
    _lose_and_restore(demo, tmp_path / "backup.tar")
    assert _resources(demo) == made
    demo.alto("rm", "demo")
    assert_clean_slate(demo)
    demo.alto("down", "--purge")
    assert_left_as_before(before, demo.data)
    assert not demo.data.exists()


def _lose_and_restore(demo: LiveCloud, archive: Path) -> None:
    """All that the control plane knows is lost; the guest never hears of it."""
    guest = Guest(demo, demo.server("demo")["id"])
    address, process, boot = guest.floating, guest.process(), guest.wait_login()
    demo.alto("backup", str(archive))
    demo.kill()
    for name in (*STATE, *JOURNALS):
        _remove(demo.data / name)
    assert "alto: " in demo.run("down").stderr
    demo.alto("restore", str(archive))
    demo.alto("up", "-d")
    guest.wait_status("ACTIVE")
    assert (guest.process(), boot_id(demo, address)) == (process, boot)
    assert_clean_slate(demo)
    refused = demo.run("restore", str(archive))
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr


def _remove(path: Path) -> None:
    for inner in sorted(path.rglob("*"), reverse=True):
        inner.rmdir() if inner.is_dir() else inner.unlink()
    if path.exists():
        path.rmdir() if path.is_dir() else path.unlink()


def _resources(cloud: LiveCloud) -> dict[str, Any]:
    """The ids of everything there is."""
    api = cloud.api
    network = ("networks", "subnets", "routers", "ports", "floatingips", "security-groups", "security-group-rules")
    found = {name: api.get(f"/network/v2.0/{name}")[name.replace("-", "_")] for name in network}
    found["servers"] = api.get("/compute/v2.1/servers")["servers"]
    found["images"] = api.get("/image/v2/images")["images"]
    ids: dict[str, Any] = {name: sorted(each["id"] for each in things) for name, things in found.items()}
    keypairs = api.get("/compute/v2.1/os-keypairs")["keypairs"]
    return {**ids, "keypairs": sorted(each["keypair"]["name"] for each in keypairs)}
