"""Attachment rows."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy import delete as _delete
from sqlalchemy import update as _update

from altostratus.kernel.db.rows import changed, every, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import Attachment
from altostratus.services.volume.store.tables import attachment

_COLUMNS = [attachment.c[f.name] for f in fields(Attachment)]
_BY_ID = select(*_COLUMNS).where(attachment.c.id == bindparam("attachment_id"))


def get(tx: Tx, attachment_id: str) -> Attachment | None:
    return one(tx, _BY_ID, Attachment, attachment_id=attachment_id)


def of_volumes(tx: Tx, volume_ids: Sequence[str]) -> dict[str, Attachment]:
    """The attachment of each of these volumes that has one."""
    found = every(tx, select(*_COLUMNS).where(attachment.c.volume_id.in_(volume_ids)), Attachment)
    return {row.volume_id: row for row in found}


def insert(tx: Tx, row: Attachment) -> None:
    insert_row(tx, attachment, **{f.name: getattr(row, f.name) for f in fields(Attachment)})
    tx.wake("volume.attachment", row.id)


def update(tx: Tx, attachment_id: str, **values: Any) -> bool:
    """Change columns of an attachment; False when it is gone."""
    where = attachment.c.id == attachment_id
    return changed(tx, _update(attachment).where(where).values(updated_at=tx.now, **values)) > 0


def delete(tx: Tx, attachment_id: str) -> None:
    tx.sql.execute(_delete(attachment).where(attachment.c.id == attachment_id))
