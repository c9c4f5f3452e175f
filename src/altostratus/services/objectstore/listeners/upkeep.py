"""The object store's chores."""

from collections.abc import Awaitable, Callable
from functools import partial

from altostratus.kernel.chores import Chore, Chores
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from altostratus.services.objectstore.usecases.compact_packs import Compaction
from altostratus.services.objectstore.usecases.fold_usage import fold_usage
from altostratus.services.objectstore.usecases.remove_expired import remove_expired
from altostratus.services.objectstore.usecases.remove_orphans import OrphanSweep
from altostratus.services.objectstore.usecases.scrub import Scrub
from altostratus.services.objectstore.usecases.settle_small import settle_small


def upkeep_of(store: ObjectStore) -> Chores:
    """All that a store needs."""
    chores: dict[str, Callable[[], Awaitable[bool]]] = {
        "settle small blobs": partial(settle_small, store),
        "fold usage": partial(fold_usage, store),
        "remove expired objects": partial(remove_expired, store),
        "collect garbage": partial(collect_garbage, store),
        "compact packs": Compaction(store),
        "remove orphans": OrphanSweep(store),
        "scrub": Scrub(store),
    }
    return Chores([Chore(name, batch, store.config.upkeep_seconds) for name, batch in chores.items()])
