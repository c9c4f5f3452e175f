"""Small blobs on their way to disk: those that come while others are written wait, and then go together, so that one
fsync is enough for all of them."""

import asyncio

from altostratus.kernel.lanes import Lane
from altostratus.services.objectstore.driver import Blob, Blobs

MOST = 256
"""Blobs that share an fsync at most."""


class Gather:
    """Blobs wait here while others are written."""

    def __init__(self, blobs: Blobs, lane: Lane) -> None:
        self._blobs = blobs
        self._lane = lane
        self._waiting: list[tuple[str, bytes, asyncio.Future[Blob]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, blob_id: str, data: bytes) -> Blob:
        """The blob, once it survives a power cut. Raises StorageFull, Unavailable."""
        kept: asyncio.Future[Blob] = asyncio.get_running_loop().create_future()
        self._waiting.append((blob_id, data, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())
        return await kept

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                blobs = await self._lane.run(self._blobs.append, [(blob_id, data) for blob_id, data, _ in batch])
            except BaseException as error:
                for _, _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for blob, (_, _, kept) in zip(blobs, batch, strict=True):
                    if not kept.done():
                        kept.set_result(blob)
