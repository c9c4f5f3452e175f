"""Let the bytes of an object in: a few stay in memory and are committed with the rows, more go to a file as they come.
They are hashed on the way, and those of files on disk when this is done; no row names them yet."""

import asyncio
import hashlib
import random
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import NamedTuple

from altostratus.contracts.objectstore import Content
from altostratus.kernel.errors import DeadlineExceeded, TooLarge, Unavailable
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import SMALL, Blob, Writing
from altostratus.services.objectstore.drivers.sums import sums_of
from altostratus.services.objectstore.store.blobs import add_blob, drop
from altostratus.services.objectstore.store.objects import Span
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


@asynccontextmanager
async def receiving(
    store: ObjectStore, body: AsyncIterator[bytes], most: int, file_id: str | None = None
) -> AsyncIterator[Received]:
    """What has come, for a block that commits its rows. If that fails the file goes, unless a commit whose answer was
    lost has kept it. With a `file_id` it is a file however few bytes it has. Raises TooLarge beyond `most` bytes,
    StorageFull, Unavailable, and whatever `body` raises."""
    received = await _receive(store, body, most, file_id)
    file = received.blob if received.blob and received.blob.data is None else None
    try:
        yield received
    except BaseException:
        if file:
            await asyncio.shield(asyncio.ensure_future(store.db.write(lambda tx: drop(tx, [file.id]))))
        raise
    finally:
        if file:
            store.arriving.discard(file.id)


async def _receive(store: ObjectStore, body: AsyncIterator[bytes], most: int, file_id: str | None) -> Received:
    start, ended = await _start_of(body)
    if len(start) > most:
        raise TooLarge()
    if ended and len(start) <= SMALL and file_id is None:
        return _small(start)
    batches = None if ended else _batches(start, body)
    if batches:
        start = b""  # it goes with the first batch
    try:
        return await _keep_large(store, file_id or new_blob_id(), start, batches, most)
    except DeadlineExceeded as error:
        raise Unavailable("The storage does not answer in time.", detail=str(error)) from error


def add_received(tx: Tx, received: Received) -> list[Span]:
    """The rows of the bytes, in the transaction that adds what refers to them."""
    if received.blob is None:
        return []
    add_blob(tx, received.blob)
    return [Span(received.blob, 0, received.blob.size)]


def new_blob_id() -> str:
    return f"{_RANDOM.getrandbits(128):032x}"


async def _start_of(body: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The beginning, and whether it is all."""
    chunks, size = [], 0
    async for chunk in body:
        chunks.append(chunk)
        size += len(chunk)
        if size > BATCH:
            return b"".join(chunks), False
    return b"".join(chunks), True


def _small(data: bytes) -> Received:
    content = Content(len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())
    return Received(content, Blob(new_blob_id(), len(data), sums_of(data), data=data) if data else None)


async def _keep_large(
    store: ObjectStore, blob_id: str, whole: bytes, batches: AsyncIterator[bytes] | None, most: int
) -> Received:
    run = store.lane.run
    writing = await run(store.blobs.begin, blob_id)
    store.arriving.add(blob_id)
    try:
        if batches is None:
            return await run(_keep_whole, writing, whole, deadline=FINISH_SECONDS)
        content = await _keep_batches(store, writing, batches, most)
        return Received(content, await run(writing.finish, deadline=FINISH_SECONDS))
    except BaseException:
        await asyncio.shield(run(_forget, store, writing, blob_id))
        raise


def _keep_whole(writing: Writing, data: bytes) -> Received:
    """In the lane, at one go."""
    writing.write(data)
    return Received(Content(len(data), hashlib.md5(data, usedforsecurity=False).hexdigest()), writing.finish())


async def _keep_batches(store: ObjectStore, writing: Writing, batches: AsyncIterator[bytes], most: int) -> Content:
    """While one is written and hashed, by a thread each, the next one arrives."""
    md5, size = hashlib.md5(usedforsecurity=False), 0
    busy: list[Awaitable[None]] = []
    try:
        async for batch in batches:
            size += len(batch)
            if size > most:
                raise TooLarge()
            await _both(busy)
            busy = [store.lane.run(md5.update, batch), store.lane.run(writing.write, batch)]
    finally:
        await _both(busy)
    return Content(size, md5.hexdigest())


async def _both(busy: list[Awaitable[None]]) -> None:
    """Wait until neither is at work; then raise what went wrong."""
    for error in await asyncio.gather(*busy, return_exceptions=True):
        if error is not None:
            raise error


def _forget(store: ObjectStore, writing: Writing, blob_id: str) -> None:
    """In the lane: whatever became of it, perhaps after its caller had gone away."""
    writing.close()
    store.blobs.remove(blob_id)
    store.arriving.discard(blob_id)


async def _batches(start: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces that are worth a hop to another thread."""
    pending, size = [start], len(start)
    del start
    async for chunk in body:
        pending.append(chunk)
        size += len(chunk)
        if size >= BATCH:
            yield b"".join(pending)
            pending, size = [], 0
    if pending:
        yield b"".join(pending)
