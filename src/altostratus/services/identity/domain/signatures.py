"""Signatures that EC2's and S3's clients put on their requests with the secret of an EC2 credential.

Owns how each version is made, and comparing; not whose secret it is. Bad requests have no signature that is right.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html (versions 0 to 2)
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html (version 4)
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
S3_SERVICES = ("s3", "iam", "sts")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as the service that received it passes it on, with the access key and the signature that it bears.
    Names of `headers` are in lower case. S3 passes on `token` alone: what was signed, in base64."""

    access: str
    signature: str
    verb: str = ""
    host: str = ""
    path: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body_hash: str = ""
    token: str = ""


Check = Callable[[str, SignedRequest], bool]


def is_signed(secret: str, request: SignedRequest) -> bool:
    """Whether an EC2 request bears this secret's signature."""
    return _bears(request, _signatures(secret, request))


def is_signed_for_s3(secret: str, request: SignedRequest) -> bool:
    """Whether an S3 request bears this secret's signature."""
    return _bears(request, _s3_signatures(secret, request.token))


def is_expired(request: SignedRequest, now: datetime, lifetime: timedelta) -> bool:
    """Whether one of the times that the request tells is too long ago, or is no time. One that tells none lasts."""
    said = request.params.get("Timestamp"), request.headers.get("x-amz-date"), request.params.get("X-Amz-Date")
    try:
        return any(_moment(text) + lifetime < now for text in said if text)
    except (ValueError, OverflowError):
        return True


def _moment(text: str) -> datetime:
    """From 2013-05-10T12:00:00Z or 20130510T120000Z."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bears(request: SignedRequest, signatures: Iterator[str]) -> bool:
    """Compared in constant time."""
    try:
        return any(hmac.compare_digest(one.encode(), request.signature.encode()) for one in signatures)
    except ValueError:
        return False


def _signatures(secret: str, request: SignedRequest) -> Iterator[str]:
    """Those that would be right: some clients sign the host without its port. ValueError when there are none."""
    sign = _VERSIONS.get(request.params.get("SignatureVersion", ""), _version_4)
    yield sign(secret, request)
    host, header = (urlsplit(f"//{name}").hostname or "" for name in (request.host, request.headers.get("host", "")))
    yield sign(secret, replace(request, host=host, headers={**request.headers, "host": header}))


def _version_0(secret: str, request: SignedRequest) -> str:
    return _sign_1(secret, (request.params.get("Action", "") + request.params.get("Timestamp", "")).encode())


def _version_1(secret: str, request: SignedRequest) -> str:
    names = sorted(request.params, key=str.lower)
    return _sign_1(secret, "".join(name + request.params[name] for name in names).encode())


def _version_2(secret: str, request: SignedRequest) -> str:
    query = _query({**request.params, "SignatureMethod": "HmacSHA256"})
    signed = "\n".join((request.verb, request.host, request.path, query))
    return base64.b64encode(_hmac(secret.encode(), signed.encode())).decode()


def _version_4(secret: str, request: SignedRequest) -> str:
    said = _authorization(request)
    date = request.headers.get("x-amz-date") or request.params.get("X-Amz-Date", "")
    scope = said["Credential"].split("/")[1:]
    if len(scope) < 3 or not date or not date.startswith(scope[0]):
        raise ValueError("a signature of no date, region and service, or of another date than the request's")
    canonical = hashlib.sha256(_canonical(request, said["SignedHeaders"]).encode()).hexdigest()
    return _sign_4(secret, scope, "\n".join((ALGORITHM, date, "/".join(scope), canonical)).encode())


_VERSIONS = {"0": _version_0, "1": _version_1, "2": _version_2}


def _authorization(request: SignedRequest) -> Mapping[str, str]:
    """'Credential' and 'SignedHeaders' of a request signed with version 4: of its header, else of its query."""
    text = request.headers.get("authorization", "")
    parts = [part.strip().partition("=") for part in text.removeprefix(ALGORITHM).split(",")]
    said = {name: value for name, _, value in parts} if text.startswith(ALGORITHM) else {}
    if not said and request.params.get("X-Amz-Algorithm") == ALGORITHM:
        said = {name: request.params.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders")}
    if not {"Credential", "SignedHeaders"} <= said.keys():
        raise ValueError("not signed with any known version")
    return said


def _canonical(request: SignedRequest, names: str) -> str:
    """The request as version 4 signs it. What POST passes in its body is not part of the query."""
    verb = request.verb.upper()
    query = "" if verb == "POST" else _query(request.params)
    headers = "\n".join(f"{name}:{request.headers[name]}" for name in names.split(";") if name in request.headers)
    return "\n".join((verb, request.path, query, headers + "\n", names, request.body_hash))


def _query(params: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(params[name], safe='')}" for name in sorted(params))


def _s3_signatures(secret: str, token: str) -> Iterator[str]:
    signed = base64.urlsafe_b64decode(token)
    if not signed.startswith(b"AWS4"):
        yield _sign_1(secret, signed)
        return
    lines = signed.decode().split("\n")
    scope = lines[2].split("/") if len(lines) == 4 and lines[0] == ALGORITHM else []
    if len(scope) != 4 or scope[2] not in S3_SERVICES or scope[3] != "aws4_request":
        raise ValueError("not what version 4 signs for S3")
    yield _sign_4(secret, scope, signed)


def _sign_1(secret: str, signed: bytes) -> str:
    return base64.b64encode(_hmac(secret.encode(), signed, "sha1")).decode()


def _sign_4(secret: str, scope: list[str], signed: bytes) -> str:
    """With a key made for this date, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (*scope[:3], "aws4_request"):
        key = _hmac(key, part.encode())
    return _hmac(key, signed).hex()


def _hmac(key: bytes, signed: bytes, digest: str = "sha256") -> bytes:
    return hmac.digest(key, signed, digest)
