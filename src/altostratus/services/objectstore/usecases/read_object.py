"""The bytes of an object, each block checked against its sum before anybody sees it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from altostratus.contracts.objectstore import Container, Damaged, NoSuchObject, Object
from altostratus.kernel.log import logger
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import BLOCK, Blob
from altostratus.services.objectstore.drivers.sums import is_sound
from altostratus.services.objectstore.store.blobs import find_blob
from altostratus.services.objectstore.store.objects import Span, find_null, find_version, spans_of
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.put_object import find_listed, get_container

log = logger("objectstore")


def find_object(tx: Tx, container_id: int, name: str, version: str | None = None) -> Object | None:
    """What is there under this name; or one of its versions, which may be a marker."""
    if version is None:
        return find_listed(tx, container_id, name)
    if version == "null":
        return find_null(tx, container_id, name)
    return find_version(tx, container_id, name, int(version)) if is_version(version) else None


def is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def open_object(
    store: ObjectStore, tx: Tx, account: str, container: str, name: str, version: str | None = None
) -> tuple[Container, Object, "ObjectReading"]:
    """Raises NoSuchContainer, NoSuchObject."""
    where = get_container(tx, account, container)
    found = find_object(tx, where.id, name, version)
    if found is None or is_expired(found, tx):
        raise NoSuchObject()
    return where, found, ObjectReading(store, found.size, tuple(spans_of(tx, found)))


def is_expired(found: Object, tx: Tx) -> bool:
    """Whether it is gone for everybody, though its rows may still be there."""
    return found.expires_at is not None and found.expires_at <= tx.now.timestamp()


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """See contracts.objectstore.Reading."""

    store: ObjectStore
    size: int
    spans: tuple[Span, ...]

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        at = 0
        for span in self.spans:
            first, last = max(start - at, 0), min(stop - at, span.length)
            if first < last:
                async for chunk in _read(self.store, span.blob, span.start + first, span.start + last):
                    yield chunk
            at += span.length


async def _read(store: ObjectStore, blob: Blob, start: int, stop: int) -> AsyncIterator[bytes]:
    """Whole blocks from disk, of which those bytes that are wanted. While one is sent the next is read."""
    blocks = range(start // BLOCK, -(-stop // BLOCK))
    following = asyncio.ensure_future(_read_block(store, blob, blocks[0]))
    try:
        for block in blocks:
            data = await following
            if block + 1 in blocks:
                following = asyncio.ensure_future(_read_block(store, blob, block + 1))
            offset = block * BLOCK
            first, last = max(start - offset, 0), min(stop - offset, len(data))
            yield data if last - first == len(data) else data[first:last]
    finally:
        following.cancel()
        await asyncio.wait({following})  # nobody is left to hear of its error


async def _read_block(store: ObjectStore, blob: Blob, block: int) -> bytes:
    try:
        return await store.lane.run(read_block, store, blob, block)
    except FileNotFoundError:  # perhaps it was moved into another pack just now
        moved = await store.db.read(lambda tx: find_blob(tx, blob.id))
    if moved is None or moved == blob:
        raise Damaged(detail=f"the data of blob {blob.id} is gone")
    return await store.lane.run(read_block, store, moved, block)


def read_block(store: ObjectStore, blob: Blob, block: int) -> bytes:
    """One block, in the lane. Raises Damaged unless it is what it was."""
    length = min(BLOCK, blob.size - block * BLOCK)
    data = store.blobs.read(blob, block * BLOCK, length)
    if len(data) != length or not is_sound(blob.sums, block, data):
        log.error("data is damaged", blob=blob.id, pack=blob.pack, block=block)
        raise Damaged(detail=f"block {block} of blob {blob.id} is not what was written")
    return data
