"""Let the bytes of an object in: a few stay in memory and are committed with the rows, more go to a file as they come.
They are hashed on the way, and those of files on disk when this is done; no row names them yet."""

import asyncio
import hashlib
import random
import secrets
from collections.abc import AsyncIterator
from typing import NamedTuple

from altostratus.contracts.objectstore import Content
from altostratus.kernel.errors import DeadlineExceeded, TooLarge, Unavailable
from altostratus.services.objectstore.driver import SMALL, Blob, Writing
from altostratus.services.objectstore.drivers.sums import sums_of
from altostratus.services.objectstore.store.blobs import drop
from altostratus.services.objectstore.usecases import ObjectStore

BATCH = 1 << 20
"""Bytes that cross into the lane at once."""

_RANDOM = random.Random(secrets.randbits(256))  # noqa: S311 - ids are no secrets, and the system takes longer

FINISH_SECONDS = 1800.0
"""How long syncing the largest object may take."""


class Received(NamedTuple):
    """`blob` is None where there are no bytes."""

    content: Content
    blob: Blob | None


async def receive(store: ObjectStore, body: AsyncIterator[bytes], most: int) -> Received:
    """The caller says by `arrived` that the rows are there, or will never be. Raises TooLarge beyond `most` bytes,
    StorageFull, Unavailable, and whatever `body` raises."""
    start, ended = await _start_of(body)
    if len(start) > most:
        raise TooLarge()
    try:
        if ended:
            return _small(start)
        return await _keep_large(store, start, body, most)
    except DeadlineExceeded as error:
        raise Unavailable("The storage does not answer in time.", detail=str(error)) from error


async def arrived(store: ObjectStore, received: Received, *, committed: bool) -> None:
    """Without a commit the file goes, unless one whose answer was lost has kept it."""
    if (blob := received.blob) is None or blob.data is not None:
        return
    try:
        if not committed:
            await asyncio.shield(asyncio.ensure_future(store.db.write(lambda tx: drop(tx, [blob.id]))))
    finally:
        store.arriving.discard(blob.id)


def new_blob_id() -> str:
    return f"{_RANDOM.getrandbits(128):032x}"


async def _start_of(body: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The beginning, and whether it is all."""
    chunks, size = [], 0
    async for chunk in body:
        chunks.append(chunk)
        size += len(chunk)
        if size > SMALL:
            return b"".join(chunks), False
    return b"".join(chunks), True


def _small(data: bytes) -> Received:
    content = Content(len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())
    return Received(content, Blob(new_blob_id(), len(data), sums_of(data), data=data) if data else None)


async def _keep_large(store: ObjectStore, start: bytes, body: AsyncIterator[bytes], most: int) -> Received:
    """While one batch is written and hashed in the lane, the next one arrives."""
    blob_id = new_blob_id()
    writing = await store.lane.run(store.blobs.begin, blob_id)
    store.arriving.add(blob_id)
    md5, size, waiting = hashlib.md5(usedforsecurity=False), 0, None

    def keep(batch: bytes) -> None:
        md5.update(batch)
        writing.write(batch)

    try:
        try:
            async for batch in _batches(start, body):
                size += len(batch)
                if size > most:
                    raise TooLarge()
                if waiting:
                    await waiting
                waiting = asyncio.ensure_future(store.lane.run(keep, batch))
        finally:
            if waiting:
                await waiting
        blob = await store.lane.run(writing.finish, deadline=FINISH_SECONDS)
    except BaseException:
        await asyncio.shield(store.lane.run(_forget, store, writing, blob_id))
        raise
    return Received(Content(size, md5.hexdigest()), blob)


def _forget(store: ObjectStore, writing: Writing, blob_id: str) -> None:
    """In the lane: whatever became of it, perhaps after its caller had gone away."""
    writing.close()
    store.blobs.remove(blob_id)
    store.arriving.discard(blob_id)


async def _batches(start: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces that are worth a hop to another thread."""
    pending, size = [start], len(start)
    async for chunk in body:
        pending.append(chunk)
        size += len(chunk)
        if size >= BATCH:
            yield b"".join(pending)
            pending, size = [], 0
    if pending:
        yield b"".join(pending)
