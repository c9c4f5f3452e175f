"""Requests for the S3 door that are signed when all that is wrong with them is in them."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from altostratus.doors.s3 import sigv2, sigv4
from altostratus.doors.s3.claim import Chain, ClaimV2, ClaimV4, Place, Scope
from altostratus.doors.s3.claim import Request as Signed
from tests.doors.fuzz.cloud import Request
from tests.doors.fuzz.odd import Edit, cut, edited
from tests.doors.s3.cloud import REGION

UPLOAD = b"0" * 32
"""Stands for the id of the upload that `start` begins."""
SHA256 = b"x-amz-content-sha256"
UNSIGNED, TRAILER = b"UNSIGNED-PAYLOAD", b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CHUNKS, CHUNKS_TRAILER = b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
KEYS = st.sampled_from(("mine",) * 8 + ("reader", "theirs", "nobody", "unknown"))
MODES = ("header",) * 6 + ("query", "v2", "nobody", "broken")


@dataclass(frozen=True)
class Frame:
    """A body in chunks; `ends` with the trailers that are said to come, and those that do."""

    data: tuple[bytes, ...]
    trailers: tuple[tuple[bytes, bytes], ...] = ()
    wrong: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A request that is not signed yet. `frame` is its body where that is framed, `sizes` how it is cut."""

    request: Request
    mode: str = "header"
    frame: Frame | None = None
    sizes: tuple[int, ...] = ()
    summed: bool = False

    def signed(self, upload: bytes, now: datetime | None = None) -> Request:
        now = now or datetime.now(UTC)
        request = self.request
        plain = b"".join(request.chunks).replace(UPLOAD, upload)
        request = replace(request, target=request.target.replace(UPLOAD, upload), body=plain)
        request = request.having((b"host", b"127.0.0.1:8774"))
        if self.summed:
            request = request.having((b"content-md5", base64.b64encode(hashlib.md5(plain).digest())))
        scope = Scope(f"{now:%Y%m%d}", REGION, "s3", "aws4_request")
        key = sigv4.signing_key(f"secret-of-{request.by}", scope)
        request, signature = _signed(request, self.mode, now, scope, key)
        data = plain
        if self.frame:
            data = _framed(self.frame, request, Chain(signature, key, f"{now:%Y%m%dT%H%M%SZ}", str(scope)))
        return replace(request, body=cut(data, self.sizes))


def _signed(request: Request, mode: str, now: datetime, scope: Scope, key: bytes) -> tuple[Request, str]:
    """By the product's own functions, which others compare with botocore's."""
    if mode == "nobody" or request.header(b"authorization") is not None:
        return request, ""
    if mode == "v2":
        request = request.having((b"date", f"{now:%a, %d %b %Y %H:%M:%S GMT}".encode()))
        seen = _seen(request)
        text = sigv2.string_to_sign(
            ClaimV2(Place.HEADER, request.by, ""), seen, seen.path, sigv2.SUBRESOURCES | sigv2.LATER
        )
        made = sigv2.sign(f"secret-of-{request.by}", text)
        return request.having((b"authorization", f"AWS {request.by}:{made}".encode())), made
    credential, stamp = f"{request.by}/{scope}", f"{now:%Y%m%dT%H%M%SZ}"
    if mode == "query":
        given = f"X-Amz-Algorithm={sigv4.ALGORITHM}&X-Amz-Credential={credential}&X-Amz-Date={stamp}&X-Amz-Expires=600"
        listed = ";".join(
            sorted({name.decode() for name, _ in request.headers if name.startswith(b"x-amz-")} | {"host"})
        )
        query = b"&".join(filter(None, (request.query, f"{given}&X-Amz-SignedHeaders={listed}".encode())))
        request = replace(request, target=request.path + b"?" + query)
        claim = ClaimV4(Place.QUERY, request.by, "", scope, now, tuple(listed.split(";")), 600)
        made = _signature(claim, request, stamp, scope, key)
        return replace(request, target=request.target + b"&X-Amz-Signature=" + made.encode()), made
    request = request.having((b"x-amz-date", stamp.encode()), (SHA256, UNSIGNED))
    listed = ";".join(
        sorted({name.decode() for name, _ in request.headers if name.startswith(b"x-amz-") or name == b"host"})
    )
    made = _signature(
        ClaimV4(Place.HEADER, request.by, "", scope, now, tuple(listed.split(";"))), request, stamp, scope, key
    )
    made = made[::-1] if mode == "broken" else made
    said = f"{sigv4.ALGORITHM} Credential={credential}, SignedHeaders={listed}, Signature={made}"
    return request.having((b"authorization", said.encode())), made


def _signature(claim: ClaimV4, request: Request, stamp: str, scope: Scope, key: bytes) -> str:
    canonical = hashlib.sha256(sigv4.canonical_request(claim, _seen(request)).encode("latin-1")).hexdigest()
    return sigv4.sign(key, "\n".join((sigv4.ALGORITHM, stamp, str(scope), canonical)))


def _seen(request: Request) -> Signed:
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    return Signed(request.method, request.path.decode("latin-1"), request.query.decode("latin-1"), pairs)


def _framed(frame: Frame, request: Request, chain: Chain) -> bytes:
    """As aws-chunked, with signatures where the request says that there are some."""
    kind, previous, lines = request.header(SHA256), chain.seed, []
    for data in (*frame.data, b""):
        head = b"%x" % len(data)
        if kind in (CHUNKS, CHUNKS_TRAILER):
            hashes = (hashlib.sha256(b"").hexdigest(), hashlib.sha256(data).hexdigest())
            text = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", chain.stamp, chain.scope, previous, *hashes))
            previous = hmac.digest(chain.key, text.encode(), "sha256").hex()
            head += b";chunk-signature=" + previous.encode()
        lines.append(head + b"\r\n" + data + (b"\r\n" if data else b""))
    ends = [name + b":" + value for name, value in frame.trailers]
    if kind == CHUNKS_TRAILER:
        listed = b"".join(end + b"\n" for end in sorted(ends))
        text = "\n".join(
            ("AWS4-HMAC-SHA256-TRAILER", chain.stamp, chain.scope, previous, hashlib.sha256(listed).hexdigest())
        )
        ends.append(b"x-amz-trailer-signature:" + hmac.digest(chain.key, text.encode(), "sha256").hex().encode())
    return edited(b"".join((*lines, *(end + b"\r\n" for end in ends), b"\r\n")), frame.wrong)
