"""Who sends a request: whoever has the secret of the access key that it is signed with, or anybody."""

from altostratus.contracts.identity import AccessKey
from altostratus.doors.s3.claim import Claim, Payload, Request, payload_of
from altostratus.doors.s3.door import PREFIX, Door
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.places import Place, place_of
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.signature import credentials_of, verify
from altostratus.kernel.actor import Actor
from altostratus.kernel.http.permits import is_permitted
from altostratus.kernel.http.raw import RawRequest

SERVICE = "s3"
"""What access rules of application credentials call it."""
LONGEST_HEADERS = 16 << 10
"""Bytes of all headers, twice what S3 takes."""


async def open_request(door: Door, raw: RawRequest) -> S3Request:
    """The request, once it is known who sends it."""
    scope = raw.scope
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").split("?", 1)[0]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    if sum(len(name) + len(value) for name, value in headers) > LONGEST_HEADERS:
        raise S3Error("RequestHeaderSectionTooLarge", MaxSizeAllowed=str(LONGEST_HEADERS))
    host = next((value for name, value in headers if name == "host"), "")
    place = place_of(host, path, raw.params["path"], door.config.hostnames)
    signed = Request(raw.method, path or "/", scope["query_string"].decode("latin-1"), headers, place.resources)
    actor, payload = await _authenticate(door, signed)
    if actor:
        check_permits(actor, raw.method, place)
    return S3Request(door, raw, signed, place, actor, payload)


async def _authenticate(door: Door, signed: Request) -> tuple[Actor | None, Payload]:
    claim = None if signed.method == "OPTIONS" else credentials_of(signed)  # browsers ask that before they sign
    if claim is None:
        return None, payload_of(signed)
    key = await find_key(door, claim)
    return key.actor, verify(claim, signed, key.secret, door.clock.now(), door.region)


async def find_key(door: Door, claim: Claim) -> AccessKey:
    """Whose the access key of a claim is. There are no temporary ones."""
    if claim.token is not None:
        raise S3Error("InvalidToken")
    key = await door.identity.access_key(claim.access_key)
    if key is None:
        raise S3Error("InvalidAccessKeyId", AWSAccessKeyId=claim.access_key)
    return key


def check_permits(actor: Actor, method: str, place: Place) -> None:
    """What an application credential is bound to binds its keys, too. Rules speak of what a request names, wherever it
    does: the bucket may be in the name of the host."""
    path = f"/{place.bucket}/{place.key}"
    if actor.permits is not None and not is_permitted(actor.permits, SERVICE, method, (path, PREFIX + path)):
        raise S3Error("AccessDenied")
