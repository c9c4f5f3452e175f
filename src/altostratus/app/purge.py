"""Undo everything a cloud has made on this host: machines, networks, and at last its data."""

import shutil
from collections.abc import Callable
from pathlib import Path

from altostratus.app.settings import Settings
from altostratus.services.compute import service as compute
from altostratus.services.network import service as network

NEWEST = 2**62
"""A fence that no worker can have outgrown."""


def purge(settings: Settings, report: Callable[[str], None]) -> None:
    """Remove every machine and network. The cloud must not be running."""
    if not settings.simulate:
        hypervisor = compute.open_driver(settings.data_dir, settings.services.get("compute", {}))
        for machine in hypervisor.observe_all():
            report(f"removing machine {machine.id}")
            hypervisor.ensure_absent(machine.id, NEWEST)
        hypervisor.close()
        report("removing networks")
        driver = network.open_driver(settings.data_dir)
        driver.purge()
        driver.close()


def remove_data(data_dir: Path) -> None:
    """Delete a data directory; only what looks like one of ours is."""
    if (data_dir / "format").exists() and (data_dir / "lock").exists():
        shutil.rmtree(data_dir)
