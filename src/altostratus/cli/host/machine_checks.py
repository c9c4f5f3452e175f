"""Checks of the machine itself: packages, libvirt, KVM, disk, port, clock."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import time
from functools import partial
from pathlib import Path

from altostratus.cli.command import Report
from altostratus.cli.host import kvm, kvm_access, libvirtd, packages
from altostratus.cli.host.checks import Check, Result, fail, ok, warn

GIBIBYTE = 1 << 30


def plan_checks(data_dir: Path, listen: str, report: Report) -> list[Check]:
    """The checks of this file; `listen` is ADDRESS:PORT."""
    wanted = packages.packages_for(packages.REAL)
    return [
        Check("packages", partial(check_packages, wanted), partial(packages.ensure_packages, wanted, report)),
        Check("libvirt", check_libvirt, partial(libvirtd.ensure_libvirtd, report)),
        Check("KVM for libvirt", check_kvm_access, kvm_access.ensure_access),
        Check("KVM", partial(check_kvm, data_dir / "cache", report)),
        Check("disk", partial(check_disk, data_dir)),
        Check("port", partial(check_port, listen)),
        Check("clock", check_clock),
    ]


def check_packages(wanted: list[str]) -> Result:
    missing = packages.missing_packages(wanted)
    if missing:
        return fail(f"missing: {' '.join(missing)}", packages.install_command(missing))
    return ok("all Debian packages for real machines are installed")


def check_libvirt() -> Result:
    silent = [daemon for daemon in libvirtd.SOCKETS if not libvirtd.answers(daemon)]
    if "libvirtd" not in silent:
        return ok("libvirt answers")
    how = f"sudo systemctl start {' '.join(silent)}" if packages.has_systemd() else "sudo ./alto doctor --fix starts it"
    return fail("libvirt does not run", how)


def check_kvm_access() -> Result:
    """libvirt asks QEMU anew at each call, for a minute and more, while its user may not open /dev/kvm."""
    if not kvm.DEVICE.exists():
        return ok("no /dev/kvm: nothing to open")
    user = kvm_access.qemu_user()
    if kvm_access.may_open(user, kvm.DEVICE.stat()):
        return ok(f"{user}, as whom libvirt runs QEMU, may open /dev/kvm")
    seen = kvm.DEVICE.stat()
    return fail(
        f"{user} may not open /dev/kvm ({stat.filemode(seen.st_mode)}): libvirt takes over a minute for each call",
        "sudo chgrp kvm /dev/kvm && sudo chmod 660 /dev/kvm",
    )


def check_kvm(cache_dir: Path, report: Report) -> Result:
    if os.geteuid() != 0 and not os.access(cache_dir.parent, os.W_OK):
        return warn("only root can try KVM here", "sudo ./alto doctor")
    found = kvm.detect_virt_type(cache_dir, report)
    if found.name == "kvm":
        return ok(found.reason)
    return warn(f"{found.reason}: guests are emulated", "use a machine with working (nested) virtualization for speed")


def check_disk(data_dir: Path) -> Result:
    """Free space where the data folder is, or will be."""
    existing = next(path for path in (data_dir, *data_dir.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / GIBIBYTE:.1f} GiB free at {existing}"
    if free < 2 * GIBIBYTE:
        return fail(text, "make room, or choose another place with --data-dir")
    if free < 10 * GIBIBYTE:
        return warn(text, "enough for small images alone; choose another place with --data-dir")
    return ok(text)


def check_port(listen: str) -> Result:
    """Whether the address can be listened at, or Altostratus already does."""
    address, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), int(port)))
        except OSError as error:
            return _port_taken(listen, int(port), error)
    return ok(f"{listen} is free")


def _port_taken(listen: str, port: int, error: OSError) -> Result:
    owner = _listener(port)
    if "altostratus" in owner:
        return ok(f"Altostratus itself listens at {listen}")
    who = f" (by {owner})" if owner else ""
    return fail(f"{listen} cannot be had: {error.strerror}{who}", "choose another with --listen ADDRESS:PORT")


def _listener(port: int) -> str:
    """The command line of a process that listens at a TCP port, as far as we may see it."""
    inodes = {
        fields[9]
        for table in ("tcp", "tcp6")
        for fields in (line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port
    }
    wanted = {f"socket:[{inode}]" for inode in inodes}
    return next((_command_line(fd) for fd in Path("/proc").glob("[0-9]*/fd/*") if _target(fd) in wanted), "")


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _command_line(fd: Path) -> str:
    return (fd.parent.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def check_clock() -> Result:
    """A clock behind our own files makes tokens and certificates that are not yet valid."""
    newest = Path(__file__).stat().st_mtime
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if time.time() < newest - 86400:
        return fail(
            f"it is {now} here: before this program was written", "set the clock: sudo timedatectl set-ntp true"
        )
    return ok(f"it is {now}")
