"""Archives as they come, in pieces of any size: ustar, GNU's long names and PAX headers. No more of them is in memory
than a header and a piece.

https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
"""

import tarfile
from collections.abc import AsyncIterator
from typing import NamedTuple

from altostratus.kernel.errors import BadRequest

BLOCK = tarfile.BLOCKSIZE
LONGEST_HEADER = 1 << 20
"""Bytes of a PAX header or of a long name."""
MOST_RECORDS = 1000
"""Of all PAX headers that are about one file; together they are no longer than one may be."""
MOST_ENTRIES = 100_000
"""Headers of an archive, files or not."""
PIECE = 1 << 16
_LONG_NAME, _LONG_LINK, _SPARSE = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.GNUTYPE_SPARSE
_LOCAL, _GLOBAL = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE), tarfile.XGLTYPE


class BadArchive(BadRequest):
    """Invalid Tar File"""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid Tar File: {reason}")


class Entry(NamedTuple):
    """A file in an archive, and what its PAX header says."""

    name: str
    size: int
    said: dict[str, str]


class Archive:
    """Its files one after the other; `data` has the bytes of the one that `files` gave last."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._buffer = b""
        self._at = 0
        self._left = 0
        self._padding = 0
        self._globals: dict[str, str] = {}
        self._local: dict[str, str] = {}

    async def files(self) -> AsyncIterator[Entry]:
        """Raises BadArchive."""
        count = 0
        while header := await self._header(first=count == 0):
            count += 1
            if count > MOST_ENTRIES:
                raise BadArchive(f"it has more than {MOST_ENTRIES} entries")
            if header.type in (*_LOCAL, _GLOBAL, _LONG_NAME, _LONG_LINK):
                await self._extended(header)
                continue
            said, self._local = {**self._globals, **self._local}, {}
            if header.type == _SPARSE:
                raise BadArchive("sparse files are not unpacked")
            name = said.get("path", header.name)
            has_data = header.isreg() or header.type not in tarfile.SUPPORTED_TYPES
            self._begin(_size(said.get("size"), header.size) if has_data else 0)
            if header.isreg():
                yield Entry(name, self._left, said)
            async for _ in self.data():  # what nobody wanted
                pass
            await self._exactly(self._padding)

    async def data(self) -> AsyncIterator[bytes]:
        """The bytes of a file, once. Raises BadArchive where it ends too soon."""
        while self._left:
            piece = await self._piece(self._left)
            if not piece:
                raise BadArchive("unexpected end of data")
            self._left -= len(piece)
            yield piece

    def _begin(self, size: int) -> None:
        self._left, self._padding = size, -size % BLOCK

    async def _piece(self, most: int) -> bytes:
        """The next bytes, as many as are there; none at the end."""
        while self._at >= len(self._buffer):
            chunk = await anext(self._body, None)
            if chunk is None:
                return b""
            self._buffer, self._at = chunk, 0
        piece = self._buffer[self._at : self._at + min(most, PIECE)]
        self._at += len(piece)
        return piece

    async def _header(self, first: bool) -> tarfile.TarInfo | None:
        """None at the end: a block of zeros, or nothing more at all."""
        block = await self._exactly(BLOCK, or_nothing=not first)
        if not any(block):
            return None
        try:
            return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise BadArchive(str(error)) from error

    async def _extended(self, header: tarfile.TarInfo) -> None:
        """What stands before a header and is about it, or about all."""
        if not 0 <= header.size <= LONGEST_HEADER:
            raise BadArchive("a header is too long")
        body = (await self._exactly(header.size + -header.size % BLOCK))[: header.size]
        if header.type == _LONG_NAME:
            self._local["path"] = body.rstrip(b"\0").decode(errors="surrogateescape")
        elif header.type in _LOCAL:
            self._local = _joined(self._local, pax_records(body))
        elif header.type == _GLOBAL:
            self._globals = _joined(self._globals, pax_records(body))

    async def _exactly(self, count: int, or_nothing: bool = False) -> bytes:
        pieces, missing = [], count
        while missing and (piece := await self._piece(missing)):
            pieces.append(piece)
            missing -= len(piece)
        if missing and not (or_nothing and missing == count):
            raise BadArchive("unexpected end of data")
        return b"".join(pieces)


def _joined(known: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    """Raises BadArchive where it is too much."""
    found = known | more
    if len(found) > MOST_RECORDS or sum(len(key) + len(value) for key, value in found.items()) > LONGEST_HEADER:
        raise BadArchive("too many headers")
    return found


def pax_records(body: bytes) -> dict[str, str]:
    """Records of the form `length key=value`, each with a line feed at its end. Raises BadArchive."""
    found, at = {}, 0
    while at < len(body) and body[at]:
        digits, space, _ = body[at : at + 8].partition(b" ")
        length = int(digits) if space and digits.isdigit() else 0
        record = body[at + len(digits) + 1 : at + length]
        key, equals, value = record.partition(b"=")
        if length <= len(digits) + 1 or not equals or not value.endswith(b"\n"):
            raise BadArchive("invalid header")
        found[key.decode(errors="surrogateescape")] = value[:-1].decode(errors="surrogateescape")
        at += length
    if "path" in found:
        found["path"] = found["path"].rstrip("/")
    return found


def _size(said: str | None, plain: int) -> int:
    size = int(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 19 else plain
    if size < 0:
        raise BadArchive("invalid header")
    return size
