"""Volumes of real guests: what one writes another reads, whatever dies between."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.live.clean_slate import assert_clean_slate
from tests.live.cloud import LiveCloud, wait
from tests.live.guest import Guest
from tests.live.volume import Volume

pytestmark = [pytest.mark.live, pytest.mark.slow]

WRITE = "dd if=/dev/urandom of={0} bs=65536 count=64 conv=fsync 2>/dev/null; dd if={0} bs=65536 count=64 2>/dev/null"
READ = "dd if={0} bs=65536 count=64 iflag=direct 2>/dev/null || dd if={0} bs=65536 count=64 2>/dev/null"
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(5, 60))]


@pytest.fixture
def volume(cloud: LiveCloud) -> Iterator[Volume]:
    made = Volume.make(cloud, name="data")
    yield made
    made.wait_status("available")
    made.check()
    made.delete()
    assert_clean_slate(cloud)


def test_what_one_guest_writes_another_reads(volume: Volume, one: Guest, two: Guest) -> None:
    assert volume.attach(one) == "/dev/vdb"
    volume.wait_status("in-use")
    assert volume.wait_device(one) == "/dev/vdb"
    written = one.ask(f"({WRITE.format('/dev/vdb')}) | md5sum")
    shown = one.server["os-extended-volumes:volumes_attached"]
    assert [each["id"] for each in shown] == [volume.id]
    volume.detach(one)
    volume.wait_status("available")
    assert volume.device_in(one) == ""

    assert volume.attach(two) == "/dev/vdc", "its config drive is /dev/vdb"
    assert volume.wait_device(two) == "/dev/vdc"
    assert two.ask(f"({READ.format('/dev/vdc')}) | md5sum") == written
    volume.detach(two)


def test_a_volume_stays_through_stop_start_and_reboot(volume: Volume, one: Guest) -> None:
    one.act("os-stop")
    one.wait_status("SHUTOFF")
    volume.attach(one)
    volume.wait_status("in-use")
    one.act("os-start")
    one.wait_login()
    written = one.ask(f"({WRITE.format(volume.wait_device(one))}) | md5sum")
    boot = one.wait_login()
    one.act("reboot", {"type": "HARD"})
    one.wait_reboot(boot)
    assert one.ask(f"({READ.format(volume.wait_device(one))}) | md5sum") == written
    one.act("os-stop")
    one.wait_status("SHUTOFF")
    volume.detach(one)
    volume.wait_status("available")
    one.act("os-start")
    one.wait_login()
    assert volume.device_in(one) == ""


def test_a_paused_server_gets_a_volume(volume: Volume, one: Guest) -> None:
    one.act("pause")
    one.wait_status("PAUSED")
    volume.attach(one)
    volume.wait_status("in-use")
    one.act("unpause")
    one.wait_status("ACTIVE")
    volume.wait_device(one)
    volume.detach(one)
    volume.wait_no_device(one)


def test_a_server_boots_from_a_volume_which_goes_with_it(cloud: LiveCloud, one: Guest) -> None:
    guest, volume = _boot_from_volume(cloud, one)
    try:
        wait("it boots", lambda: guest.boots() == 1)
        assert guest.server["image"] == ""
        guest.act("reboot", {"type": "HARD"})
        wait("it boots again, from what it wrote", lambda: guest.boots() == 2)
        guest.act("os-stop")
        guest.wait_status("SHUTOFF")
        volume.check()
    finally:
        cloud.api.delete(f"/compute/v2.1/servers/{guest.id}")
        cloud.wait_gone(guest.id)
    volume.wait_gone()
    assert_clean_slate(cloud)


def _boot_from_volume(cloud: LiveCloud, like: Guest) -> tuple[Guest, Volume]:
    server = like.server
    flavors = cloud.api.get("/compute/v2.1/flavors")["flavors"]
    device = {
        "boot_index": 0,
        "uuid": server["image"]["id"],
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
        "delete_on_termination": True,
    }
    wish = {
        "name": "from-volume",
        "imageRef": "",
        "flavorRef": next(f["id"] for f in flavors if f["name"] == server["flavor"]["original_name"]),
        "networks": [{"uuid": like.port["network_id"]}],
        "key_name": server["key_name"],
        "block_device_mapping_v2": [device],
    }
    made = Guest(cloud, cloud.api.post("/compute/v2.1/servers", {"server": wish})["server"]["id"])
    made.wait_status("ACTIVE")
    [attached] = made.server["os-extended-volumes:volumes_attached"]
    return made, Volume(cloud, attached["id"])


# -- death between steps ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """What is asked of the cloud that will die, and at which steps it may; `check` says what must come of it."""

    do: Callable[[Volume, Guest], object]
    check: Callable[[Volume, Guest], object]
    steps: tuple[str, ...]


def _attached(volume: Volume, guest: Guest) -> None:
    volume.wait_status("in-use")
    device = volume.wait_device(guest)
    assert guest.ask(f"({READ.format(device)}) | md5sum")


def _detached(volume: Volume, guest: Guest) -> None:
    volume.wait_status("available")
    assert volume.device_in(guest) == ""
    volume.check()


ATTACH = Deed(Volume.attach, _attached, ("Connect", "EnsureDefined", "EnsureAttached"))
DETACH = Deed(Volume.detach, _detached, ("EnsureDefined", "AskDetach", "Release", "Disconnect", "ForgetAttachment"))


@pytest.fixture(scope="module")
def tried(cloud: LiveCloud) -> Iterator[Volume]:
    made = Volume.make(cloud, name="tried")
    yield made
    made.delete()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_a_step_it_ends_attached_or_detached(tried: Volume, one: Guest, seed: int) -> None:
    """Attaching and detaching by turns, each killed once: what was written by the last is there for the next."""
    chance = random.Random(seed)
    if tried.shown["status"] == "in-use":
        _killed(tried, one, DETACH, chance)
    _killed(tried, one, ATTACH, chance)
    device = tried.wait_device(one)
    written = one.ask(f"({WRITE.format(device)}) | md5sum")
    _killed(tried, one, DETACH, chance)
    tried.attach(one)
    tried.wait_status("in-use")
    assert one.ask(f"({READ.format(tried.wait_device(one))}) | md5sum") == written
    tried.detach(one)
    _detached(tried, one)
    assert_clean_slate(one.cloud)


def _killed(volume: Volume, guest: Guest, deed: Deed, chance: random.Random) -> None:
    cloud = guest.cloud
    step, when = chance.choice(deed.steps), chance.choice(("before", "after"))
    cloud.kill()
    doomed = cloud.up_to_die(when, step)
    try:
        deed.do(volume, guest)
        wait(f"it dies {when} {step}", lambda: doomed.poll() is not None, 60)
    finally:
        doomed.kill()
        assert doomed.wait() == -signal.SIGKILL
    cloud.up()
    deed.check(volume, guest)
