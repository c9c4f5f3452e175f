"""Reboots, stops, starts, and what happens when a guest or its machine ends by itself."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.live.cloud import wait
from tests.live.guest import FAREWELL, Guest, connects

pytestmark = [pytest.mark.live, pytest.mark.slow]

GRACEFUL_SECONDS = 25.0
"""Far below the minute after which a guest that does not obey is switched off."""


def test_a_soft_reboot_happens_once_in_the_same_machine(one: Guest) -> None:
    boot, boots, process = one.wait_login(), one.boots(), one.process()
    one.act("reboot", {"type": "SOFT"})
    one.wait_reboot(boot)
    one.wait_status("ACTIVE")
    assert float(one.ask("cut -d' ' -f1 /proc/uptime")) < GRACEFUL_SECONDS
    assert (one.boots(), one.process()) == (boots + 1, process)
    assert one.console_log().count("user data ended") == 1, "user data runs once an instance, not once a boot"


def test_a_hard_reboot_happens_once_in_a_new_machine(one: Guest) -> None:
    boot, boots, process = one.wait_login(), one.boots(), one.process()
    one.act("reboot", {"type": "HARD"})
    one.wait_status("ACTIVE")
    one.wait_reboot(boot)
    assert one.boots() == boots + 1
    assert one.process() != process


def test_a_stopped_guest_powers_itself_off_and_starts_again(one: Guest) -> None:
    boots, farewells = one.boots(), one.console_log().count(FAREWELL)
    one.wait_login()
    began = time.monotonic()
    one.act("os-stop")
    one.wait_status("SHUTOFF")
    assert time.monotonic() - began < GRACEFUL_SECONDS
    assert one.console_log().count(FAREWELL) == farewells + 1
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
    except FileNotFoundError:
        return 0
