"""Lists of snapshots: filtered, sorted, in pages. A status is derived in the database as it is in `domain.volume`."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Snapshot
from altostratus.services.volume.store.lists import Query, conditions_of, paged
from altostratus.services.volume.store.tables import snapshot, volume

_COLUMNS = [snapshot.c[f.name] for f in fields(Snapshot)]
STATUS = case(
    (snapshot.c.forced_status.is_not(None), snapshot.c.forced_status),
    (snapshot.c.deleted_at.is_not(None), "deleting"),
    (snapshot.c.launched_at.is_not(None), "available"),
    (snapshot.c.fault.is_not(None), "error"),
    else_="creating",
)
"""`domain.volume.snapshot_status_of` as SQL; a test keeps the two the same."""
SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "id": snapshot.c.id,
    "created_at": snapshot.c.created_at,
    "updated_at": snapshot.c.updated_at,
    "name": snapshot.c.name,
    "display_name": snapshot.c.name,
    "volume_id": snapshot.c.volume_id,
    "volume_size": snapshot.c.size,
    "project_id": snapshot.c.project_id,
    "status": STATUS,
}
FILTERS: Mapping[str, ColumnElement[Any]] = {
    **SORT_KEYS,
    "user_id": snapshot.c.user_id,
    "description": snapshot.c.description,
    "availability_zone": volume.c.availability_zone,
}
_JOINED = snapshot.join(volume, volume.c.id == snapshot.c.volume_id)


def list_snapshots(tx: Tx, query: Query) -> list[Snapshot]:
    """One page of snapshots; LookupError where the marker is none of them."""
    chosen = select(*_COLUMNS).select_from(_JOINED)
    return paged(tx, chosen, query, SORT_KEYS, snapshot.c.id, _conditions, Snapshot)


def count_listed(tx: Tx, query: Query) -> int:
    chosen = select(func.count()).select_from(_JOINED).where(*_conditions(query))
    return int(tx.sql.execute(chosen).scalar_one())


def _conditions(query: Query) -> Iterable[ColumnElement[bool]]:
    return conditions_of(query, FILTERS, {"metadata": snapshot.c.metadata})
