"""The format of packs: records one after the other, each a header and its bytes. A pack can be read again without the
database: what is torn or was never committed is ignored.

    magic (4 bytes) · blob id (16) · length (4, big-endian) · CRC-32C of the bytes (4, big-endian) · bytes
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from altostratus.services.objectstore.driver import SMALL, Blob
from altostratus.services.objectstore.drivers.sums import sums_of

MAGIC = b"ALTO"
_HEADER = struct.Struct(">4s16sI4s")
HEADER = _HEADER.size


def record(blob_id: str, data: bytes) -> tuple[bytes, bytes]:
    """The record of one blob, and its sum."""
    sums = sums_of(data)
    return _HEADER.pack(MAGIC, bytes.fromhex(blob_id), len(data), sums) + data, sums


def read_records(file: BinaryIO, pack: str) -> Iterator[Blob]:
    """Every whole and sound blob of a pack, in order. After a torn one the next is looked for by its magic."""
    at = 0
    while blob := _next(file, pack, at):
        yield blob
        at = blob.offset + blob.size


def _next(file: BinaryIO, pack: str, at: int) -> Blob | None:
    while (start := _find_magic(file, at)) is not None:
        if blob := _read(file, pack, start):
            return blob
        at = start + 1
    return None


def _read(file: BinaryIO, pack: str, start: int) -> Blob | None:
    file.seek(start)
    header = file.read(HEADER)
    if len(header) < HEADER:
        return None
    _, raw, length, sums = _HEADER.unpack(header)
    data = file.read(length) if length <= SMALL else b""
    if len(data) != length or sums_of(data) != sums:
        return None
    return Blob(raw.hex(), length, sums, pack, start + HEADER)


def _find_magic(file: BinaryIO, at: int) -> int | None:
    file.seek(at)
    tail = b""
    while chunk := file.read(SMALL):
        found = (tail + chunk).find(MAGIC)
        if found >= 0:
            return at - len(tail) + found
        at += len(chunk)
        tail = chunk[-len(MAGIC) + 1 :]
    return None
