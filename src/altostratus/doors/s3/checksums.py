"""The checksums that S3 knows: computing them, naming them, and putting those of parts together.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import base64
import binascii
import functools
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from altostratus.doors.s3.errors import S3Error

PREFIX = "x-amz-checksum-"
_NOT_CHECKSUMS = {f"{PREFIX}mode", f"{PREFIX}algorithm", f"{PREFIX}type"}


class Algorithm(StrEnum):
    """As x-amz-checksum-algorithm names them."""

    CRC32 = "CRC32"
    CRC32C = "CRC32C"
    CRC64NVME = "CRC64NVME"
    SHA1 = "SHA1"
    SHA256 = "SHA256"

    @property
    def header(self) -> str:
        return PREFIX + self.value.lower()

    @property
    def element(self) -> str:
        """The name of its element in XML."""
        return "Checksum" + self.value

    @property
    def size(self) -> int:
        """Bytes of the checksum."""
        return _SIZES[self]


class ChecksumType(StrEnum):
    """Of an object in parts: over the parts' checksums, or over the bytes as if they had come at once."""

    COMPOSITE = "COMPOSITE"
    FULL_OBJECT = "FULL_OBJECT"


_SIZES = {
    Algorithm.CRC32: 4,
    Algorithm.CRC32C: 4,
    Algorithm.CRC64NVME: 8,
    Algorithm.SHA1: 20,
    Algorithm.SHA256: 32,
}
_POLYNOMIALS = {
    Algorithm.CRC32: 0xEDB88320,
    Algorithm.CRC32C: 0x82F63B78,
    Algorithm.CRC64NVME: 0x9A6C9329AC4BC9B5,
}
"""Of the CRCs, the lowest power in the highest bit."""
_BY_HEADER = {algorithm.header: algorithm for algorithm in Algorithm}


class Hasher(Protocol):
    """A checksum in the making."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Crc:
    """A CRC in the making, by a function that goes on from the value so far."""

    def __init__(self, go_on: Callable[[bytes, int], int], size: int) -> None:
        self._go_on, self._size, self._value = go_on, size, 0

    def update(self, data: bytes) -> None:
        self._value = self._go_on(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def hasher(algorithm: Algorithm) -> Hasher:
    """A new one. What comes from outside the standard library is loaded when it is first asked for."""
    match algorithm:
        case Algorithm.SHA1:
            return hashlib.sha1(usedforsecurity=False)
        case Algorithm.SHA256:
            return hashlib.sha256()
        case Algorithm.CRC32:
            return Crc(zlib.crc32, 4)
        case Algorithm.CRC32C:
            import google_crc32c

            return Crc(lambda data, value: int(google_crc32c.extend(value, data)), 4)
        case Algorithm.CRC64NVME:
            from awscrt.checksums import crc64nvme

            return Crc(crc64nvme, 8)


def checksum(algorithm: Algorithm, data: bytes) -> bytes:
    """The checksum of bytes that are all here."""
    found = hasher(algorithm)
    found.update(data)
    return found.digest()


def to_text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def from_text(algorithm: Algorithm, text: str) -> bytes:
    """A checksum as a header or an element has it."""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != algorithm.size:
        raise S3Error("InvalidRequest", f"Value for {algorithm.header} header is invalid.")
    return digest


@dataclass(frozen=True, slots=True)
class Expected:
    """The checksum that a request wants of its body: `digest` now, or in a trailer, or to be computed."""

    algorithm: Algorithm
    digest: bytes | None = None
    trailer: bool = False

    def check(self, found: bytes, trailers: Mapping[str, str]) -> None:
        """Whether the body had it."""
        wanted = self.digest
        if self.trailer:
            wanted = from_text(self.algorithm, trailers.get(self.algorithm.header, ""))
        if wanted not in (None, found):
            name = self.algorithm.value
            raise S3Error("BadDigest", f"The {name} you specified did not match the calculated checksum.")


def announced(header: Callable[[str], str | None]) -> frozenset[str]:
    """The names that x-amz-trailer gives."""
    names = (name.strip().lower() for name in (header("x-amz-trailer") or "").split(","))
    return frozenset(filter(None, names))


def expected_of(headers: Mapping[str, str]) -> Expected | None:
    """What a request's headers (names in lower case) ask for; nothing if they ask for none.

    One checksum at most, in a header or in the trailer; x-amz-sdk-checksum-algorithm must name it then. A client
    that names an algorithm and sends no checksum gets it computed (x-amz-checksum-algorithm of a new upload is not
    looked at here: it is of the object, not of this body).
    """
    given = {name for name in headers if name.startswith(PREFIX)} - _NOT_CHECKSUMS
    trailing = {name for name in announced(headers.get) if name.startswith(PREFIX)}
    named = algorithm_named(headers.get("x-amz-sdk-checksum-algorithm"))
    if len(given) + len(trailing) > 1:
        raise S3Error(
            "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    for name in given | trailing:
        algorithm = _BY_HEADER.get(name)
        if algorithm is None:
            raise S3Error("InvalidRequest", "The algorithm type you specified in x-amz-checksum- header is invalid.")
        if named not in (None, algorithm):
            raise S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")
        digest = None if name in trailing else from_text(algorithm, headers[name])
        return Expected(algorithm, digest, name in trailing)
    return Expected(named) if named else None


def algorithm_named(text: str | None) -> Algorithm | None:
    """As x-amz-sdk-checksum-algorithm and x-amz-checksum-algorithm name one, in any case."""
    if not text:
        return None
    try:
        return Algorithm(text.upper())
    except ValueError as error:
        raise S3Error("InvalidRequest", "Checksum algorithm provided is unsupported.") from error


def type_of(algorithm: Algorithm, text: str | None) -> ChecksumType:
    """What an upload in parts will have, of what x-amz-checksum-type asks for and the algorithm can."""
    default = ChecksumType.FULL_OBJECT if algorithm is Algorithm.CRC64NVME else ChecksumType.COMPOSITE
    if not text:
        return default
    full = text.upper() == ChecksumType.FULL_OBJECT
    if not full and text.upper() != ChecksumType.COMPOSITE:
        raise S3Error("InvalidRequest", "Value for x-amz-checksum-type header is invalid.")
    wanted = ChecksumType.FULL_OBJECT if full else ChecksumType.COMPOSITE
    if (full and algorithm not in _POLYNOMIALS) or (not full and algorithm is Algorithm.CRC64NVME):
        words = f"The {wanted} checksum type cannot be used with the {algorithm.value.lower()} checksum algorithm."
        raise S3Error("InvalidRequest", words)
    return wanted


def composite(algorithm: Algorithm, parts: Iterable[bytes]) -> str:
    """The checksum of the parts' checksums, with how many there are behind it."""
    digests = list(parts)
    return f"{to_text(checksum(algorithm, b''.join(digests)))}-{len(digests)}"


def full_object(algorithm: Algorithm, parts: Iterable[tuple[bytes, int]]) -> str:
    """The CRC of all bytes, from those of the parts and their lengths."""
    whole = 0
    for digest, length in parts:
        whole = combined(algorithm, whole, int.from_bytes(digest, "big"), length)
    return to_text(whole.to_bytes(algorithm.size, "big"))


def combined(algorithm: Algorithm, first: int, second: int, length: int) -> int:
    """The CRC of two pieces, of which the second has this length.

    A CRC is what is left of the bytes, as a polynomial over two elements, after division by another; zeros behind
    the first piece multiply it by x for each of their bits, and the second piece is added.
    """
    return _times(algorithm, _power(algorithm, 8 * length), first) ^ second


@functools.lru_cache(256)
def _power(algorithm: Algorithm, exponent: int) -> int:
    """x to this power, by squaring."""
    one = 1 << (8 * algorithm.size - 1)
    result, square = one, one >> 1
    while exponent:
        if exponent & 1:
            result = _times(algorithm, result, square)
        square, exponent = _times(algorithm, square, square), exponent >> 1
    return result


def _times(algorithm: Algorithm, a: int, b: int) -> int:
    """The product of two polynomials, reduced; the lowest power is in the highest bit."""
    polynomial, bit, product = _POLYNOMIALS[algorithm], 1 << (8 * algorithm.size - 1), 0
    while a:
        if a & bit:
            product ^= b
            a ^= bit
        bit >>= 1
        b = (b >> 1) ^ (polynomial if b & 1 else 0)
    return product
