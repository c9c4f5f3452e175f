"""The bytes of an object, each block checked against its sum, and decrypted, before anybody sees it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from altostratus.contracts.objectstore import NULL, SEALED, Container, Damaged, NoSuchObject, Object
from altostratus.kernel.errors import DeadlineExceeded, NotImplementedHere, Unavailable
from altostratus.kernel.log import logger
from altostratus.kernel.secrets import BadSecret
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import BLOCK, Blob
from altostratus.services.objectstore.drivers.encryption import Changed, decrypted
from altostratus.services.objectstore.drivers.sums import is_sound
from altostratus.services.objectstore.store.blobs import find_blob
from altostratus.services.objectstore.store.containers import container_by_id
from altostratus.services.objectstore.store.objects import Span, find_by_identity, find_null, find_version, spans_of
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.replace import find_listed

AHEAD = 3
"""Blocks of one object that are read at the same time."""
log = logger("objectstore")


def find_object(tx: Tx, container_id: int, name: str, version: str | None = None) -> Object | None:
    """What is there under this name; or one of its versions, which may be a marker."""
    if version is None:
        return find_listed(tx, container_id, name)
    if version == NULL:
        return find_null(tx, container_id, name)
    return find_version(tx, container_id, name, int(version)) if is_version(version) else None


def find_identity(tx: Tx, identity: int) -> tuple[Container, Object] | None:
    """The object of this identity as it is now, wherever it is."""
    found = find_by_identity(tx, identity)
    where = container_by_id(tx, found.container_id) if found else None
    return (where, found) if where and found and not found.marker else None


def is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def get_listed(tx: Tx, where: Container, name: str) -> Object:
    """What is there under this name. Raises NoSuchObject."""
    found = find_listed(tx, where.id, name)
    if found is None:
        raise NoSuchObject()
    return found


def read_spans(store: ObjectStore, tx: Tx, found: Object, *, sealed: bool = False) -> "ObjectReading":
    """Its bytes, once the transaction is over. Raises NotImplementedHere for what is sealed, unless that is wanted."""
    if SEALED in found.system and not sealed:
        raise NotImplementedHere("This object is sealed with a key of its writer's: read it by S3.")
    return ObjectReading(store, found.size, tuple(spans_of(tx, found)))


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """See contracts.objectstore.Reading."""

    store: ObjectStore
    size: int
    spans: tuple[Span, ...]

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        if (start, stop) == (0, self.size):  # rather nothing than an answer that breaks off
            _refuse_damaged(self.spans)
        at = 0
        with self._kept():
            for span in self.spans:
                first, last = max(start - at, 0), min(stop - at, span.length)
                if first < last:
                    async for chunk in _read(self.store, span.blob, span.start + first, span.start + last):
                        yield chunk
                at += span.length

    @contextlib.contextmanager
    def _kept(self) -> Iterator[None]:
        """What is read is no garbage yet, though nothing may refer to it any more."""
        reading, blob_ids = self.store.reading, [span.blob.id for span in self.spans]
        reading.update(blob_ids)
        try:
            yield
        finally:
            for blob_id in blob_ids:
                reading[blob_id] -= 1
                if not reading[blob_id]:
                    del reading[blob_id]


def _refuse_damaged(spans: Iterable[Span]) -> None:
    if damaged := [span.blob.id for span in spans if span.blob.damaged]:
        raise Damaged(detail=f"blobs known to be damaged: {', '.join(damaged)}")


async def _read(store: ObjectStore, blob: Blob, start: int, stop: int) -> AsyncIterator[bytes]:
    """Whole blocks, of which those bytes that are wanted. While one is sent the next ones are read from disk."""
    key = _key_of(store, blob)
    whole = blob.data if blob.data is not None else store.blobs.read_at_once(blob)
    if whole is not None:
        yield _opened(blob, key, 0, _checked(blob, 0, whole))[start:stop]
        return
    blocks = range(start // BLOCK, -(-stop // BLOCK))
    upcoming, reads = iter(blocks), deque[asyncio.Future[bytes]]()
    try:
        for block in blocks:
            more = islice(upcoming, AHEAD - len(reads))
            reads.extend(asyncio.ensure_future(_read_block(store, blob, key, number)) for number in more)
            data = await reads.popleft()
            offset = block * BLOCK
            first, last = max(start - offset, 0), min(stop - offset, len(data))
            yield data if last - first == len(data) else data[first:last]
    finally:
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)  # nobody is left to hear of their errors


async def _read_block(store: ObjectStore, blob: Blob, key: bytes | None, block: int) -> bytes:
    while True:
        try:
            return await store.lane.run(_open_block, store, blob, key, block)
        except FileNotFoundError:  # perhaps it is in another pack by now, or in none yet
            moved = await store.db.read(partial(find_blob, blob_id=blob.id))
        except DeadlineExceeded as error:
            raise Unavailable("The storage does not answer in time.", detail=str(error)) from error
        if moved is None or (moved == blob and moved.data is None):
            raise Damaged(detail=f"the data of blob {blob.id} is gone")
        blob = moved


def _key_of(store: ObjectStore, blob: Blob) -> bytes | None:
    """None for what is not encrypted. Raises Unavailable where the master key is missing."""
    try:
        return store.master_key.decrypt(blob.key) if blob.key else None
    except BadSecret as error:
        log.error("a blob's key cannot be decrypted", blob=blob.id, error=str(error))
        raise Unavailable("The key of this object is missing.", detail=str(error)) from error


def _open_block(store: ObjectStore, blob: Blob, key: bytes | None, block: int) -> bytes:
    """In the lane."""
    return _opened(blob, key, block, read_block(store, blob, block))


def _opened(blob: Blob, key: bytes | None, block: int, data: bytes) -> bytes:
    if key is None:
        return data
    try:
        return decrypted(key, blob.tags, block, data)
    except Changed as error:
        log.error("encrypted data was changed", blob=blob.id, pack=blob.pack, block=block)
        raise Damaged(detail=f"block {block} of blob {blob.id} is not what was encrypted") from error


def read_block(store: ObjectStore, blob: Blob, block: int) -> bytes:
    """One block as it is kept, in the lane. Raises Damaged unless it is what it was, and FileNotFoundError."""
    if blob.data is not None:
        return _checked(blob, block, blob.data)
    try:
        data = store.blobs.read(blob, block * BLOCK, block_length(blob, block))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(detail=f"block {block} of blob {blob.id} cannot be read: {error!r}") from error
    return _checked(blob, block, data)


def _checked(blob: Blob, block: int, data: bytes) -> bytes:
    if len(data) != block_length(blob, block) or not is_sound(blob.sums, block, data):
        log.error("data is damaged", blob=blob.id, pack=blob.pack, block=block)
        raise Damaged(detail=f"block {block} of blob {blob.id} is not what was written")
    return data


def block_length(blob: Blob, block: int) -> int:
    return min(BLOCK, blob.size - block * BLOCK)
