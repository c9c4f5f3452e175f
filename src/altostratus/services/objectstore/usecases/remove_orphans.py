"""Remove what is on disk and no row knows: what was left behind by a process that died, or by its clients."""

from collections.abc import Callable, Iterable

from altostratus.kernel.log import logger
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.blobs import known, live_in_packs
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.rounds import Round

MOST = 500
"""Files that are compared with rows at once."""
REST_SECONDS = 3600.0

log = logger("objectstore")


class OrphanSweep:
    """Goes through all files and packs, and rests. Young ones are left alone: their rows may be on their way."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._files = Round(store, store.blobs.large, REST_SECONDS)
        self._packs = Round(store, store.blobs.packs, REST_SECONDS)

    async def __call__(self) -> bool:
        """One batch of each; whether there are more."""
        files = await self._sweep(self._files, known, self._store.blobs.remove)
        packs = await self._sweep(self._packs, live_in_packs, self._store.blobs.remove_pack)
        return files or packs

    async def _sweep(
        self, files: Round, in_rows: Callable[[Tx, list[str]], set[str]], remove: Callable[[str], None]
    ) -> bool:
        old = await files.take(MOST, self._store.config.orphan_seconds)
        if old:
            names = [each.name for each in old if each.name not in self._store.arriving]  # the clock may have jumped
            orphans = set(names) - await self._store.db.read(lambda tx: in_rows(tx, names))
            await self._store.lane.run(_remove_all, remove, orphans)
        return old is not None


def _remove_all(remove: Callable[[str], None], names: Iterable[str]) -> None:
    for name in sorted(names):
        log.info("removed what no row knows", name=name)
        remove(name)
