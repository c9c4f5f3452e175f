"""The body of a request: out of its framing, counted, and compared with all that the request says of it."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Mapping

from altostratus.doors.s3.checksums import Algorithm, Expected, Hasher, announced, expected_of, hasher, to_text
from altostratus.doors.s3.chunked import ChunkedBody
from altostratus.doors.s3.claim import Payload
from altostratus.doors.s3.errors import S3Error
from altostratus.kernel.lanes import Lane

BATCH = 1 << 20
"""Bytes that are hashed at once, in another thread."""
SMALL = 64 << 10
"""Up to here bytes are hashed where they are."""


class Body:
    """One body, read once. After the last byte `checksum` is there, if one was wanted."""

    def __init__(self, headers: Mapping[str, str], payload: Payload, raw: AsyncIterator[bytes], lane: Lane) -> None:
        self.length = _length(headers, payload)
        self.expected: Expected | None = expected_of(headers)
        self.checksum: str = ""
        self.md5 = _content_md5(headers)
        self._payload = payload
        self._lane = lane
        self._trailers: dict[str, str] = {}
        self._source = raw
        if payload.chunked:
            chunked = ChunkedBody(payload, self.length, announced(headers.get), self._trailers)
            self._source = chunked.decode(raw)
        self._sha256 = hashlib.sha256() if payload.sha256 else None
        self._hasher = hasher(self.expected.algorithm) if self.expected else None
        self._own_md5: Hasher | None = None

    def sum_up(self, algorithm: Algorithm) -> None:
        """Have a checksum where the request asks for none."""
        if self.expected is None:
            self.expected, self._hasher = Expected(algorithm), hasher(algorithm)

    def sum_md5(self) -> None:
        """Compare what Content-MD5 says here, as nobody else can."""
        self._own_md5 = hashlib.md5(usedforsecurity=False) if self.md5 else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """All bytes. A fault at their end: what they were written to must not be kept then."""
        hashers: list[Hasher] = [each for each in (self._sha256, self._hasher, self._own_md5) if each]
        size, hashing = 0, None
        try:
            async for chunk in _batches(self._source) if hashers else self._source:
                size += len(chunk)
                if hashing:
                    await hashing
                    hashing = None
                if len(chunk) > SMALL:
                    hashing = asyncio.ensure_future(self._lane.run(_feed, hashers, chunk))
                else:
                    _feed(hashers, chunk)
                yield chunk
        finally:
            if hashing:
                await hashing
        self._check(size)

    async def read(self, most: int) -> bytes:
        """All of a small one."""
        if self.length is not None and self.length > most:
            raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=str(most))
        chunks, size = [], 0
        async for chunk in self.chunks():
            chunks.append(chunk)
            size += len(chunk)
            if size > most:
                raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=str(most))
        data = b"".join(chunks)
        if self.md5:
            digest = await self._lane.run(_md5, data) if size > BATCH else _md5(data)
            self.check_md5(digest)
        return data

    def check_md5(self, found: str) -> None:
        """`found` in hexadecimal."""
        if self.md5 and self.md5 != found:
            expected, computed = (to_text(bytes.fromhex(digest)) for digest in (self.md5, found))
            raise S3Error("BadDigest", ExpectedDigest=expected, CalculatedDigest=computed)

    def _check(self, size: int) -> None:
        if self.length is not None and size != self.length:
            raise S3Error("IncompleteBody")
        if self._sha256:
            self._payload.check(self._sha256.hexdigest())
        if self._own_md5:
            self.check_md5(self._own_md5.digest().hex())
        if self._hasher and self.expected:
            digest = self._hasher.digest()
            self.expected.check(digest, self._trailers)
            self.checksum = to_text(digest)


def _feed(hashers: list[Hasher], data: bytes) -> None:
    for each in hashers:
        each.update(data)


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


async def _batches(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces that are worth a hop to another thread."""
    pending, size = [], 0
    async for chunk in chunks:
        pending.append(chunk)
        size += len(chunk)
        if size >= BATCH:
            yield b"".join(pending)
            pending, size = [], 0
    if pending:
        yield b"".join(pending)


def _length(headers: Mapping[str, str], payload: Payload) -> int | None:
    """How many bytes are said to come, without their framing."""
    text = headers.get("x-amz-decoded-content-length") if payload.chunked else headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise S3Error("InvalidArgument", "The length of the body is no number.")
    return int(text)


def _content_md5(headers: Mapping[str, str]) -> str:
    """What Content-MD5 says, in hexadecimal; '' where it is not there."""
    text = headers.get("content-md5")
    if text is None:
        return ""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise S3Error("InvalidDigest", **{"Content-MD5": text})
    return digest.hex()
