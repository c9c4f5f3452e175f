"""Whether the user as whom libvirt runs QEMU may open /dev/kvm, and how that is mended."""

from __future__ import annotations

import grp
import os
import pwd
import re
import stat
from pathlib import Path

from altostratus.cli.command import HostProblem
from altostratus.cli.host.changes import Change, boot_id, record_change
from altostratus.cli.host.kvm import DEVICE

QEMU_CONF = Path("/etc/libvirt/qemu.conf")


def qemu_user(conf: Path = QEMU_CONF) -> str:
    """The user that libvirt's qemu.conf names; else Debian's default if it exists, else root."""
    try:
        named = re.search(r'^\s*user\s*=\s*"?\+?([^"\s]+)', conf.read_text(), re.MULTILINE)
    except OSError:
        named = None
    if named:
        return named.group(1)
    return "libvirt-qemu" if any(entry.pw_name == "libvirt-qemu" for entry in pwd.getpwall()) else "root"


def may_open(user: str, device: os.stat_result) -> bool:
    """Whether a user (by name or number) may read and write a device, by its mode, owner and groups."""
    try:
        entry = pwd.getpwuid(int(user)) if user.isdecimal() else pwd.getpwnam(user)
    except KeyError:
        return False
    if entry.pw_uid in (0, device.st_uid):
        return True
    in_group = device.st_gid in os.getgrouplist(entry.pw_name, entry.pw_gid)
    wanted = stat.S_IRGRP | stat.S_IWGRP if in_group else stat.S_IROTH | stat.S_IWOTH
    return device.st_mode & wanted == wanted


def ensure_access() -> None:
    """Gives /dev/kvm to the group kvm, and records how it was. Gone with the next start: the device is then new."""
    if not DEVICE.exists() or may_open(qemu_user(), DEVICE.stat()):
        return
    if os.geteuid() != 0:
        raise HostProblem("only root can change /dev/kvm. Run this again with sudo.")
    before = DEVICE.stat()
    described = f"{before.st_uid}:{before.st_gid}:{stat.S_IMODE(before.st_mode):o}"
    record_change(Change("mode", str(DEVICE), before=described, boot=boot_id()))
    os.chown(DEVICE, -1, _kvm_group())
    DEVICE.chmod(0o660)


def _kvm_group() -> int:
    try:
        return grp.getgrnam("kvm").gr_gid
    except KeyError:
        raise HostProblem("there is no group kvm. Run: sudo addgroup --system kvm") from None


def restore_mode(change: Change) -> None:
    """Takes a change of `ensure_access` back."""
    uid, gid, mode = change.before.split(":")
    os.chown(change.what, int(uid), int(gid))
    Path(change.what).chmod(int(mode, 8))
