"""Uploads under way, as leases: who may give an image its data now, and under which file name."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from altostratus.kernel.db.rows import changed, insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.image.store.images import instant
from altostratus.services.image.store.tables import image, image_upload

SECONDS = 60.0
"""How long an upload lives without renewal."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a project holds: images, bytes of data (announced ones of uploads too), uploads."""

    images: int
    size: int
    uploading: int


def claim(tx: Tx, image_id: str, file: str, size: int) -> bool:
    """Take the right to upload, unless somebody has it."""
    tx.sql.execute(delete(image_upload).where(image_upload.c.image_id == image_id, _dead(tx)))
    insert_or_ignore(tx, image_upload, {"image_id": image_id, "file": file, "size": size, "expires_at": _expiry(tx)})
    return bool(tx.sql.execute(select(image_upload.c.file).where(image_upload.c.file == file)).first())


def renew(tx: Tx, file: str) -> bool:
    """Live on; False when the right is lost."""
    alive = update(image_upload).where(image_upload.c.file == file, ~_dead(tx))
    return changed(tx, alive.values(expires_at=_expiry(tx))) > 0


def release(tx: Tx, file: str) -> bool:
    """Give the right back; False when it was lost before."""
    alive = changed(tx, delete(image_upload).where(image_upload.c.file == file, ~_dead(tx))) > 0
    tx.sql.execute(delete(image_upload).where(image_upload.c.file == file))
    return alive


def forget_all(tx: Tx) -> None:
    """For the start of the only process there is: whatever was under way died with the one before."""
    tx.sql.execute(delete(image_upload))


def forget_dead(tx: Tx) -> int:
    """Drop expired uploads; how many there were."""
    return changed(tx, delete(image_upload).where(_dead(tx)))


def count_dead(tx: Tx) -> int:
    return tx.sql.execute(select(func.count()).select_from(image_upload).where(_dead(tx))).scalar_one()


def files(tx: Tx) -> set[str]:
    """The file names that rows know, of images and of uploads."""
    of_images = select(image.c.file).where(image.c.file.is_not(None))
    return set(tx.sql.execute(of_images.union_all(select(image_upload.c.file))).scalars())


def usage(tx: Tx, project_id: str) -> Usage:
    """Counted from the rows."""
    mine = image.c.owner == project_id
    images, size = tx.sql.execute(select(func.count(), func.coalesce(func.sum(image.c.size), 0)).where(mine)).one()
    alive = select(func.count(), func.coalesce(func.sum(image_upload.c.size), 0)).where(~_dead(tx))
    uploading, coming = tx.sql.execute(alive.join_from(image_upload, image).where(mine)).one()
    return Usage(images, int(size) + int(coming), uploading)


def _dead(tx: Tx) -> ColumnElement[bool]:
    return image_upload.c.expires_at <= instant(tx)


def _expiry(tx: Tx) -> datetime:
    now: datetime = tx.sql.execute(select(instant(tx))).scalar_one()
    return now + timedelta(seconds=SECONDS)
