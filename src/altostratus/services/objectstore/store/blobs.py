"""Rows of blobs: they come with what refers to them, and go when nothing does."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, or_, select

from altostratus.kernel.db.rows import insert_or_ignore, one
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.store.moments import micros
from altostratus.services.objectstore.store.tables import blob, extent, garbage, object_

_INSERT = insert(blob)


def add_blob(tx: Tx, new: Blob) -> None:
    """In the transaction that adds what refers to it."""
    row = {"id": new.id, "size": new.size, "sums": new.sums, "pack": new.pack, "offset": new.offset}
    tx.sql.execute(_INSERT, row | {"checked_at": micros(tx.now), "damaged": False})


def drop(tx: Tx, blob_ids: Iterable[str]) -> None:
    """Something has ceased to refer to these."""
    rows = [{"blob_id": each, "since": micros(tx.now)} for each in blob_ids]
    insert_or_ignore(tx, garbage, rows)


def take_garbage(tx: Tx, before: int, most: int) -> list[str]:
    """Forget blobs that nothing refers to any more, the oldest of those dropped before that moment; what has a file of
    its own is to be removed. Some never were a row."""
    query = select(garbage.c.blob_id).where(garbage.c.since < before).order_by(garbage.c.since).limit(most)
    looked_at = list(tx.sql.execute(query).scalars())
    dead = set(looked_at) - _referred_to(tx, looked_at)
    packed = set(tx.sql.execute(select(blob.c.id).where(blob.c.id.in_(dead), blob.c.pack.is_not(None))).scalars())
    tx.sql.execute(delete(blob).where(blob.c.id.in_(dead)))
    tx.sql.execute(delete(garbage).where(garbage.c.blob_id.in_(looked_at)))
    return sorted(dead - packed)


def _referred_to(tx: Tx, ids: list[str]) -> set[str]:
    found: set[Any] = set()
    for column in (object_.c.blob_id, extent.c.blob_id):
        found.update(tx.sql.execute(select(column).where(column.in_(ids))).scalars())
    return found


def known(tx: Tx, ids: list[str]) -> set[str]:
    """Which of these are rows."""
    return set(tx.sql.execute(select(blob.c.id).where(blob.c.id.in_(ids))).scalars())


def live_in_packs(tx: Tx, packs: list[str]) -> set[str]:
    """Which of these packs have a blob that is a row."""
    query = select(blob.c.pack).where(or_(*(blob.c.pack == pack for pack in packs))).distinct()
    return set(tx.sql.execute(query).scalars())


def find_blob(tx: Tx, blob_id: str) -> Blob | None:
    columns = [blob.c[name] for name in Blob.__dataclass_fields__]
    return one(tx, select(*columns).where(blob.c.id == blob_id), Blob)
