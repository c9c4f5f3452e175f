"""Host rows."""

from dataclasses import fields
from typing import Any

from sqlalchemy import select, update

from altostratus.kernel.db.rows import every, insert_or_ignore, one
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Host
from altostratus.services.compute.store.tables import host

_COLUMNS = [host.c[f.name] for f in fields(Host)]


def get_host(tx: Tx, host_id: str) -> Host | None:
    return one(tx, select(*_COLUMNS).where(host.c.id == host_id), Host)


def list_hosts(tx: Tx) -> list[Host]:
    """All hosts by name."""
    return every(tx, select(*_COLUMNS).order_by(host.c.name), Host)


def ensure_host(tx: Tx, host_id: str, name: str) -> None:
    """A row for a host that a driver was configured for; what it is like is not known yet."""
    values = {
        "id": host_id,
        "name": name,
        "boot_id": "",
        "vcpus": 0,
        "memory_mb": 0,
        "disk_gb": 0,
        "disk_free_gb": 0,
        "virt_type": "",
        "hypervisor_type": "",
        "hypervisor_version": 0,
        "enabled": True,
        "forced_down": False,
        "reachable": False,
        "created_at": tx.now,
    }
    insert_or_ignore(tx, host, values)


def update_host(tx: Tx, host_id: str, **values: Any) -> None:
    tx.sql.execute(update(host).where(host.c.id == host_id).values(**values))
