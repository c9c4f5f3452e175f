"""Bodies framed as aws-chunked: sizes, signatures, trailers out; payload through.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from altostratus.doors.s3.claim import Chain, Payload, PayloadKind
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.sigv4 import same, sign

LONGEST_LINE = 2048
LEAST_CHUNK = 8192
"""All chunks but the last, where they are signed, as S3 has it."""
MOST_CHUNK = 5 << 30
SIGNATURE = "x-amz-trailer-signature"
_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})(?:;(.*))?")
_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(slots=True)
class Signatures:
    """Each chunk's signature is made over the one before it, so they must come in order.

    `previous` is the last that was right; `hash` is of the chunk that is coming in.
    """

    chain: Chain
    previous: str = ""
    given: str = ""
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def begin(self, given: str) -> None:
        self.given, self.hash = given, hashlib.sha256()

    def end_chunk(self) -> None:
        self._check("AWS4-HMAC-SHA256-PAYLOAD", self.given, _EMPTY, self.hash.hexdigest())

    def end_trailers(self, given: str, canonical: str) -> None:
        self._check("AWS4-HMAC-SHA256-TRAILER", given, hashlib.sha256(canonical.encode("latin-1")).hexdigest())

    def _check(self, algorithm: str, given: str, *hashes: str) -> None:
        chain = self.chain
        text = "\n".join((algorithm, chain.stamp, chain.scope, self.previous or chain.seed, *hashes))
        if not same(sign(chain.key, text), given):
            raise S3Error("SignatureDoesNotMatch", StringToSign=text, SignatureProvided=given)
        self.previous = given


class Lines:
    """Incoming bytes, read by line or by number, however they are cut."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = b""
        self._start = 0

    async def _more(self) -> None:
        """Another chunk behind what is left of this one; a body that ends here is incomplete."""
        chunk = await anext(self._chunks, None)
        if chunk is None:
            raise S3Error("IncompleteBody")
        self._buffer, self._start = self._buffer[self._start :] + chunk, 0

    async def line(self, fault: str) -> bytes:
        """Up to the next CRLF. A line that is too long raises the fault of this name."""
        while (end := self._buffer.find(b"\r\n", self._start)) < 0:
            if len(self._buffer) - self._start > LONGEST_LINE:
                raise S3Error(fault)
            await self._more()
        line, self._start = self._buffer[self._start : end], end + 2
        if len(line) > LONGEST_LINE:
            raise S3Error(fault)
        return line

    async def some(self, most: int) -> bytes:
        """At least one byte and no more than `most`."""
        while self._start >= len(self._buffer):
            await self._more()
        piece = self._buffer[self._start : self._start + most]
        self._start += len(piece)
        return piece

    async def end(self) -> None:
        """Nothing may come any more, but for the empty lines that some clients add."""
        rest = self._buffer[self._start :]
        while not rest.strip(b"\r\n") and (chunk := await anext(self._chunks, None)) is not None:
            rest = chunk
        if rest.strip(b"\r\n"):
            raise S3Error("InvalidRequest", "There are bytes after the last chunk.")


@dataclass(slots=True)
class ChunkedBody:
    """Decodes one body. `trailers` are there after the last byte; `announced` are the names that x-amz-trailer gives,
    and `length` what x-amz-decoded-content-length says."""

    payload: Payload
    length: int | None = None
    announced: frozenset[str] = frozenset()
    trailers: dict[str, str] = field(default_factory=dict)

    async def decode(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The payload. A chunk's bytes are passed on before its signature is known to be right: what they are written
        to must not be kept unless this ends without a fault."""
        lines, total = Lines(chunks), 0
        signatures = Signatures(self.payload.chain) if self.payload.chain else None
        previous = None
        while size := await self._head(lines, signatures):
            if signatures and previous is not None and previous < LEAST_CHUNK:
                raise S3Error("InvalidChunkSizeError", BadChunkSize=str(previous))
            previous, total = size, total + size
            self._check_length(total, whole=False)
            async for piece in _content(lines, size, signatures):
                yield piece
        self._check_length(total, whole=True)
        if signatures:
            signatures.end_chunk()
        await self._tail(lines, signatures)

    async def _head(self, lines: Lines, signatures: Signatures | None) -> int:
        """A chunk's size, from `<hex size>;chunk-signature=<signature>`."""
        line = await lines.line("InvalidRequest")
        found = _SIZE.fullmatch(line)
        if found is None or (size := int(found[1], 16)) > MOST_CHUNK:
            raise S3Error("InvalidRequest", "The size of a chunk is not valid.")
        if signatures:
            name, _, signature = (found[2] or b"").decode("latin-1").partition("=")
            if name.strip() != "chunk-signature":
                raise S3Error("SignatureDoesNotMatch", "A chunk is not signed.")
            signatures.begin(signature.strip())
        return size

    def _check_length(self, total: int, *, whole: bool) -> None:
        if self.length is not None and (total > self.length or (whole and total != self.length)):
            raise S3Error("IncompleteBody", "The body has not the length that x-amz-decoded-content-length says.")

    async def _tail(self, lines: Lines, signatures: Signatures | None) -> None:
        """What follows the last chunk: trailers, if there may be some, and an empty line."""
        signed = self.payload.kind is PayloadKind.SIGNED_CHUNKS_TRAILER
        allowed = self.announced | {SIGNATURE} if signed else self.announced
        # some clients, and Amazon's own examples, have a newline before the carriage return
        while line := (await lines.line("MalformedTrailerError")).strip(b"\n"):
            self._add(line.decode("latin-1"), allowed)
        given = self.trailers.pop(SIGNATURE, "")
        if missing := self.announced - set(self.trailers):
            raise S3Error("MalformedTrailerError", f"Trailers that were announced are missing: {', '.join(missing)}")
        if signatures and signed:
            canonical = "".join(f"{name}:{value}\n" for name, value in sorted(self.trailers.items()))
            signatures.end_trailers(given, canonical)
        await lines.end()

    def _add(self, line: str, allowed: frozenset[str]) -> None:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name not in allowed or name in self.trailers:
            raise S3Error("MalformedTrailerError")
        self.trailers[name] = value.strip()


async def _content(lines: Lines, size: int, signatures: Signatures | None) -> AsyncIterator[bytes]:
    """A chunk's bytes and the CRLF after them; then its signature is checked."""
    left = size
    while left:
        piece = await lines.some(left)
        left -= len(piece)
        if signatures:
            signatures.hash.update(piece)
        yield piece
    if await lines.line("IncompleteBody"):
        raise S3Error("IncompleteBody", "A chunk is longer than its size says.")
    if signatures:
        signatures.end_chunk()
