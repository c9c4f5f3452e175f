"""Image content: small, fixed, and valid or invalid in a known way."""

from __future__ import annotations

import struct
from collections.abc import Iterator

CLUSTER = 1 << 16
RAW = b"".join(n.to_bytes(2, "big") for n in range(512))


def qcow2(size: int = 1 << 20, backing: bytes = b"") -> bytes:
    """An empty qcow2 of version 3 (header, refcount table and block, L1 table); `backing` names a file."""
    start = 104 + 8
    where = (start, len(backing)) if backing else (0, 0)
    fields = (b"QFI\xfb", 3, *where, 16, size, 0, 1, 3 * CLUSTER, CLUSTER, 1, 0, 0, 0, 0, 0, 4, 104)
    header = struct.pack(">4sIQIIQIIQQIIQQQQII", *fields) + bytes(8) + backing
    parts = (header, struct.pack(">Q", 2 * CLUSTER), struct.pack(">4H", 1, 1, 1, 1), b"")
    return b"".join(part.ljust(CLUSTER, b"\0") for part in parts)


def in_pieces(content: bytes, size: int = 300) -> Iterator[bytes]:
    """The content as a chunked upload sends it."""
    for start in range(0, len(content), size):
        yield content[start : start + size]
