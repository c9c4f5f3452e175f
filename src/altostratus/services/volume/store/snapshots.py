"""Snapshot rows, one by one."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from altostratus.kernel.db.rows import changed, every, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Snapshot
from altostratus.services.volume.store.tables import snapshot

_COLUMNS = [snapshot.c[f.name] for f in fields(Snapshot)]
_BY_ID = select(*_COLUMNS).where(snapshot.c.id == bindparam("snapshot_id"))
_OF_VOLUME = select(*_COLUMNS).where(snapshot.c.volume_id == bindparam("volume_id")).order_by(snapshot.c.created_at)


def get_snapshot(tx: Tx, snapshot_id: str) -> Snapshot | None:
    """The snapshot's row, also while it is being deleted."""
    return one(tx, _BY_ID, Snapshot, snapshot_id=snapshot_id)


def of_volume(tx: Tx, volume_id: str) -> list[Snapshot]:
    """The volume's snapshots, oldest first."""
    return every(tx, _OF_VOLUME, Snapshot, volume_id=volume_id)


def insert_snapshot(tx: Tx, row: Snapshot) -> None:
    insert_row(tx, snapshot, **{f.name: getattr(row, f.name) for f in fields(Snapshot)})
    tx.wake("volume.snapshot", row.id)


def update_snapshot(tx: Tx, snapshot_id: str, **values: Any) -> bool:
    """Change columns of a snapshot; False when it is gone."""
    return changed(tx, update(snapshot).where(snapshot.c.id == snapshot_id).values(**values)) > 0


def wish(tx: Tx, snapshot_id: str, **values: Any) -> bool:
    """Change what is wanted: an old fault and a forced status are forgotten, and the reconciler is woken."""
    forgotten = {"fault": None, "fault_at": None, "forced_status": None}
    found = update_snapshot(tx, snapshot_id, updated_at=tx.now, request_id=tx.correlation, **{**forgotten, **values})
    tx.wake("volume.snapshot", snapshot_id)
    return found


def delete_snapshot_row(tx: Tx, snapshot_id: str) -> None:
    tx.sql.execute(delete(snapshot).where(snapshot.c.id == snapshot_id))


def due_snapshots(tx: Tx) -> list[str]:
    """Snapshots whose wish is not reached, but for those that have given up."""
    making = and_(snapshot.c.launched_at.is_(None), snapshot.c.fault.is_(None))
    where = or_(snapshot.c.deleted_at.is_not(None), making)
    return list(tx.sql.execute(select(snapshot.c.id).where(where)).scalars())


def existing(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Which of these snapshots have a row."""
    return set(tx.sql.execute(select(snapshot.c.id).where(snapshot.c.id.in_(ids))).scalars())


def count_snapshots(tx: Tx, project_id: str) -> dict[str, int]:
    """{'snapshots', 'gigabytes'} of a project's snapshots; those being deleted still count."""
    counted = select(func.count(), func.sum(snapshot.c.size)).where(snapshot.c.project_id == project_id)
    row = tx.sql.execute(counted).one()
    return {"snapshots": row[0], "gigabytes": int(row[1] or 0)}
