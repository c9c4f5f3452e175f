"""Access control lists of buckets and objects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
"""

from altostratus.contracts.objectstore import Container
from altostratus.doors.s3 import settings_out
from altostratus.doors.s3.access import ACL, ENFORCED, OWNERSHIP, require
from altostratus.doors.s3.acls import Kept, check_block, check_private, grants_of_document, grants_of_headers, shown
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import Acl
from altostratus.doors.s3.request import S3Request, owner_id
from altostratus.doors.s3.verbs.reading import find
from altostratus.doors.s3.verbs.settings import change_settings
from altostratus.doors.s3.views import version_header
from altostratus.doors.s3.xml_in import MOST_BYTES, acl, object_ownership
from altostratus.kernel.tx import Tx


async def get_bucket_acl(request: S3Request) -> None:
    def look(tx: Tx) -> Acl:
        container = request.find_bucket(tx)
        require(request, container, "s3:GetBucketAcl")
        return shown(container, container.settings)

    await request.answer_xml(settings_out.acl(await request.door.objects.read(look)))


async def put_bucket_acl(request: S3Request) -> None:
    document = await _document(request)

    def change(tx: Tx) -> None:
        container = request.find_bucket(tx)
        require(request, container, "s3:PutBucketAcl")
        change_settings(tx, request, container, {ACL: _wanted(request, container, document)})

    await request.door.objects.write(change)
    await request.answer(200)


async def get_object_acl(request: S3Request) -> None:
    def look(tx: Tx) -> Acl:
        container, found = find(tx, request, "s3:GetObjectAcl")
        return shown(container, found.system)

    await request.answer_xml(settings_out.acl(await request.door.objects.read(look)))


async def put_object_acl(request: S3Request) -> None:
    document = await _document(request)

    def change(tx: Tx) -> list[tuple[str, str]]:
        container, found = find(tx, request, "s3:PutObjectAcl")
        grants = _wanted(request, container, document)
        request.door.objects.change_object(tx, found.id, system={**found.system, ACL: grants})
        return version_header(container, found)

    await request.answer(200, await request.door.objects.write(change))


async def put_ownership(request: S3Request) -> None:
    """Whether lists count. While the bucket's own lets others in, they cannot cease to."""
    said = await request.parse(MOST_BYTES, object_ownership)

    def change(tx: Tx) -> None:
        container = request.find_bucket(tx)
        require(request, container, "s3:PutBucketOwnershipControls")
        if said == ENFORCED:
            check_private(container.settings.get(ACL), owner_id(container))
        change_settings(tx, request, container, {OWNERSHIP: said})

    await request.door.objects.write(change)
    await request.answer(200)


async def _document(request: S3Request) -> Acl | None:
    """What the body says; None where there is none, and headers say it."""
    data = await request.body.read(MOST_BYTES)
    return acl(data) if data else None


def _wanted(request: S3Request, container: Container, document: Acl | None) -> Kept:
    owner = owner_id(container)
    said = grants_of_headers(request, owner)
    if said is not None and document is not None:
        raise S3Error("UnexpectedContent")
    if document is not None:
        said = grants_of_document(document, owner)
    if said is None:
        raise S3Error(
            "MissingSecurityHeader", "Your request was missing a required header", MissingHeaderName="x-amz-acl"
        )
    check_block(request, container, said)
    return said
