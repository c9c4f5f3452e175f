"""What a signed request claims, before the claim is verified, and what its body must then satisfy.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from altostratus.doors.s3.errors import S3Error

SKEW = timedelta(minutes=15)
SHA256_HEADER, SHA256_PARAMETER = "x-amz-content-sha256", "X-Amz-Content-Sha256"
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent: undecoded path and query, header names in lower case, all text as latin-1 has it.

    `resources` are what a version 2 signature may have been made over (`sigv2.resources`); empty for the path alone.
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    resources: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """A header's value; of a repeated one all, joined."""
        found = [value.strip() for key, value in self.headers if key == name]
        return ",".join(found) if found else None

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The query's names and values, decoded from percent signs to latin-1, in the order sent."""
        for part in filter(None, self.query.split("&")):
            name, _, value = part.partition("=")
            yield decoded(name.replace("+", " ")), decoded(value.replace("+", " "))

    def parameter(self, name: str) -> str | None:
        return next((value for key, value in self.pairs() if key == name), None)


def decoded(text: str) -> str:
    """Percent signs decoded; each byte becomes the character of its number, so that nothing is lost."""
    return unquote_to_bytes(text.encode("latin-1", "replace")).decode("latin-1")


class Place(StrEnum):
    """Where in a request its signature is."""

    HEADER = "header"
    QUERY = "query"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a version 4 key is good for: a day, a region, a service."""

    date: str
    region: str
    service: str
    terminal: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{self.terminal}"


@dataclass(frozen=True, slots=True)
class ClaimV4:
    """A signature of version 4. `expires` is in seconds, of one in a URL."""

    place: Place
    access_key: str
    signature: str
    scope: Scope
    when: datetime
    signed_headers: tuple[str, ...] = ()
    expires: int | None = None
    token: str | None = None

    @property
    def stamp(self) -> str:
        """Its time in ISO 8601's basic form, as it is signed."""
        return self.when.strftime("%Y%m%dT%H%M%SZ")


@dataclass(frozen=True, slots=True)
class ClaimV2:
    """A signature of version 2. `expires` is an instant in seconds since 1970, of one in the query."""

    place: Place
    access_key: str
    signature: str
    expires: int | None = None
    token: str | None = None


Claim = ClaimV4 | ClaimV2


class PayloadKind(StrEnum):
    """What x-amz-content-sha256 says other than a hash."""

    UNSIGNED = "UNSIGNED-PAYLOAD"
    SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    SIGNED_CHUNKS_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    UNSIGNED_CHUNKS_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    HASHED = "the hash itself"


_KINDS = {kind.value: kind for kind in PayloadKind if kind is not PayloadKind.HASHED}


@dataclass(frozen=True, slots=True)
class Chain:
    """What the signatures of chunks go on from: the request's own, its key, time and scope."""

    seed: str
    key: bytes = field(repr=False)
    stamp: str
    scope: str


@dataclass(frozen=True, slots=True)
class Payload:
    """What the body must satisfy: `sha256` if HASHED, `chain` if its chunks are signed."""

    kind: PayloadKind
    sha256: str | None = None
    chain: Chain | None = None

    @property
    def chunked(self) -> bool:
        """Whether the body is framed as aws-chunked."""
        return self.kind.startswith("STREAMING-")

    def check(self, sha256: str) -> None:
        """Whether a body with this hash is the one that was signed."""
        if self.sha256 not in (None, sha256):
            raise S3Error(
                "XAmzContentSHA256Mismatch",
                ClientComputedContentSHA256=self.sha256 or "",
                S3ComputedContentSHA256=sha256,
            )


def payload_of(request: Request, chain: Chain | None = None) -> Payload:
    """What the request says of its body: in the query of a presigned URL, which is signed, or else in a header.
    Without a version 4 signature there is no chain, so nor signed chunks."""
    declared = request.parameter(SHA256_PARAMETER) or request.header(SHA256_HEADER)
    if declared is None:
        return Payload(PayloadKind.UNSIGNED)
    if _SHA256.fullmatch(declared):
        return Payload(PayloadKind.HASHED, sha256=declared)
    kind = _KINDS.get(declared)
    if kind is None:
        raise _bad_payload(declared)
    signed = kind in (PayloadKind.SIGNED_CHUNKS, PayloadKind.SIGNED_CHUNKS_TRAILER)
    if signed and chain is None:
        raise S3Error("InvalidRequest", "Chunks can be signed only in a request that is signed with version 4.")
    return Payload(kind, chain=chain if signed else None)


def _bad_payload(declared: str) -> S3Error:
    if declared.startswith("STREAMING-AWS4-ECDSA-"):
        return S3Error("NotImplemented", "Asymmetric signatures (version 4A) are not implemented.")
    message = (
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
    )
    return S3Error("InvalidArgument", message, ArgumentName=SHA256_HEADER, ArgumentValue=declared)
