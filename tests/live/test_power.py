"""Reboots, stops, starts, and what happens when a guest or its machine ends by itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.live.cloud import LiveCloud, wait
from tests.live.guest import FAREWELL, Guest, connects

pytestmark = [pytest.mark.live, pytest.mark.slow]

GRACEFUL_SECONDS = 25.0
"""Far below the minute, or two, after which a guest that does not obey is switched off."""
SHORT_SECONDS = 3.0


def test_a_soft_reboot_lets_the_guest_go_down_and_starts_it_once(one: Guest) -> None:
    boot, boots, process, farewells = one.wait_login(), one.boots(), one.process(), _farewells(one)
    began = time.monotonic()
    one.act("reboot", {"type": "SOFT"})
    assert _looks_until_it_ends(one, process) == {("REBOOT", "rebooting")}
    assert time.monotonic() - began < GRACEFUL_SECONDS
    one.wait_status("ACTIVE")
    one.wait_reboot(boot)
    assert (one.boots(), _farewells(one)) == (boots + 1, farewells + 1)
    assert one.process() != process
    assert one.console_log().count("user data ended") == 1, "user data runs once an instance, not once a boot"


@pytest.mark.usefixtures("short_of_patience")
def test_a_guest_that_ignores_a_soft_reboot_is_reset_when_its_time_is_up(one: Guest) -> None:
    boot, boots, process, farewells = one.wait_login(), one.boots(), one.process(), _farewells(one)
    one.ask("killall acpid")
    began = time.monotonic()
    one.act("reboot", {"type": "SOFT"})
    assert _looks_until_it_ends(one, process) == {("REBOOT", "rebooting")}
    assert time.monotonic() - began >= SHORT_SECONDS
    one.wait_status("ACTIVE")
    one.wait_reboot(boot)
    assert (one.boots(), _farewells(one)) == (boots + 1, farewells), "its power was cut"


@pytest.fixture
def short_of_patience(cloud: LiveCloud) -> Iterator[None]:
    """A guest that is to reboot gets a few seconds, not two minutes."""
    options = cloud.data / "altostratus.toml"
    cloud.down()
    options.write_text(f"[compute]\nsoft_reboot_timeout = {SHORT_SECONDS}\n")
    cloud.up()
    yield
    cloud.down()
    options.unlink()
    cloud.up()


def _farewells(guest: Guest) -> int:
    return guest.console_log().count(FAREWELL)


def _looks_until_it_ends(guest: Guest, process: int) -> set[tuple[str, str | None]]:
    """Every (status, task) that the API shows while the process is still there."""
    shown: set[tuple[str, str | None]] = set()

    def ended() -> bool:
        server = guest.server
        if _process(guest) == process:
            shown.add((server["status"], server["OS-EXT-STS:task_state"]))
        return _process(guest) != process

    wait("its machine ends", ended, 60)
    return shown


def test_a_hard_reboot_happens_once_in_a_new_machine(one: Guest) -> None:
    boot, boots, process = one.wait_login(), one.boots(), one.process()
    one.act("reboot", {"type": "HARD"})
    one.wait_status("ACTIVE")
    one.wait_reboot(boot)
    assert one.boots() == boots + 1
    assert one.process() != process


def test_a_stopped_guest_powers_itself_off_and_starts_again(one: Guest) -> None:
    boots, farewells = one.boots(), _farewells(one)
    one.wait_login()
    began = time.monotonic()
    one.act("os-stop")
    one.wait_status("SHUTOFF")
    assert time.monotonic() - began < GRACEFUL_SECONDS
    assert _farewells(one) == farewells + 1
    assert not connects(one.floating, 22)
    one.act("os-start")
    one.wait_status("ACTIVE")
    one.wait_login()
    assert one.boots() == boots + 1


def test_a_guest_that_powers_itself_off_stays_off(two: Guest) -> None:
    boots = two.boots()
    two.tell("poweroff")
    two.wait_status("SHUTOFF")  # with no task: nobody means to start it
    assert two.boots() == boots
    two.act("os-start")
    two.wait_login()


def test_a_guest_whose_machine_is_killed_is_started_again(one: Guest) -> None:
    boot, process = one.wait_login(), one.process()
    os.kill(process, signal.SIGKILL)
    wait("another machine", lambda: _process(one) not in (0, process), 30)
    one.wait_reboot(boot)
    one.wait_status("ACTIVE")


def _process(guest: Guest) -> int:
    try:
        return guest.process()
    except (FileNotFoundError, ValueError):  # not there, or just being written
        return 0
