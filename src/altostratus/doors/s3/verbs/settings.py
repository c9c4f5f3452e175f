"""What a bucket is set up with and the door keeps: each is read, put and taken away in the same way.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from altostratus.contracts.objectstore import ENCRYPTED, LOCK, Container, Object
from altostratus.doors.s3 import nouns, settings_out, xml_in
from altostratus.doors.s3.access import BLOCK, CORS, OWNERSHIP, TAGS, require
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.lifecycle import expiration_header
from altostratus.doors.s3.lifecycle_in import MOST_BYTES as MOST_LIFECYCLE
from altostratus.doors.s3.lifecycle_in import lifecycle
from altostratus.doors.s3.request import S3Request
from altostratus.kernel.tx import Tx

T = TypeVar("T")
LIFECYCLE = "s3:lifecycle"


@dataclass(frozen=True)
class Setting(Generic[T]):
    """`name` is where a bucket keeps it, `kind` what it is, `missing` the code where there is none."""

    name: str
    kind: Any
    read: Callable[[bytes], T]
    write: Callable[[T], bytes]
    missing: str
    right: str
    most: int = xml_in.MOST_BYTES
    put_status: int = 200

    def of(self, container: Container) -> T | None:
        kept = container.settings.get(self.name)
        return None if kept is None else msgspec.convert(kept, self.kind)

    async def get(self, request: S3Request) -> None:
        def look(tx: Tx) -> T | None:
            container = request.find_bucket(tx)
            require(request, container, f"s3:Get{self.right}")
            return self.of(container)

        found = await request.door.objects.read(look)
        if found is None:
            raise S3Error(self.missing)
        await request.answer_xml(self.write(found))

    async def put(self, request: S3Request) -> None:
        value = await request.parse(self.most, self.read)
        await self._change(request, msgspec.to_builtins(value))
        await request.answer(self.put_status)

    async def delete(self, request: S3Request) -> None:
        await self._change(request, None)
        await request.answer(204)

    async def _change(self, request: S3Request, value: Any) -> None:
        def change(tx: Tx) -> None:
            container = request.find_bucket(tx)
            require(request, container, f"s3:Put{self.right}")
            change_settings(tx, request, container, {self.name: value})

        await request.door.objects.write(change)


def change_settings(tx: Tx, request: S3Request, container: Container, values: dict[str, Any]) -> None:
    """None takes one away."""
    settings = {name: value for name, value in {**container.settings, **values}.items() if value is not None}
    request.door.objects.change_container(tx, container.id, settings=settings)


CORS_RULES = Setting(
    CORS,
    tuple[nouns.CorsRule, ...],
    xml_in.cors,
    settings_out.cors,
    "NoSuchCORSConfiguration",
    "BucketCORS",
)
ENCRYPTION = Setting(
    ENCRYPTED,
    nouns.Encryption,
    xml_in.encryption,
    settings_out.encryption,
    "ServerSideEncryptionConfigurationNotFoundError",
    "EncryptionConfiguration",
)
LIFECYCLE_RULES = Setting(
    LIFECYCLE,
    tuple[nouns.LifecycleRule, ...],
    lifecycle,
    settings_out.lifecycle,
    "NoSuchLifecycleConfiguration",
    "LifecycleConfiguration",
    MOST_LIFECYCLE,
)
PUBLIC_ACCESS = Setting(
    BLOCK,
    nouns.PublicAccessBlock,
    xml_in.public_access_block,
    settings_out.public_access_block,
    "NoSuchPublicAccessBlockConfiguration",
    "BucketPublicAccessBlock",
)
BUCKET_TAGS = Setting(
    TAGS,
    tuple[nouns.Tag, ...],
    lambda body: xml_in.tagging(body, xml_in.BUCKET_TAGS),
    settings_out.tagging,
    "NoSuchTagSet",
    "BucketTagging",
    put_status=204,
)
OWNERSHIP_CONTROLS = Setting(
    OWNERSHIP,
    str,
    xml_in.object_ownership,
    settings_out.object_ownership,
    "OwnershipControlsNotFoundError",
    "BucketOwnershipControls",
)


def end_header(container: Container, found: Object) -> list[tuple[str, str]]:
    """When the bucket's rules take an object away."""
    rules = LIFECYCLE_RULES.of(container) if LIFECYCLE in container.settings and found.latest else None
    return expiration_header(rules, found) if rules else []


async def get_versioning(request: S3Request) -> None:
    def look(tx: Tx) -> str:
        container = request.find_bucket(tx)
        require(request, container, "s3:GetBucketVersioning")
        return container.versioning

    status = await request.door.objects.read(look)
    await request.answer_xml(settings_out.versioning(nouns.Versioning(status.capitalize() or None)))


async def put_versioning(request: S3Request) -> None:
    """Once it is enabled it can only be suspended, and not even that where objects may be locked."""
    wanted = await request.parse(xml_in.MOST_BYTES, xml_in.versioning)
    if wanted.mfa_delete == "Enabled":
        raise S3Error("NotImplemented", "There are no second factors for deleting.")
    status = (wanted.status or "").lower()

    def change(tx: Tx) -> None:
        container = request.find_bucket(tx)
        require(request, container, "s3:PutBucketVersioning")
        if status == "suspended" and LOCK in container.settings:
            message = (
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            )
            raise S3Error("InvalidBucketState", message)
        request.door.objects.change_container(tx, container.id, versioning=status)

    await request.door.objects.write(change)
    await request.answer(200)


async def get_logging(request: S3Request) -> None:
    """Nothing is logged into buckets."""
    await _known(request, "s3:GetBucketTagging", settings_out.logging_status())


async def get_payment(request: S3Request) -> None:
    """The owner pays."""
    await _known(request, "s3:GetBucketLocation", settings_out.request_payment())


async def not_offered(request: S3Request) -> None:
    """What can be read, as it is the same everywhere, and not be changed."""
    raise S3Error("NotImplemented")


async def _known(request: S3Request, action: str, answer: bytes) -> None:
    """What is the same for all buckets, to whom may know of this one."""
    await request.door.objects.read(lambda tx: require(request, request.find_bucket(tx), action))
    await request.answer_xml(answer)
