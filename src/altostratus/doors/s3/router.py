"""Which function answers which method, of the service, a bucket or an object, and which of its sub-resources.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Awaitable, Callable, Mapping

from altostratus.contracts import objectstore
from altostratus.doors.s3.authentication import open_request
from altostratus.doors.s3.door import Door
from altostratus.doors.s3.errors import S3Error, s3_error
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.sources import HEADER as COPY_SOURCE
from altostratus.doors.s3.verbs import (
    acls,
    buckets,
    deleting,
    forms,
    listing,
    locking,
    parts,
    policies,
    reading,
    settings,
    tags,
    uploads,
    writing,
)
from altostratus.doors.s3.verbs.preflight import options, tell_origin
from altostratus.kernel.errors import Fault
from altostratus.kernel.http.raw import RawRequest

Verb = Callable[[S3Request], Awaitable[None]]
Table = Mapping[tuple[str, str], Verb]
"""By method and sub-resource; '' for the thing itself."""

SERVICE: Table = {("GET", ""): buckets.list_buckets}
BUCKET: Table = {
    ("DELETE", ""): buckets.delete_bucket,
    ("DELETE", "cors"): settings.CORS_RULES.delete,
    ("DELETE", "encryption"): settings.ENCRYPTION.delete,
    ("DELETE", "lifecycle"): settings.LIFECYCLE_RULES.delete,
    ("DELETE", "ownershipControls"): settings.OWNERSHIP_CONTROLS.delete,
    ("DELETE", "policy"): policies.delete_policy,
    ("DELETE", "publicAccessBlock"): settings.PUBLIC_ACCESS.delete,
    ("DELETE", "tagging"): settings.BUCKET_TAGS.delete,
    ("GET", ""): listing.list_objects,
    ("GET", "acl"): acls.get_bucket_acl,
    ("GET", "cors"): settings.CORS_RULES.get,
    ("GET", "encryption"): settings.ENCRYPTION.get,
    ("GET", "lifecycle"): settings.LIFECYCLE_RULES.get,
    ("GET", "list-type"): listing.list_objects_v2,
    ("GET", "location"): buckets.get_location,
    ("GET", "logging"): settings.get_logging,
    ("GET", "object-lock"): locking.get_lock,
    ("GET", "ownershipControls"): settings.OWNERSHIP_CONTROLS.get,
    ("GET", "policy"): policies.get_policy,
    ("GET", "policyStatus"): policies.get_policy_status,
    ("GET", "publicAccessBlock"): settings.PUBLIC_ACCESS.get,
    ("GET", "requestPayment"): settings.get_payment,
    ("GET", "tagging"): settings.BUCKET_TAGS.get,
    ("GET", "uploads"): uploads.list_uploads,
    ("GET", "versioning"): settings.get_versioning,
    ("GET", "versions"): listing.list_versions,
    ("HEAD", ""): buckets.head_bucket,
    ("OPTIONS", ""): options,
    ("POST", ""): forms.post_object,
    ("POST", "delete"): deleting.delete_objects,
    ("PUT", ""): buckets.create_bucket,
    ("PUT", "acl"): acls.put_bucket_acl,
    ("PUT", "cors"): settings.CORS_RULES.put,
    ("PUT", "encryption"): settings.ENCRYPTION.put,
    ("PUT", "lifecycle"): settings.LIFECYCLE_RULES.put,
    ("PUT", "logging"): settings.not_offered,
    ("PUT", "object-lock"): locking.put_lock,
    ("PUT", "ownershipControls"): acls.put_ownership,
    ("PUT", "policy"): policies.put_policy,
    ("PUT", "publicAccessBlock"): settings.PUBLIC_ACCESS.put,
    ("PUT", "requestPayment"): settings.not_offered,
    ("PUT", "tagging"): settings.BUCKET_TAGS.put,
    ("PUT", "versioning"): settings.put_versioning,
}
OBJECT: Table = {
    ("DELETE", ""): deleting.delete_object,
    ("DELETE", "tagging"): tags.delete_tags,
    ("DELETE", "uploadId"): uploads.abort_upload,
    ("GET", ""): reading.get_object,
    ("GET", "acl"): acls.get_object_acl,
    ("GET", "attributes"): reading.get_attributes,
    ("GET", "legal-hold"): locking.get_hold,
    ("GET", "retention"): locking.get_retention,
    ("GET", "tagging"): tags.get_tags,
    ("GET", "uploadId"): uploads.list_parts,
    ("HEAD", ""): reading.get_object,
    ("OPTIONS", ""): options,
    ("POST", "uploadId"): parts.complete_upload,
    ("POST", "uploads"): uploads.create_upload,
    ("PUT", ""): writing.put_object,
    ("PUT", "acl"): acls.put_object_acl,
    ("PUT", "legal-hold"): locking.put_hold,
    ("PUT", "retention"): locking.put_retention,
    ("PUT", "tagging"): tags.put_tags,
    ("PUT", "uploadId"): parts.upload_part,
}
COPIES: Table = {("PUT", ""): writing.copy_object, ("PUT", "uploadId"): parts.copy_part}
"""In place of those of an object, where there is a source to copy."""
# fmt: off
SUBRESOURCES = frozenset((
    "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering", "inventory",
    "legal-hold", "lifecycle", "list-type", "location", "logging", "metadataConfiguration", "metadataTable", "metrics",
    "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject",
    "replication", "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "uploadId",
    "uploads", "versioning", "versions", "website",
))
# fmt: on
"""All that S3 has: what is not in a table here is not implemented, and never taken for the thing itself."""
_CODES: Mapping[type[Fault], str] = {
    objectstore.NoSuchAccount: "NoSuchBucket",
    objectstore.NoSuchContainer: "NoSuchBucket",
    objectstore.NoSuchObject: "NoSuchKey",
    objectstore.NoSuchUpload: "NoSuchUpload",
    objectstore.NotEmpty: "BucketNotEmpty",
    objectstore.NameTaken: "BucketAlreadyExists",
    objectstore.QuotaExceeded: "QuotaExceeded",
    objectstore.StorageFull: "ServiceUnavailable",
}


OPERATIONS = tuple(
    (method, path, verb)
    for path, table in (("/", SERVICE), ("/{bucket}", BUCKET), ("/{bucket}/{key}", OBJECT))
    for (method, resource), verb in table.items()
    if not resource
)


class Router:
    """The whole of the door."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, raw: RawRequest) -> None:
        """Any method of any path."""
        try:
            request = await open_request(self._door, raw)
            await tell_origin(request)
            await verb_of(request)(request)
        except Fault as fault:
            if raw.started:
                raise
            raise _as_s3(fault, raw) from fault


def verb_of(request: S3Request) -> Verb:
    """NotImplemented for what S3 has and is not here; MethodNotAllowed for what it has not."""
    table = OBJECT if request.key else BUCKET if request.bucket else SERVICE
    named = sorted(SUBRESOURCES & request.query.keys()) if request.bucket else []
    named = [name for name in named if name != "uploads" or "uploadId" not in named]
    if len(named) > 1 and request.method != "OPTIONS":
        raise S3Error("InvalidArgument", "Conflicting query string parameters: " + ", ".join(named))
    what = named[0] if named and request.method != "OPTIONS" else ""
    copies = request.key and COPY_SOURCE in request.headers
    verb = (COPIES.get((request.method, what)) if copies else None) or table.get((request.method, what))
    if verb is None:
        if what and not any(known == what for _, known in table):
            raise S3Error("NotImplemented", Header=what)
        raise S3Error("MethodNotAllowed", Method=request.method, ResourceType=(what or _KIND[id(table)]).upper())
    return verb


_KIND = {id(SERVICE): "service", id(BUCKET): "bucket", id(OBJECT): "object"}


def _as_s3(fault: Fault, raw: RawRequest) -> S3Error:
    """With what it is about."""
    code = next((_CODES[kind] for kind in type(fault).__mro__ if kind in _CODES), None)
    error = S3Error(code) if code else s3_error(fault)
    error.resource = str(raw.scope["path"])
    error.headers, error.detail = fault.headers, fault.detail
    return error
