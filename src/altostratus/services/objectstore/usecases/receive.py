"""Let the bytes of an object in: a few stay in memory and are committed with the rows, more go to a file as they come.
They are hashed on the way, and encrypted if they are to be; those of files are on disk when this is done. No row names
them yet."""

import asyncio
import hashlib
import random
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from altostratus.contracts.objectstore import Content
from altostratus.kernel.errors import DeadlineExceeded, TooLarge, Unavailable
from altostratus.kernel.lanes import Lane
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import SMALL, Blob, Writing
from altostratus.services.objectstore.drivers.encryption import EncryptedWriting, Encryption
from altostratus.services.objectstore.drivers.sums import sums_of
from altostratus.services.objectstore.store.blobs import add_blob, drop
from altostratus.services.objectstore.store.objects import Span
from altostratus.services.objectstore.usecases import ObjectStore

BATCH = SMALL
"""Bytes that are worth a hop to another thread: shorter pieces are put together."""

MOST_WAITING = 1 << 20
"""Bytes of one upload that may have come and not be worked on yet, before the next ones are let in."""

TURNS = 64
"""Batches after which a line gives its thread to others."""

_RANDOM = random.Random(secrets.randbits(256))  # noqa: S311 - ids are no secrets, and the system takes longer

FINISH_SECONDS = 1800.0
"""How long syncing the largest object may take."""


class Received(NamedTuple):
    """`blob` is None where there are no bytes, `key` where they are not encrypted. What is in memory is not yet."""

    content: Content
    blob: Blob | None
    key: bytes | None = None


@asynccontextmanager
async def receiving(
    store: ObjectStore, body: AsyncIterator[bytes], most: int, *, encrypted: bool, file_id: str | None = None
) -> AsyncIterator[Received]:
    """What has come, for a block that commits its rows. If that fails the file goes, unless a commit whose answer was
    lost has kept it. With a `file_id` it is a file however few bytes it has. Raises TooLarge beyond `most` bytes,
    StorageFull, Unavailable, and whatever `body` raises."""
    received = await _receive(store, body, most, Encryption() if encrypted else None, file_id)
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


async def _receive(
    store: ObjectStore, body: AsyncIterator[bytes], most: int, encryption: Encryption | None, file_id: str | None
) -> Received:
    start, ended = await _start_of(body)
    if len(start) > most:
        raise TooLarge()
    if ended and file_id is None:
        return _small(start)
    batches = _batches(start, body)
    del start  # it goes with the first batch
    try:
        received = await _keep_large(store, file_id or new_blob_id(), encryption, batches, most)
        return received._replace(key=encryption.key) if encryption else received
    except DeadlineExceeded as error:
        raise Unavailable("The storage does not answer in time.", detail=str(error)) from error


def add_received(store: ObjectStore, tx: Tx, received: Received, *, encrypted: bool) -> list[Span]:
    """The rows of the bytes, in the transaction that adds what refers to them. The key is encrypted here and not
    before, so that none is so with a master key that has been replaced while the bytes came."""
    if received.blob is None:
        return []
    blob, key = received.blob, received.key
    if encrypted and blob.data is not None:
        blob, key = _encrypted(blob, blob.data)
    if key:
        blob = replace(blob, key=store.master_key.encrypt(key))
    add_blob(tx, blob)
    return [Span(blob, 0, blob.size)]


def _encrypted(blob: Blob, data: bytes) -> tuple[Blob, bytes]:
    """A small one, and its key."""
    encryption = Encryption()
    data = encryption.update(data)
    return replace(blob, sums=sums_of(data), tags=encryption.tags(), data=data), encryption.key


def new_blob_id() -> str:
    return f"{_RANDOM.getrandbits(128):032x}"


async def _start_of(body: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The beginning, and whether it is all, which then is small."""
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
    store: ObjectStore, blob_id: str, encryption: Encryption | None, batches: AsyncIterator[bytes], most: int
) -> Received:
    writing = store.blobs.begin(blob_id)
    writing = EncryptedWriting(writing, encryption) if encryption else writing
    store.arriving.add(blob_id)
    try:
        content = await _keep_batches(store, writing, batches, most)
        return Received(content, await store.lane.run(writing.finish, deadline=FINISH_SECONDS))
    except BaseException:
        await asyncio.shield(store.lane.run(_forget, store, writing, blob_id))
        raise


async def _keep_batches(store: ObjectStore, writing: Writing, batches: AsyncIterator[bytes], most: int) -> Content:
    """While some are written and hashed, by a thread each, the next ones arrive."""
    md5, size = hashlib.md5(usedforsecurity=False), 0
    lines = _Line(store.lane, md5.update), _Line(store.lane, writing.write)
    try:
        async for batch in batches:
            size += len(batch)
            if size > most:
                raise TooLarge()
            for line in lines:
                await line.put(batch)
        for line in lines:
            await line.end()
    finally:
        for line in lines:
            await line.stop()
    return Content(size, md5.hexdigest())


class _Line:
    """Batches that are worked on one after the other in the lane, without a hop between two of them."""

    def __init__(self, lane: Lane, work: Callable[[bytes], None]) -> None:
        self._lane = lane
        self._work = work
        self._waiting: deque[bytes] = deque()
        self._put = self._taken = 0  # bytes; each is counted by one thread
        self._busy: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()

    async def put(self, batch: bytes) -> None:
        """Returns when there is room for another. Raises what went wrong with one before."""
        self._waiting.append(batch)
        self._put += len(batch)
        self._resume()
        while self._is_full():
            self._moved.clear()
            if self._is_full() and self._busy and not self._busy.done():
                await self._moved.wait()
            self._resume()

    async def end(self) -> None:
        """Wait until all is done."""
        while self._busy:
            await self._busy
            self._resume()

    async def stop(self) -> None:
        """Wait until nothing is worked on, whatever became of it."""
        self._waiting.clear()
        if self._busy:
            await asyncio.gather(self._busy, return_exceptions=True)

    def _is_full(self) -> bool:
        return self._put - self._taken > MOST_WAITING

    def _resume(self) -> None:
        if self._busy and self._busy.done():
            self._busy.result()
            self._busy = None
        if self._busy is None and self._waiting:
            self._busy = asyncio.ensure_future(self._lane.run(self._take_turns))
            self._busy.add_done_callback(lambda _: self._moved.set())

    def _take_turns(self) -> None:
        """In the lane."""
        for _ in range(TURNS):
            if not self._waiting:
                return
            batch, was_full = self._waiting.popleft(), self._is_full()
            self._taken += len(batch)
            if was_full:
                self._loop.call_soon_threadsafe(self._moved.set)
            self._work(batch)


def _forget(store: ObjectStore, writing: Writing, blob_id: str) -> None:
    """In the lane: whatever became of it, perhaps after its caller had gone away."""
    writing.close()
    store.blobs.remove(blob_id)
    store.arriving.discard(blob_id)


async def _batches(start: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces that are worth a hop to another thread."""
    yield start
    start, pending, size = b"", list[bytes](), 0
    async for chunk in body:
        pending.append(chunk)
        size += len(chunk)
        if size >= BATCH:
            yield b"".join(pending)
            pending, size = [], 0
    if pending:
        yield b"".join(pending)
