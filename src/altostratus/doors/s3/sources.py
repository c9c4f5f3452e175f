"""The source of a copy: which object it is, and its bytes where they must be hashed anew.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html#API_CopyObject_RequestSyntax
"""

import hashlib
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from altostratus.contracts.objectstore import Container, Object, Reading
from altostratus.doors.s3.access import require
from altostratus.doors.s3.body import SMALL
from altostratus.doors.s3.checksums import Algorithm, Hasher, hasher, to_text
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.places import Place
from altostratus.doors.s3.request import S3Request, owner_id
from altostratus.doors.s3.sealing import Key, opened
from altostratus.doors.s3.versions import check_version
from altostratus.doors.s3.views import check_whole
from altostratus.kernel.tx import Tx

HEADER = "x-amz-copy-source"


@dataclass(frozen=True, slots=True)
class Source:
    """An object that may be read; `request` is as if it were for it."""

    request: S3Request
    container: Container
    found: Object

    def reopen(self, tx: Tx) -> Object:
        """The same version in another transaction."""
        objects = self.request.door.objects
        for version in (None, self.found.version):
            present = objects.find_object(tx, self.container.id, self.found.name, version)
            if present and present.id == self.found.id:
                return present
        raise S3Error("NoSuchKey", Key=self.found.name)

    async def reading(self, key: Key | None) -> Reading:
        """Its bytes, in the clear."""
        objects = self.request.door.objects
        reading = await objects.read(lambda tx: objects.open_object(tx, self.reopen(tx), sealed=True))
        return opened(self.request, self.found, reading, key)


def find_source(tx: Tx, request: S3Request) -> Source:
    """What the header names: bucket/key, and perhaps ?versionId=…, percent-encoded."""
    text = request.signed.header(HEADER) or ""
    path, mark, version = text.partition("?versionId=")
    try:
        decoded = unquote_to_bytes(path.encode("latin-1", "replace")).decode()
    except UnicodeDecodeError as error:
        raise S3Error("InvalidArgument", ArgumentName=HEADER, ArgumentValue=text) from error
    bucket, _, key = decoded.removeprefix("/").partition("/")
    if not bucket or not key or "\0" in key or (mark and not version):
        message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        raise S3Error("InvalidArgument", message, ArgumentName=HEADER, ArgumentValue=text)
    if version:
        check_version(version)
    # what the query and the headers say of the target is not about the source
    named = replace(request, place=Place(bucket, key, ()))
    container = request.door.objects.find_bucket(tx, bucket)
    if container is None:
        raise S3Error("NoSuchBucket", BucketName=bucket)
    expected = request.headers.get("x-amz-source-expected-bucket-owner")
    if expected is not None and expected != owner_id(container):
        raise S3Error("AccessDenied")
    found = request.door.objects.find_object(tx, container.id, key, version or None)
    require(named, container, "s3:GetObjectVersion" if version else "s3:GetObject", found)
    if found is None:
        require(named, container, "s3:ListBucket")  # who may not list does not learn what is there
    if found is None or (found.expires_at is not None and found.expires_at <= tx.now.timestamp()):
        raise S3Error("NoSuchVersion" if version else "NoSuchKey", Key=key)
    if found.marker:
        raise S3Error("InvalidRequest", "The source of a copy request may not specifically refer to a delete marker.")
    check_whole(found)
    return Source(named, container, found)


async def rehashed(
    request: S3Request, reading: Reading, start: int, stop: int, algorithm: Algorithm | None
) -> tuple[str, str]:
    """The MD5 of these bytes in hexadecimal, and their checksum if one is wanted."""
    md5 = hashlib.md5(usedforsecurity=False)
    checksum = hasher(algorithm) if algorithm else None
    hashers: list[Hasher] = [each for each in (md5, checksum) if each]

    def feed(data: bytes) -> None:
        for each in hashers:
            each.update(data)

    if start < stop:
        async for chunk in reading.chunks(start, stop):
            if len(chunk) > SMALL:
                await request.door.lane.run(feed, chunk)
            else:
                feed(chunk)
    return md5.hexdigest(), to_text(checksum.digest()) if checksum else ""
