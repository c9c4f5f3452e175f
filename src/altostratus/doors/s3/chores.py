"""What the door does by itself: the rules of lifecycles are looked at again and again."""

from collections.abc import Sequence

from altostratus.contracts.objectstore import Container, Listing, Locked, NoSuchObject, Object, Upload
from altostratus.doors.s3.door import Door
from altostratus.doors.s3.lifecycle import Doomed, Walk, is_stale
from altostratus.doors.s3.nouns import LifecycleRule
from altostratus.doors.s3.verbs.settings import LIFECYCLE_RULES
from altostratus.kernel.log import logger
from altostratus.kernel.tx import Tx

PAGE = 1000
"""Rows that are looked at in one transaction."""
BATCH = 100
"""Objects that go in one transaction."""
log = logger("s3")


class Lifecycles:
    """Goes through all buckets that have rules."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self) -> bool:
        """Once; there is no more to do before the next round."""
        after, objects = "", self._door.objects
        while True:
            page = await objects.read(lambda tx, after=after: objects.list_buckets(tx, after, PAGE))  # type: ignore[misc]
            for bucket in page:
                await self._keep(bucket)
            if len(page) < PAGE:
                return False
            after = page[-1].bucket or ""

    async def _keep(self, bucket: Container) -> None:
        rules = [rule for rule in LIFECYCLE_RULES.of(bucket) or () if rule.enabled]
        if any(rule.expiration or rule.noncurrent for rule in rules):
            await self._expire(bucket, rules)
        if any(rule.abort_days is not None for rule in rules):
            await self._abort(bucket, rules)

    async def _expire(self, bucket: Container, rules: Sequence[LifecycleRule]) -> None:
        objects, walk, last = self._door.objects, Walk(rules, self._door.clock.now()), None
        while True:
            page = await objects.read(lambda tx, last=last: _versions(tx, self._door, bucket, last))  # type: ignore[misc]
            doomed: list[Doomed] = await self._door.lane.run(list, walk.doomed(page))  # there may be a thousand rules
            for at in range(0, len(doomed), BATCH):
                batch = doomed[at : at + BATCH]
                await objects.write(lambda tx, batch=batch: remove(tx, self._door, bucket, batch))  # type: ignore[misc]
            if len(page) < PAGE:
                return
            last = page[-1]

    async def _abort(self, bucket: Container, rules: Sequence[LifecycleRule]) -> None:
        objects, now, last = self._door.objects, self._door.clock.now(), None
        while True:
            page = await objects.read(lambda tx, last=last: _uploads(tx, self._door, bucket, last))  # type: ignore[misc]
            stale = [upload for upload in page if is_stale(rules, upload, now)]
            if stale:
                await objects.write(lambda tx, stale=stale: _abort(tx, self._door, stale))  # type: ignore[misc]
            if len(page) < PAGE:
                return
            last = page[-1]


def _versions(tx: Tx, door: Door, bucket: Container, last: Object | None) -> list[Object]:
    listing = Listing(limit=PAGE, marker=last.name if last else "")
    found = door.objects.list_versions(tx, bucket.id, listing, last.version if last else None)
    return [row for row in found if isinstance(row, Object)]


def _uploads(tx: Tx, door: Door, bucket: Container, last: Upload | None) -> list[Upload]:
    listing = Listing(limit=PAGE, marker=last.name if last else "")
    found = door.objects.list_uploads(tx, bucket.id, listing, last.id if last else "")
    return [row for row in found if isinstance(row, Upload)]


def remove(tx: Tx, door: Door, bucket: Container, doomed: Sequence[Doomed]) -> None:
    """What is still there as it was seen, by rules that are still there."""
    present = door.objects.find_bucket(tx, bucket.bucket or "")
    if present is None or present.id != bucket.id or LIFECYCLE_RULES.of(present) != LIFECYCLE_RULES.of(bucket):
        return
    for each in doomed:
        _remove_one(tx, door, present, each)


def _remove_one(tx: Tx, door: Door, bucket: Container, doomed: Doomed) -> None:
    found = doomed.found

    def guard(there: Object | None) -> None:
        if there is None or (there.id, there.latest, there.system) != (found.id, found.latest, found.system):
            raise NoSuchObject()

    try:
        if not doomed.for_good:
            door.objects.delete_object(tx, bucket.account, bucket.name, found.name, guard)
        elif not doomed.alone or _is_alone(tx, door, bucket, found):
            door.objects.delete_version(tx, bucket, found.name, found.version, guard)
    except (NoSuchObject, Locked):
        log.debug("it has changed since", bucket=bucket.bucket, key=found.name)


def _is_alone(tx: Tx, door: Door, bucket: Container, found: Object) -> bool:
    rows = door.objects.list_versions(tx, bucket.id, Listing(limit=2, prefix=found.name))
    return sum(row.name == found.name for row in rows) == 1


def _abort(tx: Tx, door: Door, stale: Sequence[Upload]) -> None:
    for upload in stale:
        if door.objects.find_upload(tx, upload.container_id, upload.name, upload.id):
            door.objects.abort_upload(tx, upload)
