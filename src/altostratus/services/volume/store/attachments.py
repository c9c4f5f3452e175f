"""Attachment rows. Whoever changes one wakes the attachment, its volume and its server: each looks for itself."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, case, or_, select

from altostratus.kernel.db.rows import changed, every, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment
from altostratus.services.volume.store.tables import attachment, volume

_COLUMNS = [attachment.c[f.name] for f in fields(Attachment)]
_ALL = select(*_COLUMNS).order_by(attachment.c.created_at, attachment.c.id)
_WITH_FAULT = _ALL.join(volume, volume.c.id == attachment.c.volume_id).add_columns(
    case((volume.c.launched_at.is_(None), volume.c.fault))
)
# made once: every pass reads these
_BY_ID = select(*_COLUMNS).where(attachment.c.id == bindparam("attachment_id"))
_OF_VOLUME = select(*_COLUMNS).where(attachment.c.volume_id == bindparam("volume_id"))


def get(tx: Tx, attachment_id: str) -> Attachment | None:
    return one(tx, _BY_ID, Attachment, attachment_id=attachment_id)


def of_volume(tx: Tx, volume_id: str) -> Attachment | None:
    """A volume has one at most."""
    return one(tx, _OF_VOLUME, Attachment, volume_id=volume_id)


def of_volumes(tx: Tx, volume_ids: Sequence[str]) -> dict[str, Attachment]:
    """By volume."""
    found = every(tx, _ALL.where(attachment.c.volume_id.in_(volume_ids)), Attachment) if volume_ids else []
    return {row.volume_id: row for row in found}


def of_owners(tx: Tx, owners: Sequence[str]) -> list[tuple[Attachment, str | None]]:
    """In the order of creation, each with why its volume will never be there."""
    rows = tx.sql.execute(_WITH_FAULT.where(attachment.c.owner.in_(owners))) if owners else ()
    return [(Attachment(*row[:-1]), row[-1]) for row in rows]


def insert(tx: Tx, row: Attachment) -> None:
    insert_row(tx, attachment, **{f.name: getattr(row, f.name) for f in fields(Attachment)})
    wake(tx, row)


def update(tx: Tx, attachment_id: str, **values: Any) -> bool:
    """Change columns of an attachment; False when it is gone."""
    row = get(tx, attachment_id)
    if row is None:
        return False
    statement = sa.update(attachment).where(attachment.c.id == attachment_id)
    found = changed(tx, statement.values(**{"updated_at": tx.now, **values})) > 0
    wake(tx, row)
    return found


def delete(tx: Tx, attachment_id: str) -> None:
    row = get(tx, attachment_id)
    if row is not None:
        tx.sql.execute(sa.delete(attachment).where(attachment.c.id == attachment_id))
        wake(tx, row)


def due(tx: Tx) -> list[str]:
    """Those in which the storage has something to do: let in what may be let in, or let go of what was released."""
    enters = and_(
        attachment.c.detach_asked_at.is_(None),
        attachment.c.host_id.is_not(None),
        attachment.c.source.is_(None),
        volume.c.launched_at.is_not(None),
    )
    leaves = or_(
        attachment.c.released_at.is_not(None),
        and_(attachment.c.detach_asked_at.is_not(None), attachment.c.source.is_(None)),
    )
    joined = attachment.join(volume, volume.c.id == attachment.c.volume_id)
    where = and_(attachment.c.owner.is_not(None), or_(enters, leaves))
    return list(tx.sql.execute(select(attachment.c.id).select_from(joined).where(where)).scalars())


def unsettled_owners(tx: Tx) -> set[str]:
    """Owners that have something to do: to plug what they may write to, or to let go of it."""
    enters = and_(attachment.c.source.is_not(None), attachment.c.attached_at.is_(None))
    leaves = and_(attachment.c.detach_asked_at.is_not(None), attachment.c.released_at.is_(None))
    where = and_(attachment.c.owner.is_not(None), or_(enters, leaves))
    return {str(owner) for owner in tx.sql.execute(select(attachment.c.owner).where(where)).scalars()}


def wake(tx: Tx, row: Attachment) -> None:
    """All that an attachment concerns."""
    tx.wake("volume.attachment", row.id)
    tx.wake("volume.volume", row.volume_id)
    if row.owner is not None:
        tx.wake(*row.owner.split("/", 1))
