"""Say something else of a container."""

from typing import Any

from altostratus.contracts.objectstore import LOCK, Locked
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store import containers


def change_container(tx: Tx, container_id: int, **values: Any) -> None:
    """`meta`, `settings` (each whole), `versioning`, `bucket`. Raises Locked where versions must be kept because they
    may be locked, and are not any more."""
    found = containers.container_by_id(tx, container_id) if "versioning" in values else None
    if found and LOCK in found.settings and values["versioning"] != "enabled":
        raise Locked("Versions are kept where they may be locked.")
    containers.change_container(tx, container_id, **values)
