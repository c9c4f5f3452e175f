"""libvirt started and stopped where nothing looks after services: in mount and network namespaces of the test's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import altostratus
from altostratus.cli.command import HostProblem
from altostratus.cli.host import libvirtd

INSIDE = """
import os
from altostratus.cli.host import changes, libvirtd
from altostratus.cli.host.prepare import restore_host
assert not libvirtd.answers("libvirtd")
lines = []
libvirtd.ensure_libvirtd(lines.append)
assert libvirtd.answers("libvirtd") and libvirtd.answers("virtlogd")
daemons = {change.what: int(change.before.split()[0]) for change in changes.observe_changes()}
assert set(daemons) == {"virtlogd", "libvirtd"}, daemons
assert b"reaper.py" in open(f"/proc/{daemons['libvirtd']}/cmdline", "rb").read()
libvirtd.ensure_libvirtd(lines.append)
assert lines == ["starting virtlogd", "starting libvirtd"], lines
restore_host(lines.append)
assert not libvirtd.answers("libvirtd") and not libvirtd.answers("virtlogd")
assert changes.observe_changes() == []
assert lines[2:] == [f"stopping {name}, which was started here" for name in ("libvirtd", "virtlogd")], lines
"""

HIDDEN = ("/run", "/var/lib/altostratus", "/var/log/altostratus", "/var/lib/libvirt", "/etc/libvirt/qemu")


@pytest.mark.live
def test_started_recorded_and_stopped() -> None:
    made = [Path(folder) for folder in HIDDEN if not Path(folder).exists()]
    hide = "".join(f"mkdir -p {folder}; mount -t tmpfs tmpfs {folder}; " for folder in HIDDEN)
    hide += "mount -t sysfs sysfs /sys; "  # links of clouds outside are not seen inside
    source = Path(altostratus.__file__).parents[1]
    command = ["unshare", "--mount", "--net", "sh", "-ec", f'{hide} exec "$0" -c "$1"', sys.executable, INSIDE]
    done = subprocess.run(
        command,
        env={"PYTHONPATH": str(source), "PATH": "/usr/sbin:/usr/bin"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    for folder in made:
        folder.rmdir()
    assert done.returncode == 0, done.stderr


def test_a_chroot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostProblem, match="in a chroot"):
        libvirtd._refuse_chroot(root=tmp_path, first=Path("/"))
    libvirtd._refuse_chroot(root=tmp_path, first=tmp_path)
