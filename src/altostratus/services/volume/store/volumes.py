"""Volume rows, one by one; lists of them are in `volume_lists`."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from altostratus.kernel.db.rows import changed, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Volume
from altostratus.services.volume.store.tables import volume

_COLUMNS = [volume.c[f.name] for f in fields(Volume)]
# made once: every pass reads this
_BY_ID = select(*_COLUMNS).where(volume.c.id == bindparam("volume_id"))


def get_volume(tx: Tx, volume_id: str) -> Volume | None:
    """The volume's row, also while it is being deleted."""
    return one(tx, _BY_ID, Volume, volume_id=volume_id)


def insert_volume(tx: Tx, row: Volume) -> None:
    insert_row(tx, volume, **{f.name: getattr(row, f.name) for f in fields(Volume)})
    tx.wake("volume.volume", row.id)


def update_volume(tx: Tx, volume_id: str, **values: Any) -> bool:
    """Change columns of a volume; False when it is gone."""
    return changed(tx, update(volume).where(volume.c.id == volume_id).values(**values)) > 0


def wish(tx: Tx, volume_id: str, **values: Any) -> bool:
    """Change what is wanted: a new generation, an old fault and a forced status forgotten, the reconciler woken."""
    found = update_volume(
        tx,
        volume_id,
        generation=volume.c.generation + 1,
        updated_at=tx.now,
        fault=None,
        fault_at=None,
        forced_status=None,
        request_id=tx.correlation,
        **values,
    )
    tx.wake("volume.volume", volume_id)
    return found


def record_if_unchanged(tx: Tx, seen: Volume, **values: Any) -> bool:
    """Change columns only if nobody has changed the wish since `seen` was read."""
    where = and_(volume.c.id == seen.id, volume.c.generation == seen.generation)
    return changed(tx, update(volume).where(where).values(**values)) > 0


def delete_volume_row(tx: Tx, volume_id: str) -> None:
    tx.sql.execute(delete(volume).where(volume.c.id == volume_id))


def due_volumes(tx: Tx) -> list[str]:
    """Volumes whose wish is not known to be reached, but for those that have given up."""
    unfinished = or_(
        volume.c.generation != volume.c.observed_generation,
        volume.c.launched_at.is_(None),
        volume.c.size != volume.c.stored_size,
    )
    where = or_(volume.c.deleted_at.is_not(None), and_(volume.c.fault.is_(None), unfinished))
    return list(tx.sql.execute(select(volume.c.id).where(where)).scalars())


def existing(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Which of these volumes have a row."""
    return set(tx.sql.execute(select(volume.c.id).where(volume.c.id.in_(ids))).scalars())


def images(tx: Tx) -> set[str]:
    """The images that volumes were made from, or are yet to be."""
    return set(tx.sql.execute(select(volume.c.image_id).where(volume.c.image_id.is_not(None)).distinct()).scalars())


def made_from(tx: Tx, volume_id: str) -> bool:
    """Whether a volume is yet to be made from this one."""
    where = and_(volume.c.source_volume_id == volume_id, volume.c.launched_at.is_(None), volume.c.fault.is_(None))
    return tx.sql.execute(select(volume.c.id).where(where).limit(1)).first() is not None


def made_from_snapshot(tx: Tx, snapshot_id: str) -> bool:
    """Whether a volume is yet to be made from this snapshot."""
    where = and_(volume.c.snapshot_id == snapshot_id, volume.c.launched_at.is_(None), volume.c.fault.is_(None))
    return tx.sql.execute(select(volume.c.id).where(where).limit(1)).first() is not None


def count_volumes(tx: Tx, project_id: str) -> dict[str, int]:
    """{'volumes', 'gigabytes'} of a project's volumes; those being deleted still count."""
    counted = select(func.count(), func.sum(volume.c.size)).where(volume.c.project_id == project_id)
    row = tx.sql.execute(counted).one()
    return {"volumes": row[0], "gigabytes": int(row[1] or 0)}
