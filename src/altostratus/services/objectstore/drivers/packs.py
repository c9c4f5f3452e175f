"""The format of packs: records one after the other, each a header and its bytes. A pack can be read again without the
database: what is torn or was never committed is ignored.

    magic (4 bytes) · blob id (16) · length (4, big-endian) · CRC-32C (4, big-endian) · bytes

The sum is of the bytes and then of the id and the length, so that no blob is found under another's name.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from altostratus.services.objectstore.driver import HEADER, SMALL, Blob
from altostratus.services.objectstore.drivers.sums import extended, sums_of

MAGIC = b"ALTO"
_NAME = struct.Struct(">16sI")
_HEADER = struct.Struct(">4s20s4s")


def record(blob_id: str, data: bytes) -> tuple[bytes, bytes]:
    """The record of one blob, and its sum."""
    sums, name = sums_of(data), _NAME.pack(bytes.fromhex(blob_id), len(data))
    return _HEADER.pack(MAGIC, name, extended(sums, name)) + data, sums


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
    _, name, sum_of_all = _HEADER.unpack(header)
    raw, length = _NAME.unpack(name)
    data = file.read(length) if length <= SMALL else b""
    sums = sums_of(data)
    if len(data) != length or extended(sums, name) != sum_of_all:
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
