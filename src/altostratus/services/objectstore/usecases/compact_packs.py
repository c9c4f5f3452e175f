"""Copy what is alive in packs that are mostly dead, or of which there are many small ones, and remove the old."""

from functools import partial

from altostratus.contracts.objectstore import Damaged
from altostratus.services.objectstore.driver import HEADER, Blob, Stored
from altostratus.services.objectstore.store.blobs import alive_in_pack, in_pack, live_in_packs, move_blobs, set_checked
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.read_object import read_block
from altostratus.services.objectstore.usecases.rounds import Round

REST_SECONDS = 3600.0
LARGE, MANY = 32 << 20, 8
"""A pack of this size is left alone while it is alive; so many smaller ones become one."""
BATCH = 128
"""Blobs that are in memory, share an fsync and are moved in one transaction."""


class Compaction:
    """Goes through all packs that are so old that they are full, and rests."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._round = Round(store, store.blobs.packs, REST_SECONDS)
        self._small: list[str] = []

    async def __call__(self) -> bool:
        """One pack, or some small ones; whether there are more."""
        found = await self._round.take(1, self._store.config.compact_seconds)
        if found is None:
            self._small.clear()
            return False
        for pack in found:
            await self._look(pack)
        return True

    async def _look(self, pack: Stored) -> None:
        blobs, size, damaged = await self._store.db.read(lambda tx: alive_in_pack(tx, pack.name))
        if damaged:
            return  # perhaps it can be read again one day
        if 2 * (size + blobs * HEADER) < pack.size:
            await compact_pack(self._store, pack.name)
        elif pack.size < LARGE:
            self._small.append(pack.name)
        if len(self._small) == MANY:
            small, self._small = self._small, []
            for name in small:
                await compact_pack(self._store, name)


async def compact_pack(store: ObjectStore, pack: str) -> None:
    """Readers that have it open finish; those that come late look where their blob is now. What cannot be read is said
    to be damaged, and keeps the pack where it is."""
    after = -1
    while batch := await store.db.read(partial(in_pack, pack=pack, after=after, most=BATCH)):
        await _move(store, batch)
        after = batch[-1].offset
    if not await store.db.read(lambda tx: live_in_packs(tx, [pack])):
        await store.lane.run(store.blobs.remove_pack, pack)


async def _move(store: ObjectStore, batch: list[Blob]) -> None:
    moved, damaged = await store.lane.run(_copy, store, batch)
    await store.db.write(lambda tx: move_blobs(tx, batch, moved))
    if damaged:
        await store.db.write(lambda tx: set_checked(tx, [(blob, False) for blob in damaged]))


def _copy(store: ObjectStore, batch: list[Blob]) -> tuple[list[Blob], list[Blob]]:
    """In the lane: where the blobs are that could be read, and those that could not."""
    read, damaged = list[tuple[str, bytes]](), list[Blob]()
    for blob in batch:
        try:
            read.append((blob.id, read_block(store, blob, 0)))
        except (Damaged, FileNotFoundError):
            damaged.append(blob)
    return store.blobs.append(read) if read else [], damaged
