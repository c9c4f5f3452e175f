"""Object lock: versions that nobody may take away before a day, or while they are held.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from altostratus.contracts.objectstore import HOLD, RETENTION, Container, Object
from altostratus.doors.s3.access import may
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import ObjectLock, Retention
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.xml_in import MODES

LOCK = "s3:object-lock"
GOVERNANCE = MODES[0]
BYPASS = "x-amz-bypass-governance-retention"


def new_lock() -> dict[str, Any]:
    """What a bucket's settings say that may have locked objects."""
    return {LOCK: {}}


def kept_lock(found: ObjectLock) -> dict[str, Any]:
    return {LOCK: {"mode": found.mode, "days": found.days, "years": found.years} if found.mode else {}}


def lock_of(container: Container) -> ObjectLock | None:
    kept = container.settings.get(LOCK)
    return None if kept is None else ObjectLock(**kept)


def kept_retention(found: Retention) -> dict[str, Any] | None:
    return {"mode": found.mode, "until": found.until.isoformat()} if found.mode and found.until else None


def retention_of(found: Object) -> Retention:
    kept = found.system.get(RETENTION)
    return Retention(kept["mode"], datetime.fromisoformat(kept["until"])) if kept else Retention()


def lock_of_headers(request: S3Request, container: Container) -> dict[str, Any]:
    """What a new object's system says of its lock: what its headers want, or what the bucket has for all."""
    headers, names = request.headers, ("mode", "retain-until-date", "legal-hold")
    mode, until, hold = (headers.get(f"x-amz-object-lock-{name}") for name in names)
    lock = lock_of(container)
    if lock is None:
        if mode or until or hold:
            raise S3Error("InvalidRequest", "Bucket is missing Object Lock Configuration")
        return {}
    now = request.door.clock.now()
    retention = _said_retention(mode, until, now) or _default(lock, now)
    if hold not in (None, "ON", "OFF"):
        raise S3Error("InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'")
    kept = kept_retention(retention) if retention else None
    return ({RETENTION: kept} if kept else {}) | ({HOLD: True} if hold == "ON" else {})


def _said_retention(mode: str | None, until: str | None, now: datetime) -> Retention | None:
    if mode is None and until is None:
        return None
    if mode is None or until is None:
        message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
        raise S3Error("InvalidArgument", message)
    if mode not in MODES:
        raise S3Error("InvalidArgument", "Unknown wormMode directive.", ArgumentName="x-amz-object-lock-mode")
    try:
        moment = datetime.fromisoformat(until)
        if moment.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise S3Error("InvalidArgument", "The retain until date must be provided in ISO 8601 format") from error
    check_future(moment, now)
    return Retention(mode, moment)


def check_future(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise S3Error("InvalidArgument", "The retain until date must be in the future!")


def _default(lock: ObjectLock, now: datetime) -> Retention | None:
    if lock.mode is None:
        return None
    return Retention(lock.mode, now + timedelta(days=lock.days or 365 * (lock.years or 0)))


def check_removable(request: S3Request, container: Container, found: Object) -> None:
    """AccessDenied where a version is locked. Whoever may and says so gets past governance."""
    if not found.is_locked(request.door.clock.now()):
        return
    governed = retention_of(found).mode == GOVERNANCE and not found.system.get(HOLD)
    if governed and bypasses(request, container, found):
        return
    raise S3Error("AccessDenied", "Access Denied because object protected by object lock.")


def bypasses(request: S3Request, container: Container, found: Object) -> bool:
    asks = request.headers.get(BYPASS, "").lower() == "true"
    return asks and may(request, container, "s3:BypassGovernanceRetention", found)


def check_retention(request: S3Request, container: Container, found: Object, wanted: Retention) -> None:
    """Whether a retention may become this: longer always, otherwise only past governance."""
    present, now = retention_of(found), request.door.clock.now()
    if wanted.until is not None:
        check_future(wanted.until, now)
    if present.until is None or present.until <= now:
        return
    longer = wanted.until is not None and wanted.until >= present.until
    if longer and wanted.mode == present.mode:
        return
    if present.mode == GOVERNANCE and bypasses(request, container, found):
        return
    raise S3Error("AccessDenied", "Access Denied because object protected by object lock.")


def lock_headers(found: Object) -> list[tuple[str, str]]:
    retention, headers = retention_of(found), []
    if retention.mode and retention.until:
        until = retention.until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        headers = [("x-amz-object-lock-mode", retention.mode), ("x-amz-object-lock-retain-until-date", until)]
    return [*headers, *([("x-amz-object-lock-legal-hold", "ON")] if found.system.get(HOLD) else [])]
