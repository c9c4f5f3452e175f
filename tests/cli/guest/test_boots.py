"""The tiny guest, really booted: what a cloud expects of an image, asked of the image alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from altostratus.cli.guest import ensure_guest_image

from .machine import Machine, write_config_drive

pytestmark = pytest.mark.live

SCRIPT = b'#!/bin/sh\necho "ran on $(hostname)" >> /root/witness\n'


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory, guest_cache: Path) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("guest")
    image = ensure_guest_image(guest_cache, print)
    machine = Machine(image, folder, config_drive=folder / "config.iso")
    keys = {"mine": machine.public_key, "other": 'ssh-rsa AAAAother with "quotes" and \\ in it'}
    meta_data: dict[str, object] = {"uuid": "5b0c", "hostname": "vm-1.novalocal", "public_keys": keys, "random": [1]}
    write_config_drive(folder / "config.iso", meta_data, SCRIPT)
    machine.start()
    try:
        yield machine
    finally:
        machine.stop()


def test_lets_in_whoever_has_the_key(guest: Machine) -> None:
    started = time.monotonic()
    assert guest.ssh("id -un; hostname").split() == ["root", "vm-1"]
    assert time.monotonic() - started < 60
    assert guest.ssh("cat /root/.ssh/authorized_keys").splitlines()[1] == (
        'ssh-rsa AAAAother with "quotes" and \\ in it'
    )


def test_takes_address_route_and_resolver_from_dhcp(guest: Machine) -> None:
    assert "10.0.2.15/24" in guest.ssh("ip -4 address show eth0")
    assert "default via 10.0.2.2" in guest.ssh("ip route")
    assert guest.ssh("cat /etc/resolv.conf").split()[:2] == ["nameserver", "10.0.2.3"]


def test_fills_its_disk(guest: Machine) -> None:
    blocks = int(guest.ssh("df -m / | tail -n 1 | awk '{print $2}'"))
    assert 900 < blocks < 1024


def test_files_belong_to_root(guest: Machine) -> None:
    assert guest.ssh("find / -xdev ! -user 0 -o -xdev ! -group 0") == ""


def test_console_takes_the_password_of_its_banner_and_no_other(guest: Machine) -> None:
    guest.wait_console("login:")
    said = guest.converse(
        ("login:", "root"),
        ("assword:", "wrong"),
        ("login:", "root"),
        ("assword:", "altostratus"),
        ("# ", "echo $((6 * 7)) $(whoami)"),
    )
    assert "42 root" in said
    assert "Login incorrect" in guest.console


def test_restarts_and_powers_off_and_runs_the_script_but_once(guest: Machine) -> None:
    guest.wait_console("user data ended with 0")
    guest.ssh("reboot; exit 0")
    guest.wait_console("metadata from config drive", times=2)
    assert guest.ssh("cat /root/witness") == "ran on vm-1"
    guest.press_power_button()
    assert guest.wait_off(30) == 0


def test_a_reset_while_the_disk_grows_costs_nothing(tmp_path: Path, guest_cache: Path) -> None:
    """Without a journal, a guest switched off within some seconds of its first start found no root afterwards."""
    machine = Machine(ensure_guest_image(guest_cache, print), tmp_path, disk_size="10G")
    try:
        machine.start()
        machine.wait_console("SSH host key")
        time.sleep(0.8)  # it grows its file system right after that
        machine.stop()
        (tmp_path / "console.log").unlink()
        machine.start()
        machine.wait_console("login:")
    finally:
        machine.stop()
