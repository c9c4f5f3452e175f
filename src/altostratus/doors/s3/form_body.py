"""The body of a POST form: fields, and then a file as it comes.

https://www.rfc-editor.org/rfc/rfc7578
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

import re
from collections.abc import AsyncIterator

from altostratus.doors.s3.errors import S3Error

MOST_BEFORE = 20 << 10
"""Bytes of all that comes before the file."""
_BOUNDARY = re.compile(r'multipart/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;,]{1,70})).*', re.I | re.S)
_PARAMETER = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.I)


def boundary_of(content_type: str) -> bytes:
    found = _BOUNDARY.fullmatch(content_type)
    if found is None:
        raise S3Error("RequestIsNotMultiPartContent")
    return (found[1] or found[2]).encode("latin-1")


class FormBody:
    """One form. `fields` (in lower case) and the file's name are there once `open` has been called; then comes
    `file`."""

    def __init__(self, chunks: AsyncIterator[bytes], boundary: bytes) -> None:
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self._chunks = chunks
        self._delimiter = b"\r\n--" + boundary
        self._buffer = b"\r\n"  # so that the first boundary is like the others

    async def open(self) -> None:
        """Read all up to the file."""
        before = await self._until(self._delimiter, MOST_BEFORE)
        if before.strip():
            raise S3Error("MalformedPOSTRequest")
        left = MOST_BEFORE
        while (await self._until(b"\r\n", 2)) == b"":
            head = (await self._until(b"\r\n\r\n", left)).decode("utf-8", "replace")
            name, file_name = _named(head)
            if name == "file":  # what its own headers say of it nobody has signed
                self.file_name = file_name
                return
            value = await self._until(self._delimiter, left)
            left -= len(head) + len(value)
            self.fields.setdefault(name, _text(value))
        raise S3Error("IncorrectNumberOfFilesInPostRequest")

    async def file(self) -> AsyncIterator[bytes]:
        """The file's bytes. What comes after it is read and does not count."""
        keep = len(self._delimiter) - 1
        while (at := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > keep:
                piece, self._buffer = self._buffer[:-keep], self._buffer[-keep:]
                yield piece
            await self._more()
        if at:
            yield self._buffer[:at]
        async for _ in self._chunks:
            continue

    async def _until(self, end: bytes, most: int) -> bytes:
        """What comes before the next one of these, which is taken, too."""
        while (at := self._buffer.find(end)) < 0:
            if len(self._buffer) > most + len(end):
                raise S3Error("MaxPostPreDataLengthExceededError")
            await self._more()
        if at > most:
            raise S3Error("MaxPostPreDataLengthExceededError")
        found, self._buffer = self._buffer[:at], self._buffer[at + len(end) :]
        return found

    async def _more(self) -> None:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            raise S3Error("MalformedPOSTRequest")
        self._buffer += chunk


def _named(head: str) -> tuple[str, str]:
    """The names of a field and of its file."""
    line = next((line for line in head.splitlines() if line.lower().startswith("content-disposition:")), "")
    found = {name.lower(): value.replace('\\"', '"') for name, value in _PARAMETER.findall(line)}
    if not found.get("name"):
        raise S3Error("MalformedPOSTRequest")
    return found["name"].lower(), found.get("filename", "").replace("\\", "/").rpartition("/")[2]


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise S3Error("MalformedPOSTRequest") from error
