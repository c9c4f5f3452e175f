"""Taking objects away: DeleteObject and DeleteObjects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from altostratus.contracts.objectstore import Container, NoSuchObject, Object
from altostratus.doors.s3 import xml_out
from altostratus.doors.s3.access import require
from altostratus.doors.s3.conditions import names
from altostratus.doors.s3.errors import S3Error, s3_error
from altostratus.doors.s3.locks import check_removable
from altostratus.doors.s3.nouns import Deleted, NotDeleted, ObjectName
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.versions import check_version
from altostratus.doors.s3.xml_in import MOST_BYTES_OF_BATCH, deletion
from altostratus.kernel.errors import Fault
from altostratus.kernel.tx import Tx

_DIRECTORY_BUCKETS = ("x-amz-if-match-last-modified-time", "x-amz-if-match-size")
"""Conditions that S3 has for buckets of another kind."""


async def delete_object(request: S3Request) -> None:
    """204, whether it was there or not."""
    for header in _DIRECTORY_BUCKETS:
        if header in request.headers:  # who says it would not have it deleted without
            raise S3Error("NotImplemented", Header=header)
    name = ObjectName(request.key, request.query.get("versionId") or None, request.headers.get("if-match"))

    def remove(tx: Tx) -> Deleted:
        return _remove(tx, request, request.find_bucket(tx), name)

    gone = await request.door.objects.write(remove)
    headers = [("x-amz-delete-marker", "true")] if gone.marker_id else []
    if version := gone.version_id or gone.marker_id:
        headers.append(("x-amz-version-id", version))
    await request.answer(204, headers)


async def delete_objects(request: S3Request) -> None:
    """200 with what became of each. All that go do so in one transaction."""
    if not (request.body.md5 or request.body.expected):
        raise S3Error("InvalidRequest", "Missing required header for this request: Content-MD5")
    wanted = await request.parse(MOST_BYTES_OF_BATCH, deletion)

    def remove(tx: Tx) -> list[Deleted | NotDeleted]:
        container = request.find_bucket(tx)
        return [_try(tx, request, container, name) for name in wanted.names]

    found = await request.door.objects.write(remove)
    await request.answer_xml(xml_out.deletions(found, wanted.quiet))


def _try(tx: Tx, request: S3Request, container: Container, name: ObjectName) -> Deleted | NotDeleted:
    """A refusal is of this one alone. It comes before anything has changed."""
    try:
        return _remove(tx, request, container, name)
    except Fault as fault:
        error = s3_error(fault)
        return NotDeleted(name.key, error.code, error.message, name.version_id)


def _remove(tx: Tx, request: S3Request, container: Container, name: ObjectName) -> Deleted:
    def guard(present: Object | None) -> None:
        require(request, container, action, present, name.key)
        if name.etag is not None and present is None:
            raise NoSuchObject()
        if name.etag is not None and present and not names(name.etag, present.etag):
            raise S3Error("PreconditionFailed", Condition="If-Match")

    def guard_version(present: Object | None) -> None:
        guard(present)
        if present:
            check_removable(request, container, present)

    objects = request.door.objects
    if name.version_id is not None:
        action = "s3:DeleteObjectVersion"
        check_version(name.version_id)
        gone = objects.delete_version(tx, container, name.key, name.version_id, guard_version, unlocked=True)
        if gone is None:
            require(request, container, action, None, name.key)
        return Deleted(name.key, name.version_id, name.version_id if gone and gone.marker else None)
    action = "s3:DeleteObject"
    try:
        gone = objects.delete_object(tx, container.account, container.name, name.key, guard)
    except NoSuchObject:
        if name.etag is not None:
            raise
        return Deleted(name.key)
    return Deleted(name.key, marker_id=gone.version if gone.marker else None)
