"""Signature version 4: parsing, the canonical request, verifying.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NoReturn
from urllib.parse import quote

from altostratus.doors.s3.claim import (
    SHA256_HEADER,
    SHA256_PARAMETER,
    SKEW,
    Chain,
    ClaimV4,
    Payload,
    PayloadKind,
    Place,
    Request,
    Scope,
    decoded,
    payload_of,
)
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.instants import basic, check_skew, has_expired, sent_at

ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST_EXPIRY = 7 * 24 * 3600
QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires")
_DATE = re.compile("[0-9]{8}")


def claim_of_header(request: Request, value: str) -> ClaimV4:
    """From `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`."""
    fields = _fields(value.removeprefix(ALGORITHM))
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not fields.get(name):
            raise _malformed(Place.HEADER, f"missing {name}.")
    access_key, scope = parse_credential(fields["Credential"], Place.HEADER)
    return ClaimV4(
        Place.HEADER,
        access_key,
        fields["Signature"],
        scope,
        sent_at(request),
        tuple(fields["SignedHeaders"].lower().split(";")),
        token=request.header("x-amz-security-token"),
    )


def _fields(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(","))
    return {name: value for name, _, value in pairs}


def claim_of_query(request: Request) -> ClaimV4:
    """From a presigned URL's parameters."""
    given = dict(request.pairs())
    if given["X-Amz-Algorithm"] != ALGORITHM:
        raise S3Error("AuthorizationQueryParametersError", f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    if not all(given.get(name) for name in QUERY):
        names = f"{', '.join(QUERY[:-1])}, and {QUERY[-1]}"
        message = f"Query-string authentication version 4 requires the {names} parameters."
        raise S3Error("AuthorizationQueryParametersError", message)
    access_key, scope = parse_credential(given["X-Amz-Credential"], Place.QUERY)
    when = basic(given["X-Amz-Date"])
    if when is None:
        message = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        raise S3Error("AuthorizationQueryParametersError", message)
    return ClaimV4(
        Place.QUERY,
        access_key,
        given["X-Amz-Signature"],
        scope,
        when,
        tuple(given["X-Amz-SignedHeaders"].lower().split(";")),
        _expiry(given["X-Amz-Expires"]),
        given.get("X-Amz-Security-Token"),
    )


def _expiry(text: str) -> int:
    if not re.fullmatch("-?[0-9]{1,18}", text):
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires should be a number")
    seconds = int(text)
    if seconds < 0:  # one that is good for no time is well-formed, and has expired
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative")
    if seconds > LONGEST_EXPIRY:
        message = (
            "X-Amz-Expires must be less than a week (in seconds); "
            f"that is, the given X-Amz-Expires must be less than {LONGEST_EXPIRY} seconds"
        )
        raise S3Error("AuthorizationQueryParametersError", message)
    return seconds


def parse_credential(text: str, place: Place) -> tuple[str, Scope]:
    """`<access key>/<date>/<region>/<service>/aws4_request`."""
    parts = text.rsplit("/", 4)
    if len(parts) != 5 or not parts[0]:
        expected = "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"
        raise _malformed(place, f'the Credential is mal-formed; expecting "{expected}".')
    if not _DATE.fullmatch(parts[1]):
        raise _malformed(place, f'incorrect date format "{parts[1]}". This date must be in the format "yyyyMMdd".')
    return parts[0], Scope(*parts[1:])


def _malformed(place: Place, reason: str, **extra: str) -> S3Error:
    if place is Place.HEADER:
        return S3Error("AuthorizationHeaderMalformed", f"The authorization header is malformed; {reason}", **extra)
    message = f"Error parsing the X-Amz-Credential parameter; {reason}"
    return S3Error("AuthorizationQueryParametersError", message, **extra)


def verify_v4(claim: ClaimV4, request: Request, secret: str, now: datetime, region: str) -> Payload:
    """What the body must satisfy; a fault if the claim does not hold."""
    check_scope(claim, region)
    _check_time(claim, now)
    _check_signed(claim, request)
    canonical = canonical_request(claim, request)
    to_sign = "\n".join((ALGORITHM, claim.stamp, str(claim.scope), _hex(canonical)))
    key = signing_key(secret, claim.scope)
    if not same(sign(key, to_sign), claim.signature):
        mismatch(claim.access_key, to_sign, claim.signature, CanonicalRequest=canonical)
    return payload_of(request, Chain(claim.signature, key, claim.stamp, str(claim.scope)))


def check_scope(claim: ClaimV4, region: str) -> None:
    """The scope must name this region and service, and the day of the signature's own time."""
    scope, date = claim.scope, claim.stamp[:8]
    if scope.terminal != "aws4_request":
        raise _malformed(claim.place, f'incorrect terminal "{scope.terminal}". This endpoint uses "aws4_request".')
    if scope.service != "s3":
        raise _malformed(claim.place, f'incorrect service "{scope.service}". This endpoint belongs to "s3".')
    if scope.region != region:
        reason = f"the region '{scope.region}' is wrong; expecting '{region}'"
        raise _malformed(claim.place, reason, Region=region)
    if scope.date != date:
        reason = f'Invalid credential date "{scope.date}". This date is not the same as X-Amz-Date: "{date}".'
        raise _malformed(claim.place, reason)


def _check_time(claim: ClaimV4, now: datetime) -> None:
    if claim.expires is None:
        check_skew(claim.when, now)
        return
    if claim.when > now + SKEW:
        raise S3Error("AccessDenied", "Request is not valid yet")
    end = claim.when + timedelta(seconds=claim.expires)
    if now >= end:
        raise has_expired(end, now, **{"X-Amz-Expires": str(claim.expires)})


def _check_signed(claim: ClaimV4, request: Request) -> None:
    """Host and all of Amazon's headers must be signed; the payload's hash is, in the canonical request itself."""
    names = {name for name, _ in request.headers if name.startswith("x-amz-")} - {SHA256_HEADER} | {"host"}
    if unsigned := sorted(names - set(claim.signed_headers)):
        message = "There were headers present in the request which were not signed"
        raise S3Error("AccessDenied", message, HeadersNotSigned=", ".join(unsigned))


def canonical_request(claim: ClaimV4, request: Request) -> str:
    """Method, path, query, headers, their names, hash. S3 neither joins slashes nor resolves dots in the path."""
    values: dict[str, list[str]] = {}
    for name, value in request.headers:
        values.setdefault(name, []).append(" ".join(value.split()))
    return "\n".join(
        (
            request.method,
            encoded(decoded(request.path), safe="/"),
            _canonical_query(request),
            *(f"{name}:{','.join(values.get(name, ()))}" for name in claim.signed_headers),
            "",
            ";".join(claim.signed_headers),
            _payload_hash(claim, request),
        )
    )


def _canonical_query(request: Request) -> str:
    pairs = sorted((encoded(name), encoded(value)) for name, value in request.pairs() if name != "X-Amz-Signature")
    return "&".join(f"{name}={value}" for name, value in pairs)


def _payload_hash(claim: ClaimV4, request: Request) -> str:
    if claim.place is Place.HEADER:
        value = request.header(SHA256_HEADER)
        if not value:
            raise S3Error("InvalidRequest", f"Missing required header for this request: {SHA256_HEADER}")
        return value
    signed = request.header(SHA256_HEADER) if SHA256_HEADER in claim.signed_headers else None
    return request.parameter(SHA256_PARAMETER) or signed or PayloadKind.UNSIGNED.value


def encoded(text: str, safe: str = "") -> str:
    """Amazon's UriEncode: all but unreserved characters, in capital hexadecimal."""
    return quote(text.encode("latin-1"), safe=safe)


def signing_key(secret: str, scope: Scope) -> bytes:
    """The key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, scope.terminal):
        key = hmac.digest(key, part.encode(), sha256)
    return key


def sign(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("latin-1"), sha256).hex()


def same(expected: str, given: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def mismatch(access_key: str, to_sign: str, given: str, **extra: str) -> NoReturn:
    """S3 shows what it signed, all of which the client sent, so that a client's author finds the difference."""
    raise S3Error(
        "SignatureDoesNotMatch", AWSAccessKeyId=access_key, StringToSign=to_sign, SignatureProvided=given, **extra
    )


def _hex(text: str) -> str:
    return sha256(text.encode("latin-1")).hexdigest()
