"""Rows of blobs: they come with what refers to them, and go when nothing does."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, func, insert, select, update

from altostratus.kernel.clock import micros
from altostratus.kernel.db.rows import every, insert_or_ignore, one
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.store.tables import blob, extent, garbage, object_

_INSERT = insert(blob)
BLOB_COLUMNS = tuple(blob.c[name] for name in Blob.__dataclass_fields__ if name != "data")
"""Of a Blob, in its order, but for the data."""
_SELECT = select(*BLOB_COLUMNS)
_ONE = _SELECT.add_columns(blob.c.data).where(blob.c.id == bindparam("of_id"))
_FRESH = select(blob.c.id, blob.c.data).where(blob.c.data.is_not(None)).limit(bindparam("most"))
_SETTLE = (
    update(blob)
    .where(blob.c.id == bindparam("of_id"), blob.c.pack.is_(None))
    .values(pack=bindparam("new_pack"), offset=bindparam("new_offset"), data=None)
)
_ANY_IN_PACK = select(blob.c.id).where(blob.c.pack == bindparam("of_pack")).limit(1)
_PLACE = and_(
    blob.c.id == bindparam("of_id"),
    blob.c.pack.is_not_distinct_from(bindparam("of_pack")),
    blob.c.offset == bindparam("of_offset"),
)
_CHECKED = update(blob).where(_PLACE).values(checked_at=bindparam("now"), damaged=bindparam("is_damaged"))
_MOVE = update(blob).where(_PLACE).values(pack=bindparam("new_pack"), offset=bindparam("new_offset"))


def add_blob(tx: Tx, new: Blob) -> None:
    """In the transaction that adds what refers to it."""
    row = {name: getattr(new, name) for name in Blob.__dataclass_fields__}
    tx.sql.execute(_INSERT, row | {"checked_at": micros(tx.now)})


def drop(tx: Tx, blob_ids: Iterable[str]) -> None:
    """Something has ceased to refer to these."""
    rows = [{"blob_id": each, "since": micros(tx.now)} for each in blob_ids]
    insert_or_ignore(tx, garbage, rows)


def take_garbage(tx: Tx, before: int, most: int, spared: frozenset[str] = frozenset()) -> tuple[int, list[str]]:
    """Forget blobs that nothing refers to any more, of the oldest that were dropped before that moment: how many those
    are, and what has a file of its own, which is to be removed. Some never were a row. Those that are `spared` are
    looked at again later."""
    query = select(garbage.c.blob_id).where(garbage.c.since < before).order_by(garbage.c.since).limit(most)
    looked_at = list(tx.sql.execute(query).scalars())
    dead = set(looked_at) - _referred_to(tx, looked_at) - spared
    packed = set(tx.sql.execute(select(blob.c.id).where(blob.c.id.in_(dead), blob.c.pack.is_not(None))).scalars())
    tx.sql.execute(delete(blob).where(blob.c.id.in_(dead)))
    tx.sql.execute(delete(garbage).where(garbage.c.blob_id.in_(looked_at)))
    drop(tx, spared.intersection(looked_at))
    return len(looked_at), sorted(dead - packed)


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
    return {pack for pack in packs if tx.sql.execute(_ANY_IN_PACK, {"of_pack": pack}).first()}


def take_fresh(tx: Tx, most: int, most_bytes: int) -> list[tuple[str, bytes]]:
    """Some of the blobs that are in the database."""
    batch, size = list[tuple[str, bytes]](), 0
    for blob_id, data in tx.sql.execute(_FRESH, {"most": most}):
        batch.append((blob_id, data))
        size += len(data)
        if size >= most_bytes:
            break
    return batch


def settle(tx: Tx, blobs: Sequence[Blob]) -> None:
    """They are in packs now."""
    rows = [{"of_id": each.id, "new_pack": each.pack, "new_offset": each.offset} for each in blobs]
    tx.sql.execute(_SETTLE, rows)


def find_blob(tx: Tx, blob_id: str) -> Blob | None:
    return one(tx, _ONE, Blob, of_id=blob_id)


def list_unchecked(tx: Tx, before: int, most: int) -> list[Blob]:
    """Those on disk that were not looked at since that moment, the longest first."""
    query = _SELECT.where(blob.c.checked_at < before, blob.c.data.is_(None)).order_by(blob.c.checked_at)
    return every(tx, query.limit(most), Blob)


def set_checked(tx: Tx, checked: Iterable[tuple[Blob, bool]]) -> list[Blob]:
    """Note how blobs read: those that do not any more. One that was moved meanwhile is not the one that was read."""
    lost = []
    for read, sound in checked:
        row = {"of_id": read.id, "of_pack": read.pack, "of_offset": read.offset}
        done = tx.sql.execute(_CHECKED, row | {"now": micros(tx.now), "is_damaged": not sound})
        if done.rowcount and not sound and not read.damaged:
            lost.append(read)
    return lost


def alive_in_pack(tx: Tx, pack: str) -> tuple[int, int, int]:
    """How many of its blobs are rows, how many bytes they have, and how many of them are damaged."""
    damaged = func.coalesce(func.sum(case((blob.c.damaged, 1), else_=0)), 0)
    query = select(func.count(), func.coalesce(func.sum(blob.c.size), 0), damaged).where(blob.c.pack == pack)
    blobs, size, bad = tx.sql.execute(query).one()
    return int(blobs), int(size), int(bad)


def in_pack(tx: Tx, pack: str, after: int, most: int) -> list[Blob]:
    """The next ones behind an offset."""
    query = _SELECT.where(blob.c.pack == pack, blob.c.offset > after).order_by(blob.c.offset).limit(most)
    return every(tx, query, Blob)


def move_blobs(tx: Tx, old: Iterable[Blob], new: Iterable[Blob]) -> None:
    """They are elsewhere now, unless somebody else has moved or removed them since."""
    places = {each.id: each for each in old}
    for each in new:
        row = {"of_id": each.id, "of_pack": places[each.id].pack, "of_offset": places[each.id].offset}
        tx.sql.execute(_MOVE, row | {"new_pack": each.pack, "new_offset": each.offset})
