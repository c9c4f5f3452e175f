"""Compressed bytes as they come, and what they unpack to: never much at once, and not far more than came."""

import bz2
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from altostratus.kernel.errors import TooLarge
from altostratus.services.objectstore.domain.tar import BadArchive

PIECE = 1 << 18
MOST_RATIO = 200
"""Bytes that come out for each that went in, beyond the first FREE ones."""
FREE = 64 << 20
MOST_BYTES = 64 << 30
"""Of an archive, unpacked."""

Run = Callable[[Callable[[bytes], bytes], bytes], Awaitable[bytes]]
"""Runs a call where it holds nobody up."""


class _Unpacker(Protocol):
    def take(self, data: bytes) -> bytes:
        """Something of what is unpacked; '' if that needs more data."""
        ...

    @property
    def complete(self) -> bool: ...


class Gzip:
    """Members of gzip, one after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self._rest = b""

    def take(self, data: bytes) -> bytes:
        self._rest, found = self._rest + data, b""
        while not found:
            if self._member.eof:
                if not self._rest:
                    break
                self._member = zlib.decompressobj(31)
            found = self._member.decompress(self._rest, PIECE)
            self._rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if not self._rest:
                break
        return found

    @property
    def complete(self) -> bool:
        return self._member.eof


class Bzip2:
    """Streams of bzip2, one after the other."""

    def __init__(self) -> None:
        self._stream = bz2.BZ2Decompressor()
        self._rest = b""

    def take(self, data: bytes) -> bytes:
        self._rest, found = self._rest + data, b""
        while not found:
            if self._stream.eof:
                if not self._rest:
                    break
                self._stream = bz2.BZ2Decompressor()
            found = self._stream.decompress(self._rest, PIECE)
            self._rest = self._stream.unused_data  # what it has not used and did not end at it keeps itself
            if not self._rest:
                break
        return found

    @property
    def complete(self) -> bool:
        return self._stream.eof


UNPACKERS: dict[str, Callable[[], _Unpacker] | None] = {"tar": None, "tar.gz": Gzip, "tar.bz2": Bzip2}
"""By what an archive is called."""


async def unpacked(kind: str, body: AsyncIterator[bytes], run: Run) -> AsyncIterator[bytes]:
    """The archive itself. Raises BadArchive, TooLarge."""
    make = UNPACKERS[kind]
    came = out = 0
    unpacker = make() if make else None
    async for chunk in body:
        came += len(chunk)
        async for piece in _pieces(unpacker, chunk, run):
            out += len(piece)
            if out > MOST_BYTES or out > FREE + MOST_RATIO * came:
                raise TooLarge("The archive unpacks to more than is allowed.")
            yield piece
    if unpacker and not unpacker.complete:
        raise BadArchive("unexpected end of data")


async def _pieces(unpacker: _Unpacker | None, chunk: bytes, run: Run) -> AsyncIterator[bytes]:
    if unpacker is None:
        yield chunk
        return
    data = chunk
    try:
        while piece := await run(unpacker.take, data):
            yield piece
            data = b""
    except (zlib.error, OSError, EOFError) as error:
        raise BadArchive(str(error)) from error
