"""Objects that are sealed with a key of the client's (SSE-C): the key comes with each request and is never kept.

AES-256 in counter mode, from a counter that is drawn for each part, so that any range can be read; the store's sums
guard the bytes. What is kept of the key is a salted HMAC, which tells whether it is the same.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from altostratus.contracts.objectstore import SEALED, Object, Reading, Values
from altostratus.doors.s3.body import SMALL
from altostratus.doors.s3.encryption import CUSTOMERS as PREFIX
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.views import part_sizes

SEAL, COUNTER = SEALED, "s3:counter"
SOURCE_PREFIX = "x-amz-copy-source-server-side-encryption-customer-"
_BLOCK = 16


@dataclass(frozen=True, slots=True)
class Key:
    """As the client gives it, with its MD5 in base64."""

    value: bytes = field(repr=False)
    md5: str

    def kept(self) -> dict[str, Any]:
        """What tells later whether it is the same."""
        salt = secrets.token_bytes(_BLOCK)
        return {"salt": salt.hex(), "check": self._check(salt), "counters": []}

    def opens(self, kept: Values) -> bool:
        return hmac.compare_digest(self._check(bytes.fromhex(kept["salt"])), kept["check"])

    def headers(self) -> list[tuple[str, str]]:
        return [(f"{PREFIX}algorithm", "AES256"), (f"{PREFIX}key-md5", self.md5)]

    def _check(self, salt: bytes) -> str:
        return hmac.digest(self.value, salt, "sha256").hex()


def key_of(request: S3Request, prefix: str = PREFIX) -> Key | None:
    """The key that a request brings; over a connection that others may read it is refused."""
    headers = request.headers
    if not any(name.startswith(prefix) for name in headers):
        return None
    if request.door.config.keys_need_tls and request.raw.scope.get("scheme") != "https":
        message = "Requests with keys provided by the customer must be made over a secure connection."
        raise S3Error("InvalidRequest", message)
    return _read(headers, prefix)


def _read(headers: Mapping[str, str], prefix: str) -> Key:
    if headers.get(f"{prefix}algorithm") != "AES256":
        raise S3Error("InvalidArgument", "Requests with a customer's key must name AES256 as its algorithm.")
    value, md5 = _decoded(headers, f"{prefix}key"), _decoded(headers, f"{prefix}key-md5")
    if len(value) != 32:
        raise S3Error("InvalidArgument", "The secret key was invalid for the specified algorithm.")
    if hashlib.md5(value, usedforsecurity=False).digest() != md5:
        raise S3Error("InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided.")
    return Key(value, headers[f"{prefix}key-md5"])


def _decoded(headers: Mapping[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(headers.get(name, ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise S3Error("InvalidArgument", ArgumentName=name) from error


def require_key(key: Key | None, system: Values) -> Key | None:
    """The key if it is the one that something is sealed with, none if it is not sealed."""
    kept = system.get(SEAL)
    if kept is None:
        if key is not None:
            message = "The encryption parameters are not applicable to this object."
            raise S3Error("InvalidRequest", message)
        return None
    if key is None:
        message = (
            "The object was stored using a form of Server Side Encryption. "
            "The correct parameters must be provided to retrieve the object."
        )
        raise S3Error("InvalidRequest", message)
    if not key.opens(kept):
        raise S3Error("InvalidRequest", "The provided encryption parameters did not match the ones used originally.")
    return key


def new_counter() -> str:
    return secrets.token_hex(_BLOCK)


async def sealed(
    request: S3Request, key: Key, counter: str, chunks: AsyncIterator[bytes], at: int = 0
) -> AsyncIterator[bytes]:
    """The bytes sealed, or sealed ones opened, which is the same; `at` is where they begin in their part."""
    from cryptography.hazmat.primitives.ciphers import (
        Cipher,
        algorithms,
        modes,
    )  # whoever seals nothing need not load it

    first = (int(counter, 16) + at // _BLOCK) % (1 << 8 * _BLOCK)
    stream = Cipher(algorithms.AES(key.value), modes.CTR(first.to_bytes(_BLOCK, "big"))).encryptor()
    stream.update(bytes(at % _BLOCK))
    async for chunk in chunks:
        yield await request.door.lane.run(stream.update, chunk) if len(chunk) > SMALL else stream.update(chunk)


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of a sealed object in the clear; see contracts.objectstore.Reading. `sizes` are its parts'."""

    request: S3Request
    key: Key
    reading: Reading
    counters: Sequence[str]
    sizes: Sequence[int]

    @property
    def size(self) -> int:
        return self.reading.size

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        begin = 0
        for counter, size in zip(self.counters, self.sizes, strict=True):
            first, last = max(start - begin, 0), min(stop - begin, size)
            if first < last:
                source = self.reading.chunks(begin + first, begin + last)
                async for chunk in sealed(self.request, self.key, counter, source, first):
                    yield chunk
            begin += size


def opened(request: S3Request, found: Object, reading: Reading, key: Key | None) -> Reading:
    """The reading, in the clear."""
    if key is None:
        return reading
    return Opened(request, key, reading, found.system[SEAL]["counters"], part_sizes(found) or [found.size])
