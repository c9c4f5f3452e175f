"""Who signed a request, and whether they did: versions 4 and 2, in a header, a URL or a form.

A door asks `credentials_of` for the access key, looks up the secret, and then `verify`. No claim: anonymous.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

from collections.abc import Mapping
from datetime import datetime

from altostratus.doors.s3 import sigv2, sigv4
from altostratus.doors.s3.claim import Claim, ClaimV2, ClaimV4, Payload, Place, Request
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.instants import basic

_ONE = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
    "or the Authorization header should be specified"
)


def credentials_of(request: Request) -> Claim | None:
    """Whose key the request claims to be signed with."""
    header = request.header("authorization")
    names = {name for name, _ in request.pairs()}
    v4, v2 = "X-Amz-Algorithm" in names, bool(names & {"AWSAccessKeyId", "Signature"})
    if bool(header) + v4 + v2 > 1:
        raise S3Error("InvalidArgument", _ONE, ArgumentName="Authorization", ArgumentValue=header or "")
    if v4:
        return sigv4.claim_of_query(request)
    if v2:
        return sigv2.claim_of_query(request)
    return _claim_of_header(request, header) if header else None


def _claim_of_header(request: Request, header: str) -> Claim:
    if header.startswith(sigv4.ALGORITHM):
        return sigv4.claim_of_header(request, header)
    if header.startswith("AWS "):
        return sigv2.claim_of_header(request, header)
    raise S3Error(
        "InvalidArgument", "Unsupported Authorization Type", ArgumentName="Authorization", ArgumentValue=header
    )


def verify(claim: Claim, request: Request, secret: str, now: datetime, region: str) -> Payload:
    """What the body must satisfy; a fault if the signature is not that of the key's owner, here and now."""
    if isinstance(claim, ClaimV4):
        return sigv4.verify_v4(claim, request, secret, now, region)
    return sigv2.verify_v2(claim, request, secret, now)


def credentials_of_form(fields: Mapping[str, str]) -> Claim | None:
    """Whose key signed a form's policy. Field names are in lower case.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
    """
    token = fields.get("x-amz-security-token")
    if "x-amz-algorithm" in fields:
        given = [_needed(fields, f"x-amz-{name}") for name in ("algorithm", "credential", "date", "signature")]
        algorithm, credential, date, signature = given
        if algorithm != sigv4.ALGORITHM:
            raise _bad_field("x-amz-algorithm", algorithm)
        access_key, scope = sigv4.parse_credential(credential, Place.FORM)
        when = basic(date)
        if when is None:
            raise _bad_field("x-amz-date", date)
        return ClaimV4(Place.FORM, access_key, signature, scope, when, token=token)
    if "awsaccesskeyid" not in fields and "signature" not in fields:
        return None
    access_key, signature = _needed(fields, "awsaccesskeyid"), _needed(fields, "signature")
    return ClaimV2(Place.FORM, access_key, signature, token=token)


def _needed(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        message = f"Bucket POST must contain a field named '{name}'. If it is specified, please check the order."
        raise S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue="")
    return fields[name]


def _bad_field(name: str, value: str) -> S3Error:
    return S3Error(
        "InvalidArgument", f"The value of the field '{name}' is not valid.", ArgumentName=name, ArgumentValue=value
    )


def verify_form(claim: Claim, fields: Mapping[str, str], secret: str, region: str) -> None:
    """Whether the key's owner signed the policy. When it ends, and what it allows, the policy itself says."""
    policy = _needed(fields, "policy")
    if not policy.isascii():
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: not in base64.")
    if isinstance(claim, ClaimV4):
        sigv4.check_scope(claim, region)
        expected = sigv4.sign(sigv4.signing_key(secret, claim.scope), policy)
    else:
        expected = sigv2.sign(secret, policy)
    if not sigv4.same(expected, claim.signature):
        sigv4.mismatch(claim.access_key, policy, claim.signature)
