"""Remove bytes that nothing refers to any more."""

from collections.abc import Iterable

from altostratus.kernel.clock import micros
from altostratus.services.objectstore.driver import Blobs
from altostratus.services.objectstore.store.blobs import take_garbage
from altostratus.services.objectstore.usecases import ObjectStore

MOST = 500
"""Blobs in one transaction."""


async def collect_garbage(store: ObjectStore) -> bool:
    """One batch; whether there are more. First the rows go, then the files: of those that a dying process leaves no
    row knows, and remove_orphans finds them. What is in packs stays there until they are compacted."""
    before = micros(store.clock.now()) - store.config.garbage_seconds * 1_000_000
    reading = frozenset(store.reading)
    looked_at, dead = await store.db.write(lambda tx: take_garbage(tx, before, MOST, reading))
    await store.lane.run(_remove, store.blobs, dead)
    return looked_at == MOST


def _remove(blobs: Blobs, ids: Iterable[str]) -> None:
    for blob_id in ids:
        blobs.remove(blob_id)
