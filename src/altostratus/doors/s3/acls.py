"""Access control lists as they are kept: who, and which right. The owner needs none.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from altostratus.contracts.objectstore import Container, Values
from altostratus.doors.s3.access import (
    ACL,
    ALL_USERS,
    AUTHENTICATED,
    BLOCK,
    ENFORCED,
    GROUPS,
    OWNERSHIP,
    lists_count,
)
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import Acl, Grant, Grantee, Owner
from altostratus.doors.s3.request import S3Request, owner_id

Kept = list[list[str]]
"""Pairs of a grantee (a group's URI, or the id of a project or a user) and a permission."""
OWNER_FULL = "bucket-owner-full-control"
_GRANT_HEADERS = {
    "x-amz-grant-read": "READ",
    "x-amz-grant-write": "WRITE",
    "x-amz-grant-read-acp": "READ_ACP",
    "x-amz-grant-write-acp": "WRITE_ACP",
    "x-amz-grant-full-control": "FULL_CONTROL",
}
_OWNERSHIPS = ("BucketOwnerPreferred", "ObjectWriter", ENFORCED)


def grants_of_headers(request: S3Request, owner: str) -> Kept | None:
    """What x-amz-acl or x-amz-grant-* say; None where they say nothing."""
    canned = request.headers.get("x-amz-acl")
    granted = {name: request.headers[name] for name in _GRANT_HEADERS if name in request.headers}
    if canned is not None and granted:
        raise S3Error("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
    if canned is not None:
        return _canned(canned, owner)
    if not granted:
        return None
    return [[_grantee(text), _GRANT_HEADERS[name]] for name, value in granted.items() for text in value.split(",")]


def _canned(name: str, owner: str) -> Kept:
    everyone = [owner, "FULL_CONTROL"]
    lists: dict[str, Kept] = {
        "private": [everyone],
        "public-read": [[ALL_USERS, "READ"], everyone],
        "public-read-write": [[ALL_USERS, "READ"], [ALL_USERS, "WRITE"], everyone],
        "authenticated-read": [[AUTHENTICATED, "READ"], everyone],
        "bucket-owner-read": [everyone],
        "bucket-owner-full-control": [everyone],
    }
    if name not in lists:
        raise S3Error("InvalidArgument", ArgumentName="x-amz-acl", ArgumentValue=name)
    return lists[name]


def _grantee(text: str) -> str:
    """id="…" or uri="…"."""
    kind, _, value = text.strip().partition("=")
    value = value.strip().strip('"')
    if kind == "emailAddress":
        raise S3Error("UnresolvableGrantByEmailAddress")
    if kind not in ("id", "uri") or not value:
        raise S3Error("InvalidArgument", "Argument format not recognized", ArgumentValue=text)
    return check_grantee("Group" if kind == "uri" else "CanonicalUser", value)


def check_grantee(kind: str, value: str) -> str:
    if kind == "AmazonCustomerByEmail":
        raise S3Error("UnresolvableGrantByEmailAddress")
    if kind == "Group" and value not in GROUPS:
        raise S3Error("InvalidArgument", "Invalid group uri", ArgumentName="uri", ArgumentValue=value)
    if kind == "CanonicalUser" and not (value and len(value) <= 64 and value.replace("-", "").isalnum()):
        raise S3Error("InvalidArgument", "Invalid id", ArgumentName="CanonicalUser/ID", ArgumentValue=value)
    return value


def grants_of_document(found: Acl, owner: str) -> Kept:
    """Of PutBucketAcl and PutObjectAcl. Nobody gives his things away."""
    if found.owner.id != owner:
        raise S3Error("AccessDenied")
    return [[check_grantee(each.grantee.kind, each.grantee.id), each.permission] for each in found.grants]


def kept_grants(grants: Kept | None) -> dict[str, Any]:
    """As settings or system have them."""
    return {} if grants is None else {ACL: grants}


def check_block(request: S3Request, container: Container, grants: Kept) -> None:
    """AccessDenied where the bucket takes no lists that let anybody in; AccessControlListNotSupported where it takes
    none at all."""
    blocked = container.settings.get(BLOCK, {}).get("block_acls")
    if blocked and any(who in GROUPS for who, _ in grants):
        raise S3Error("AccessDenied")
    canned, private = request.headers.get("x-amz-acl"), grants == _private(owner_id(container))
    if not lists_count(container) and not (private and canned in (None, OWNER_FULL)):
        raise S3Error("AccessControlListNotSupported")


def check_private(grants: Kept | None, owner: str) -> None:
    """InvalidBucketAclWithObjectOwnership where a bucket's list, which is to count no more, lets others in."""
    if grants not in (None, _private(owner)):
        raise S3Error("InvalidBucketAclWithObjectOwnership")


def _private(owner: str) -> Kept:
    return [[owner, "FULL_CONTROL"]]


def shown(container: Container, values: Values) -> Acl:
    """As GetBucketAcl and GetObjectAcl answer it."""
    owner = Owner(owner_id(container), owner_id(container))
    private = _private(owner.id)
    grants: Iterable[Any] = values.get(ACL, private) if lists_count(container) else private
    groups_first = sorted(grants, key=lambda grant: grant[0] not in GROUPS)
    return Acl(owner, tuple(Grant(_shown_grantee(who), right) for who, right in groups_first))


def _shown_grantee(who: str) -> Grantee:
    return Grantee("Group", who) if who in GROUPS else Grantee("CanonicalUser", who, who)


def check_ownership(request: S3Request) -> Mapping[str, str]:
    """What x-amz-object-ownership says, as settings have it."""
    said = request.headers.get("x-amz-object-ownership")
    if said is None:
        return {}
    if said not in _OWNERSHIPS:
        raise S3Error("InvalidArgument", ArgumentName="x-amz-object-ownership", ArgumentValue=said)
    return {OWNERSHIP: said}
