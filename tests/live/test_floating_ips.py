"""Floating IPs move between guests, and what went through one is cut when it leaves."""

from __future__ import annotations

import pytest

from tests.live.cloud import wait
from tests.live.guest import Guest, boot_id, connects

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_a_floating_ip_leaves_one_guest_for_another(one: Guest, two: Guest) -> None:
    first, second = one.wait_login(), two.wait_login()
    of_one, of_two = one.floating, two.floating
    with one.talk() as talk:
        assert talk.says("still here?") == "still here?"
        _attach(one, of_one, None)
        wait("it is cut", lambda: not connects(of_one, 22, 1), 15)
        assert talk.says("and now?") == "", "what was established is cut too"
    _attach(two, of_two, None)
    _attach(two, of_one, two)
    _attach(one, of_two, one)
    wait("it leads to the other", lambda: boot_id(one.cloud, of_one) == second, 30)
    wait("and the other way", lambda: boot_id(one.cloud, of_two) == first, 30)


def _attach(guest: Guest, address: str, to: Guest | None) -> None:
    found = guest.cloud.find("/network/v2.0/floatingips", "floatingips", floating_ip_address=address)
    body = {"floatingip": {"port_id": to.port["id"] if to else None}}
    guest.cloud.api.put(f"/network/v2.0/floatingips/{found['id']}", body)
