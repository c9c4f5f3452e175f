"""Bodies of multipart/form-data as they come: a part's headers, then its bytes. See RFC 7578."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from altostratus.kernel.errors import BadRequest

LONGEST_HEAD = 16 << 10
"""Bytes of the headers of a part."""
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^";\s]+))')
_END = b"\r\n\r\n"


class BadForm(BadRequest):
    """FormPost: the form is not valid"""


class Field(NamedTuple):
    """A part: the name of a field, of a file, and what else is said of it."""

    name: str
    filename: str
    headers: Mapping[str, str]


def read_header(value: str) -> tuple[str, dict[str, str]]:
    """The value of a header and its parameters, by lower-case name."""
    kind = value.partition(";")[0].strip().lower()
    return kind, {match[1].lower(): match[2] or match[3] or "" for match in _PARAMETER.finditer(value)}


class Form:
    """Its parts one after the other; `data` has the bytes of the one that `fields` gave last."""

    def __init__(self, body: AsyncIterator[bytes], boundary: str) -> None:
        self._body = body
        self._delimiter = b"\r\n--" + boundary.encode(errors="surrogateescape")
        self._buffer = b"\r\n"  # the first delimiter may be without
        self._inside = True

    async def fields(self) -> AsyncIterator[Field]:
        """Raises BadForm."""
        async for chunk in self.data():
            if chunk.strip(b"\r\n"):
                raise BadForm("FormPost: invalid starting boundary")
        while not await self._at_end():
            head = await self._head()
            _, said = read_header(head.get("content-disposition", ""))
            self._inside = True
            yield Field(said.get("name", ""), said.get("filename", ""), head)
            async for _ in self.data():  # what nobody wanted
                pass

    async def data(self) -> AsyncIterator[bytes]:
        """The bytes of a part, once. Raises BadForm where the body ends in it."""
        keep = len(self._delimiter) - 1
        while self._inside:
            at = self._buffer.find(self._delimiter)
            if at >= 0:
                self._inside = False
                found, self._buffer = self._buffer[:at], self._buffer[at + len(self._delimiter) :]
            else:
                cut = max(len(self._buffer) - keep, 0)
                found, self._buffer = self._buffer[:cut], self._buffer[cut:]
            if found:
                yield found
            elif self._inside:
                await self._more()

    async def _at_end(self) -> bool:
        """Whether the delimiter was the last one."""
        while len(self._buffer) < 2:
            await self._more()
        return self._buffer.startswith(b"--")

    async def _head(self) -> dict[str, str]:
        while (at := self._buffer.find(_END)) < 0:
            if len(self._buffer) > LONGEST_HEAD:
                raise BadForm("FormPost: the headers of a part are too long")
            await self._more()
        lines = self._buffer[:at].decode(errors="replace").split("\r\n")
        self._buffer = self._buffer[at + len(_END) :]
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}

    async def _more(self) -> None:
        chunk = await anext(self._body, None)
        if chunk is None:
            raise BadForm("FormPost: unexpected end of the form")
        self._buffer += chunk
