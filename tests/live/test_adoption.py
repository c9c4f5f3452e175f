"""Guests and networks go on while the control plane is dead, and are adopted when it returns."""

from __future__ import annotations

import pytest

from tests.live.clean_slate import assert_clean_slate
from tests.live.cloud import LiveCloud
from tests.live.guest import Guest, boot_id
from tests.live.test_guests import METADATA

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_guests_outlive_the_control_plane(cloud: LiveCloud, one: Guest, two: Guest) -> None:
    boot, process, address = one.wait_login(), one.process(), one.floating
    two_address, boots = two.floating, two.boots()
    with one.talk() as talk:
        assert talk.says("before") == "before"
        cloud.kill()
        assert talk.says("while it is dead") == "while it is dead"
        assert boot_id(cloud, address) == boot, "new connections too"
        two.tell("poweroff", two_address)
        cloud.up()
        assert talk.says("after") == "after"
    one.wait_status("ACTIVE")
    assert (one.process(), one.wait_login()) == (process, boot)
    assert one.id in one.ask(f"timeout 10 wget -q -O - {METADATA}meta_data.json")
    two.wait_status("SHUTOFF")
    assert two.boots() == boots, "it powered itself off while nobody looked, and stays off"
    two.act("os-start")
    two.wait_login()
    assert_clean_slate(cloud)
