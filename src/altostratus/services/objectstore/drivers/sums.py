"""CRC-32C of each block of a blob, in the order of the blocks, four bytes each."""

import struct

import google_crc32c

from altostratus.services.objectstore.driver import BLOCK

_SUM = struct.Struct(">I")


class Sums:
    """Of bytes as they come."""

    def __init__(self) -> None:
        self._done: list[bytes] = []
        self._sum = 0
        self._filled = 0

    def feed(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            taken = rest[: BLOCK - self._filled]
            self._sum = google_crc32c.extend(self._sum, bytes(taken) if len(taken) < len(data) else data)
            self._filled += len(taken)
            rest = rest[len(taken) :]
            if self._filled == BLOCK:
                self._close_block()

    def result(self) -> bytes:
        if self._filled:
            self._close_block()
        return b"".join(self._done)

    def _close_block(self) -> None:
        self._done.append(_SUM.pack(self._sum))
        self._sum = self._filled = 0


def sums_of(data: bytes) -> bytes:
    """Of bytes that are there already."""
    blocks = [data] if len(data) <= BLOCK else [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    return b"".join(_SUM.pack(google_crc32c.value(block)) for block in blocks if block)


def extended(sums: bytes, more: bytes) -> bytes:
    """The sum of a block (or of nothing) and of what follows it."""
    return _SUM.pack(google_crc32c.extend(int.from_bytes(sums), more))


def is_sound(sums: bytes, first: int, data: bytes) -> bool:
    """Whether whole blocks, of which the first has this number, are what they were."""
    return sums_of(data) == sums[first * _SUM.size : (first + -(-len(data) // BLOCK)) * _SUM.size]
