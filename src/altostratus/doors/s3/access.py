"""Who may do what with a bucket and what is in it: its owner all, others what its policy and the lists say.

The owner is the project; whoever has one of its roles in it acts for it. A policy may deny even that, but not changing
the policy. https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
"""

from urllib.parse import unquote

from altostratus.contracts.accounts import is_own, owns, reads_all
from altostratus.contracts.objectstore import ENCRYPTED, Container, Object, Upload, Values
from altostratus.doors.s3.encryption import HEADER as ENCRYPTION
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.policy import ARN, HEADERS, TAG, Asked, Policy, decide, is_public, read_policy
from altostratus.doors.s3.request import S3Request
from altostratus.kernel.actor import Actor

ACL, POLICY, BLOCK, TAGS, CORS = "s3:acl", "s3:policy", "s3:public-access-block", "s3:tags", "s3:cors"
"""Names under which a bucket or an object keeps them."""
OWNERSHIP, ENFORCED = "s3:ownership", "BucketOwnerEnforced"
"""Whose objects are, as the bucket keeps it; this one: all are the owner's, and lists count for nothing."""
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
GROUPS = (ALL_USERS, AUTHENTICATED)
_OWNERS_ALONE = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
BYPASS = "s3:BypassGovernanceRetention"
Found = Object | Upload | None
_READS = ("s3:Get", "s3:List")
_BY_BUCKET_ACL = {
    "s3:ListBucket": "READ",
    "s3:ListBucketVersions": "READ",
    "s3:ListBucketMultipartUploads": "READ",
    "s3:PutObject": "WRITE",
    "s3:PutObjectTagging": "WRITE",
    "s3:DeleteObject": "WRITE",
    "s3:AbortMultipartUpload": "WRITE",
    "s3:ListMultipartUploadParts": "WRITE",
    "s3:GetBucketAcl": "READ_ACP",
    "s3:PutBucketAcl": "WRITE_ACP",
}
_BY_OBJECT_ACL = {
    "s3:GetObject": "READ",
    "s3:GetObjectVersion": "READ",
    "s3:GetObjectAttributes": "READ",
    "s3:GetObjectVersionAttributes": "READ",
    "s3:GetObjectAcl": "READ_ACP",
    "s3:GetObjectVersionAcl": "READ_ACP",
    "s3:PutObjectAcl": "WRITE_ACP",
    "s3:PutObjectVersionAcl": "WRITE_ACP",
}


def require(request: S3Request, container: Container, action: str, found: Found = None, key: str | None = None) -> None:
    """AccessDenied unless it may be done; `found` is the object or the upload that it is done with, `key` its name if
    that is another than the request's."""
    if not may(request, container, action, found, key):
        raise S3Error("AccessDenied")


def check_not_denied(request: S3Request, container: Container, action: str) -> None:
    """AccessDenied where the policy forbids what else need not be allowed."""
    if _decision(request, container, action, None, request.key) is False:
        raise S3Error("AccessDenied")


def may(request: S3Request, container: Container, action: str, found: Found = None, key: str | None = None) -> bool:
    owner = owns(request.actor, container.account)
    if action in _OWNERS_ALONE:
        return owner
    said = _decision(request, container, action, found, request.key if key is None else key)
    if said is False:
        return False
    if owner or said:
        return True
    if action.startswith(_READS) and reads_all(request.actor, container.account):
        return True
    return _listed(request.actor, container, action, found)


def _decision(request: S3Request, container: Container, action: str, found: Found, key: str) -> bool | None:
    """What the policy says; nothing to the public where its bucket restricts it."""
    text = container.settings.get(POLICY)
    if text is None:
        return None
    policy: Policy = read_policy(text, request.bucket)
    said = decide(policy, _asked(request, action, found, key))
    restricted = container.settings.get(BLOCK, {}).get("restrict_buckets") and is_public(policy)
    stranger = request.actor is None or not is_own(request.actor, container.account)
    return None if said and restricted and stranger else said


def _asked(request: S3Request, action: str, found: Found, key: str) -> Asked:
    values = {"aws:sourceip": request.raw.context.client}
    values["aws:securetransport"] = str(request.raw.scope.get("scheme") == "https").lower()
    named = {"aws:referer": "referer", "aws:useragent": "user-agent"}
    values |= {key: request.headers[name] for key, name in named.items() if name in request.headers}
    values |= {f"s3:{name}": request.headers[name] for name in HEADERS if name in request.headers}
    if source := values.get("s3:x-amz-copy-source"):  # as it is read, however it is written
        values["s3:x-amz-copy-source"] = unquote(source.partition("?versionId=")[0]).removeprefix("/")
    values |= {f"s3:{name}": request.query[name] for name in ("prefix", "delimiter") if name in request.query}
    if action == "s3:ListBucket" and key:
        values["s3:prefix"] = key  # whether something is there that is not
    if action == "s3:PutObject" and found:  # what is said of the whole holds for each of its parts
        values |= {f"s3:{ENCRYPTION}": found.system[ENCRYPTED]} if ENCRYPTED in found.system else {}
    tags = found.system.get(TAGS, {}) if isinstance(found, Object) else {}
    values |= {f"{TAG}{key}": value for key, value in tags.items()}
    resource = f"{ARN}{request.bucket}/{key}" if _is_of_object(action) else f"{ARN}{request.bucket}"
    return Asked(action, resource, request.actor, values)


def _is_of_object(action: str) -> bool:
    """Whether it is done with an object, or with a bucket."""
    if "Bucket" in action:
        return False
    return "Object" in action or action in ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", BYPASS)


def _listed(actor: Actor | None, container: Container, action: str, found: Found) -> bool:
    """What the lists of the bucket and of the object say, unless the bucket has none."""
    if not lists_count(container):
        return False
    names = _names_of(actor, container)
    if permission := _BY_BUCKET_ACL.get(action):
        return _allows(container.settings, permission, names)
    permission = _BY_OBJECT_ACL.get(action)
    return bool(permission and found) and _allows(found.system if found else {}, permission or "", names)


def _names_of(actor: Actor | None, container: Container) -> set[str]:
    """What an actor goes by in lists. That its project has all rights gives it none: for that it needs a role."""
    names = set() if container.settings.get(BLOCK, {}).get("ignore_acls") else {ALL_USERS}
    if actor is None:
        return names
    names |= {AUTHENTICATED} if names else set()
    return names | {actor.user_id} | ({actor.project} if not is_own(actor, container.account) else set())


def _allows(values: Values, permission: str, names: set[str]) -> bool:
    return any(who in names and right in (permission, "FULL_CONTROL") for who, right in values.get(ACL, ()))


def lists_count(container: Container) -> bool:
    """Whether a bucket's list, and those of its objects, let anybody in."""
    return container.settings.get(OWNERSHIP) != ENFORCED
