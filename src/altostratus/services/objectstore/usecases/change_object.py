"""Say something else of an object whose bytes stay."""

from typing import Any

from altostratus.contracts.objectstore import Locked
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store import objects


def change_object(tx: Tx, object_id: int, **values: Any) -> None:
    """`meta`, `system` (each whole), `content_type`, `expires_at`. Raises Locked where that is of a version that is
    locked, but for what the doors keep with it."""
    found = objects.find_by_id(tx, object_id) if values.keys() - {"system"} else None
    if found and found.is_locked(tx.now):
        raise Locked("The version is locked: what is said of it stays.")
    objects.change_object(tx, object_id, **values)
