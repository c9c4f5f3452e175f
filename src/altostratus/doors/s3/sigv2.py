"""Signature version 2, which old clients still use.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

import base64
import hmac
from datetime import UTC, datetime, timedelta

from altostratus.doors.s3.claim import ClaimV2, Payload, Place, Request, payload_of
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.instants import check_skew, has_expired, sent_at
from altostratus.doors.s3.sigv4 import mismatch, same

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# fmt: off
SUBRESOURCES = frozenset((
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
    "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
    "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
))
"""The parameters that are part of the resource, and so signed."""
LATER = frozenset((
    "attributes", "encryption", "legal-hold", "ownershipControls", "policyStatus", "publicAccessBlock", "retention",
))
# fmt: on
"""Others that choose what is done, which clients do not sign that are older. In a URL they must be signed: or who has
one for writing an object could make it one for its retention."""


def claim_of_header(request: Request, value: str) -> ClaimV2:
    """From `AWS <access key>:<signature>`."""
    access_key, colon, signature = value.removeprefix("AWS ").strip().rpartition(":")
    if not (access_key and colon and signature):
        message = "AWS authorization header is invalid. Expected AwsAccessKeyId:signature"
        raise S3Error("InvalidArgument", message, ArgumentName="Authorization", ArgumentValue=value)
    return ClaimV2(Place.HEADER, access_key, signature, token=request.header("x-amz-security-token"))


def claim_of_query(request: Request) -> ClaimV2:
    """From AWSAccessKeyId, Signature and Expires."""
    given = dict(request.pairs())
    access_key, signature, expires = (given.get(name) for name in ("AWSAccessKeyId", "Signature", "Expires"))
    if not (access_key and signature and expires):
        message = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise S3Error("AccessDenied", message)
    if not (expires.isascii() and expires.isdecimal() and len(expires) < 12):
        raise S3Error("AccessDenied", f"Invalid date (should be seconds since epoch): {expires}")
    token = given.get("x-amz-security-token") or request.header("x-amz-security-token")
    # a plus sign that its maker forgot to encode can be nothing else in a signature
    return ClaimV2(Place.QUERY, access_key, signature.replace(" ", "+"), int(expires), token)


def verify_v2(claim: ClaimV2, request: Request, secret: str, now: datetime) -> Payload:
    """What the body must satisfy; a fault if the claim does not hold."""
    if claim.expires is None:
        check_skew(sent_at(request), now)
    elif (now - EPOCH).total_seconds() >= claim.expires:
        raise has_expired(EPOCH + timedelta(seconds=claim.expires), now)
    named = [SUBRESOURCES | LATER, *([SUBRESOURCES] if claim.place is Place.HEADER else [])]
    paths = request.resources or (request.path,)
    texts = [string_to_sign(claim, request, path, names) for names in named for path in paths]
    if not any(same(sign(secret, text), claim.signature) for text in texts):
        mismatch(claim.access_key, texts[0], claim.signature)
    return payload_of(request)


def resources(path: str, prefix: str, bucket: str | None = None) -> tuple[str, ...]:
    """What a client may have signed as the resource of a path: the path; the path without the door's prefix, after
    the bucket where the host names it; and that of a bucket with the slash that botocore adds."""
    inner = path.removeprefix(prefix) or "/"
    named = f"/{bucket}{inner}" if bucket else inner
    slashed = [f"{named}/"] if named.count("/") == 1 and named != "/" else []
    return tuple(dict.fromkeys([path, named, *slashed]))


def string_to_sign(claim: ClaimV2, request: Request, resource: str, names: frozenset[str]) -> str:
    """Method, two headers, the date, Amazon's headers, the resource. Where a URL is signed, what it has of Amazon's
    parameters stands for headers that are not sent."""
    given = dict(request.pairs()) if claim.place is Place.QUERY else {}
    amazon = {name.lower(): value for name, value in given.items() if name.lower().startswith("x-amz-")}
    amazon |= {name: request.header(name) or "" for name, _ in request.headers if name.startswith("x-amz-")}
    standard = [request.header(name) or given.get(name, "") for name in ("content-md5", "content-type")]
    date = "" if "x-amz-date" in amazon else request.header("date") or ""
    lines = [request.method, *standard, date if claim.expires is None else str(claim.expires)]
    lines += [f"{name}:{value}" for name, value in sorted(amazon.items())]
    return "\n".join([*lines, resource + _subresources(request, names)])


def _subresources(request: Request, names: frozenset[str]) -> str:
    found = sorted((name, f"{name}={value}" if value else name) for name, value in request.pairs() if name in names)
    return "?" + "&".join(text for _, text in found) if found else ""


def sign(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode("latin-1"), "sha1")).decode()
