"""Makes this machine fit for real guests, and takes it back. Order matters: packages, daemons, devices, modules."""

from __future__ import annotations

from pathlib import Path

from altostratus.cli.command import HostProblem, Report, run
from altostratus.cli.host import changes, kvm_access, libvirtd, network_checks, packages

_LINKS = Path("/sys/class/net")


def prepare_host(report: Report) -> None:
    """Installs what is missing, opens /dev/kvm to libvirt, starts libvirt. Says nothing when there is nothing to do.

    Raises HostProblem saying what stands in the way.
    """
    packages.ensure_packages(packages.packages_for(packages.REAL), report)
    kvm_access.ensure_access()  # before libvirtd starts: it asks QEMU at once
    network_checks.load_bridge_netfilter(report)
    libvirtd.ensure_libvirtd(report)


def restore_host(report: Report) -> None:
    """Takes back what was changed and recorded. Packages stay: others may have come to need them. And everything stays
    while others are on this machine: they need the same."""
    if not changes.observe_changes():
        return
    if is_shared():
        report("others have VMs or networks on this machine: libvirt and its settings stay as they are for them")
        return
    libvirtd.stop_started_daemons(report)
    kept = []
    for change in changes.observe_changes():
        match change.kind:
            case "mode":
                kvm_access.restore_mode(change)
            case "module":
                _unload(change.what, report)
            case _:
                kept.append(change)
    changes.write_changes(kept)
    left = [change.what for change in kept if change.kind == "package"]
    if left:
        report(f"packages installed for Altostratus stay; to remove them: sudo apt-get remove {' '.join(left)}")


def is_shared(links: Path = _LINKS) -> bool:
    """Whether there is a VM or a cloud's network, once this cloud's own are gone. Links of a cloud's networks say whose
    they are, also while no process serves it."""
    return _vms_run() or any(_alias(path).startswith("altostratus ") for path in links.iterdir())


def _vms_run() -> bool:
    try:
        return bool(run("virsh", "-q", "-c", "qemu:///system", "list", "--name").split())
    except HostProblem:  # libvirt does not run, so nothing does under it
        return False


def _alias(link: Path) -> str:
    try:
        return (link / "ifalias").read_text()
    except OSError:  # not a link, or one that has just gone
        return ""


def _unload(module: str, report: Report) -> None:
    try:
        run("modprobe", "--remove", module)
    except HostProblem:
        report(f"the kernel module {module} is in use and stays loaded")
