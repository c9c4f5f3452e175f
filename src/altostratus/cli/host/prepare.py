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
    while another cloud has something on this machine: it needs the same."""
    if not changes.observe_changes():
        return
    if _is_shared():
        report("another cloud is on this machine: libvirt and the machine's settings stay as they are for it")
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


def _is_shared() -> bool:
    """Links of a cloud's networks say whose they are, also while no process serves it."""
    return any(_alias(path).startswith("altostratus ") for path in _LINKS.iterdir())


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
