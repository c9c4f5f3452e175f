"""Whether libvirt runs on this machine; starts it, and stops it again if it was started here.

Where systemd looks after services it is asked; elsewhere the daemons are ours to start, each under `reaper.py`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from altostratus.cli.command import HostProblem, Report, run, system_environment
from altostratus.cli.host import changes, reaper
from altostratus.cli.host.packages import has_systemd

SOCKETS = {
    "virtlogd": (Path("/run/libvirt/virtlogd-sock"),),
    "libvirtd": (Path("/run/libvirt/libvirt-sock"), Path("/run/libvirt/virtqemud-sock")),
}
"""Daemon → sockets of which one answers when it runs (libvirt may be one daemon or one a driver)."""

LOGS = Path("/var/log/altostratus")

_START_LIMIT = 30.0  # seconds; the first start of libvirtd probes QEMU


def answers(daemon: str) -> bool:
    """Whether somebody listens at a daemon's socket."""
    return any(_connects(path) for path in SOCKETS[daemon])


def _connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
        except PermissionError:
            return True  # it is there, and not for us
        except OSError:
            return False
    return True


def ensure_libvirtd(report: Report) -> None:
    """Starts libvirt unless it runs. Raises HostProblem when it does not come up."""
    for daemon in SOCKETS:
        if not answers(daemon):
            _start(daemon, report)


def _start(daemon: str, report: Report) -> None:
    if os.geteuid() != 0:
        raise HostProblem(f"{daemon} does not run, and only root can start it. Run this again with sudo.")
    report(f"starting {daemon}")
    if has_systemd():
        run("systemctl", "start", f"{daemon}.service", timeout=90)
        return
    _refuse_chroot()
    pid = _spawn(daemon)
    _wait_answering(daemon, pid)
    identity = f"{pid} {started_at(pid)}"
    changes.record_change(changes.Change("daemon", daemon, before=identity, boot=changes.boot_id()))


def _refuse_chroot(root: Path = Path("/"), first: Path = Path("/proc/1/root")) -> None:
    """libvirt makes /dev for each VM in a mount namespace of its own, and there it is at the machine's root."""
    with contextlib.suppress(PermissionError):  # some sandboxes let nobody look at the first process
        if not root.samefile(first):
            raise HostProblem("libvirt cannot start VMs in a chroot. Use the machine itself, or a container.")


def _spawn(daemon: str) -> int:
    """Starts a daemon in a session of its own; the pid. It outlives us, so this is no subprocess.Popen."""
    for folder in (Path("/run/libvirt"), LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    parent = [sys.executable, "-I", "-S", reaper.__file__] if daemon == "libvirtd" else []
    command = ["/usr/bin/env", "--chdir=/", *parent, daemon]
    return os.posix_spawn(command[0], command, system_environment(), file_actions=_streams(daemon), setsid=True)


def _streams(daemon: str) -> list[tuple[Any, ...]]:
    log = str(LOGS / f"{daemon}.log")
    return [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]


def _wait_answering(daemon: str, pid: int) -> None:
    deadline = time.monotonic() + _START_LIMIT
    while not answers(daemon):
        if os.waitpid(pid, os.WNOHANG)[0] or time.monotonic() > deadline:
            raise HostProblem(f"{daemon} did not start. See {LOGS / f'{daemon}.log'}")
        time.sleep(0.02)


def started_at(pid: int) -> str:
    """When a process was started, in clock ticks since boot; "" if it has ended. With the pid it is its identity."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def stop_started_daemons(report: Report) -> None:
    """Stops the daemons that `ensure_libvirtd` started, if they still run; the record forgets them."""
    known = changes.observe_changes()
    for change in reversed([change for change in known if change.kind == "daemon"]):
        pid, _, started = change.before.partition(" ")
        if started and started_at(int(pid)) == started:
            report(f"stopping {change.what}, which was started here")
            os.kill(int(pid), signal.SIGTERM)
            _wait_gone(int(pid), started)
    changes.write_changes([change for change in known if change.kind != "daemon"])


def _wait_gone(pid: int, started: str) -> None:
    deadline = time.monotonic() + 15
    while started_at(pid) == started and time.monotonic() < deadline:
        time.sleep(0.05)
