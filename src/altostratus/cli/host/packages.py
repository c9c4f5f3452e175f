"""The Debian packages that real machines need, by what they are for; which are missing; how they are installed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from altostratus.cli.command import HostProblem, Report, run
from altostratus.cli.host.changes import Change, record_change

FEATURES: dict[str, tuple[str, ...]] = {
    "machines": ("qemu-system-x86", "qemu-utils", "libvirt-daemon-system", "libvirt-clients"),
    "networks": ("nftables", "dnsmasq-base", "iproute2", "kmod"),
    "guest image": ("e2fsprogs",),
    "login": ("openssh-client",),
    "tests": ("postgresql", "cpio", "fdisk", "rclone"),
}
"""What for → packages. Their recommendations are left out."""

REAL = ("machines", "networks", "guest image", "login")
"""The features that `up` and `demo` need when they are not simulated."""


def packages_for(features: Iterable[str]) -> list[str]:
    """The packages of some features, each once."""
    return list(dict.fromkeys(package for feature in features for package in FEATURES[feature]))


def missing_packages(packages: Iterable[str]) -> list[str]:
    """Those that dpkg does not know as installed. None on a machine without dpkg: there nobody can say."""
    try:
        listed = run("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n").decode()
    except HostProblem:
        return []
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]


def install_command(packages: Iterable[str]) -> str:
    """What a user without root's rights should type."""
    return f"sudo apt-get install --no-install-recommends {' '.join(packages)}"


def ensure_packages(packages: Iterable[str], report: Report) -> None:
    """Installs those that are missing, and records them. Raises HostProblem when that cannot be done."""
    missing = missing_packages(packages)
    if not missing:
        return
    if os.geteuid() != 0:
        raise HostProblem(f"Debian packages are missing. Run: {install_command(missing)}")
    report(f"installing Debian packages: {' '.join(missing)}")
    _install(missing, report)
    for package in missing:
        record_change(Change("package", package))


def _install(packages: list[str], report: Report) -> None:
    command = ("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *packages)
    environment = {"DEBIAN_FRONTEND": "noninteractive", **_without_starting_services()}
    try:
        run(*command, timeout=1800, environment=environment)
    except HostProblem:
        report("asking Debian for its newest package lists")
        run("apt-get", "update", "--quiet=2", timeout=600)
        run(*command, timeout=1800, environment=environment)


def has_systemd() -> bool:
    """Whether systemd looks after this machine's services (sd_booted(3))."""
    return Path("/run/systemd/system").is_dir()


def _without_starting_services() -> dict[str, str]:
    """Where nothing looks after services, a package's attempt to start its own leaves half-running daemons.

    RUNLEVEL=1 tells invoke-rc.d(8) that the machine is not one that wants services now.
    """
    return {} if has_systemd() else {"RUNLEVEL": "1"}
