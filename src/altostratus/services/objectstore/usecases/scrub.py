"""Read all data once in a while, so that damage is known before somebody needs what is damaged."""

from altostratus.contracts.objectstore import Damaged
from altostratus.kernel import metrics
from altostratus.kernel.clock import micros
from altostratus.kernel.log import logger
from altostratus.services.objectstore.driver import BLOCK, Blob
from altostratus.services.objectstore.store.blobs import find_blob, list_unchecked, set_checked
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.read_object import read_block

MOST, MOST_BYTES = 1000, 64 << 20
"""What is read in one turn, and there is one in config.upkeep_seconds: at 2 s that is 32 MiB a second."""

log = logger("objectstore")


class Scrub:
    """Reads the blobs that were not looked at for the longest time. A large one takes several turns."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._begun: Blob | None = None
        self._block = 0

    async def __call__(self) -> bool:
        """One batch. Never says that there is more: it may not be faster."""
        room, checked = MOST_BYTES, list[tuple[Blob, bool]]()
        for blob in await self._due():
            blocks = -(-blob.size // BLOCK)
            self._begin(blob)
            sound = True
            while sound and self._block < blocks and room > 0:
                sound = await self._store.lane.run(_is_sound, self._store, blob, self._block)
                self._block += 1
                room -= BLOCK if blob.size > BLOCK else blob.size
            if sound and self._block < blocks:
                break
            self._begun = None
            checked.append((blob, sound))
        await self._note(checked)
        return False

    async def _due(self) -> list[Blob]:
        """The blob that was begun, and those that are to be read again by now."""
        before = micros(self._store.clock.now()) - self._store.config.scrub_seconds * 1_000_000
        begun = self._begun.id if self._begun else ""
        return await self._store.db.read(
            lambda tx: [
                *filter(None, [find_blob(tx, begun)]),
                *(blob for blob in list_unchecked(tx, before, MOST) if blob.id != begun),
            ]
        )

    def _begin(self, blob: Blob) -> None:
        """Where it was left, or anew."""
        if self._begun != blob:
            self._begun, self._block = blob, 0

    async def _note(self, checked: list[tuple[Blob, bool]]) -> None:
        if not checked:
            return
        lost = await self._store.db.write(lambda tx: set_checked(tx, checked))
        for blob in lost:
            log.error("a blob is damaged", blob=blob.id, pack=blob.pack, size=blob.size)
            metrics.BLOBS_DAMAGED.inc()


def _is_sound(store: ObjectStore, blob: Blob, block: int) -> bool:
    try:
        read_block(store, blob, block)
    except (Damaged, FileNotFoundError):
        return False
    return True
