"""Move small blobs from the database, where they were committed with their objects, into packs: many at once."""

from altostratus.services.objectstore.store.blobs import settle, take_fresh
from altostratus.services.objectstore.usecases import ObjectStore

MOST, MOST_BYTES = 1000, 8 << 20
"""What is in memory, shares an fsync and is moved in one transaction."""


async def settle_small(store: ObjectStore) -> bool:
    """One batch; whether there are more. What is removed meanwhile, or moved by somebody else, is dead in the pack."""
    batch = await store.db.read(lambda tx: take_fresh(tx, MOST, MOST_BYTES))
    if not batch:
        return False
    blobs = await store.lane.run(store.blobs.append, batch)
    await store.db.write(lambda tx: settle(tx, blobs))
    return len(batch) == MOST or sum(len(data) for _, data in batch) >= MOST_BYTES
