"""Findings about the machine itself, on circumstances made for the test."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from altostratus.cli.command import run
from altostratus.cli.host import kvm_access, packages
from altostratus.cli.host.checks import Check
from altostratus.cli.host.machine_checks import check_clock, check_disk, check_packages, check_port


def device(mode: int, uid: int = 0, gid: int = 0) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))


def test_a_taken_port_names_who_has_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = check_port(f"127.0.0.1:{taken.getsockname()[1]}")
    assert result.level == "fail"
    assert "python" in result.what
    assert "--listen" in result.how_to_mend


def test_a_free_port_and_an_address_that_is_not_ours() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert check_port(f"127.0.0.1:{port}").level == "ok"
    assert check_port(f"198.51.100.77:{port}").level == "fail"


def test_disk_looks_where_the_folder_will_be(tmp_path: Path) -> None:
    result = check_disk(tmp_path / "not/yet/there")
    assert str(tmp_path) in result.what


def test_the_clock_of_a_test_machine_runs() -> None:
    assert check_clock().level == "ok"


def test_missing_packages_come_with_their_command() -> None:
    result = check_packages(["dpkg", "no-such-package-at-all"])
    assert result.level == "fail"
    assert result.how_to_mend == "sudo apt-get install --no-install-recommends no-such-package-at-all"


def test_installed_packages_are_not_missing() -> None:
    assert packages.missing_packages(["dpkg", "coreutils"]) == []


@pytest.mark.parametrize(
    ("user", "seen", "may"),
    [
        ("root", device(0o600), True),
        ("nobody", device(0o600), False),
        ("nobody", device(0o666), True),
        ("nobody", device(0o640, gid=65534), False),
        ("nobody", device(0o660, gid=65534), True),
        ("no-such-user", device(0o666), False),
    ],
)
def test_who_may_open_the_device(user: str, seen: os.stat_result, may: bool) -> None:
    assert kvm_access.may_open(user, seen) is may


def test_the_user_of_qemu_conf(tmp_path: Path) -> None:
    conf = tmp_path / "qemu.conf"
    conf.write_text('#user = "ignored"\n  user = "+0"\n')
    assert kvm_access.qemu_user(conf) == "0"


def test_a_check_that_cannot_be_made_has_failed() -> None:
    def look() -> None:
        run("no-such-program-at-all")

    result = Check("x", look).run()  # type: ignore[arg-type]
    assert (result.level, result.what) == ("fail", "no-such-program-at-all is not installed on this machine")
