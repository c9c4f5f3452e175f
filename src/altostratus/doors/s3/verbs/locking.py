"""Object lock: of a bucket, and retention and legal hold of its objects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html
"""

from typing import Any

from altostratus.contracts.objectstore import HOLD, RETENTION, Container, Object
from altostratus.doors.s3 import settings_out
from altostratus.doors.s3.access import require
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.locks import (
    check_retention,
    kept_lock,
    kept_retention,
    lock_of,
    retention_of,
)
from altostratus.doors.s3.nouns import ObjectLock
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.verbs.reading import find
from altostratus.doors.s3.verbs.settings import change_settings
from altostratus.doors.s3.xml_in import MOST_BYTES, legal_hold, object_lock, retention
from altostratus.kernel.tx import Tx


async def get_lock(request: S3Request) -> None:
    def look(tx: Tx) -> ObjectLock | None:
        container = request.find_bucket(tx)
        require(request, container, "s3:GetBucketObjectLockConfiguration")
        return lock_of(container)

    found = await request.door.objects.read(look)
    if found is None:
        raise S3Error("ObjectLockConfigurationNotFoundError")
    await request.answer_xml(settings_out.object_lock(found))


async def put_lock(request: S3Request) -> None:
    """Of a bucket that keeps versions."""
    wanted = await request.parse(MOST_BYTES, object_lock)

    def change(tx: Tx) -> None:
        container = request.find_bucket(tx)
        require(request, container, "s3:PutBucketObjectLockConfiguration")
        if container.versioning != "enabled":
            raise S3Error("InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply Object Lock")
        change_settings(tx, request, container, kept_lock(wanted))

    await request.door.objects.write(change)
    await request.answer(200)


async def get_retention(request: S3Request) -> None:
    _, found = await _look(request, "s3:GetObjectRetention")
    kept = retention_of(found)
    if kept.mode is None:
        raise S3Error("NoSuchObjectLockConfiguration")
    await request.answer_xml(settings_out.retention(kept))


async def put_retention(request: S3Request) -> None:
    """Longer always; shorter or none past governance alone."""
    wanted = await request.parse(MOST_BYTES, retention)

    def change(tx: Tx) -> None:
        container, found = _lockable(tx, request, "s3:PutObjectRetention")
        check_retention(request, container, found, wanted)
        _keep(tx, request, found, RETENTION, kept_retention(wanted))

    await request.door.objects.write(change)
    await request.answer(200)


async def get_hold(request: S3Request) -> None:
    _, found = await _look(request, "s3:GetObjectLegalHold")
    if HOLD not in found.system:
        raise S3Error("NoSuchObjectLockConfiguration")
    await request.answer_xml(settings_out.legal_hold(bool(found.system[HOLD])))


async def put_hold(request: S3Request) -> None:
    held = await request.parse(MOST_BYTES, legal_hold)

    def change(tx: Tx) -> None:
        _, found = _lockable(tx, request, "s3:PutObjectLegalHold")
        _keep(tx, request, found, HOLD, held)

    await request.door.objects.write(change)
    await request.answer(200)


async def _look(request: S3Request, action: str) -> tuple[Container, Object]:
    return await request.door.objects.read(lambda tx: _lockable(tx, request, action))


def _lockable(tx: Tx, request: S3Request, action: str) -> tuple[Container, Object]:
    container, found = find(tx, request, action)
    if lock_of(container) is None:
        raise S3Error("InvalidRequest", "Bucket is missing Object Lock Configuration")
    return container, found


def _keep(tx: Tx, request: S3Request, found: Object, name: str, value: Any) -> None:
    system = {key: kept for key, kept in {**found.system, name: value}.items() if kept is not None}
    request.door.objects.change_object(tx, found.id, system=system)
