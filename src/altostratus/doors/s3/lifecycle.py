"""What the rules of a bucket say of its objects: which versions are to go, and which uploads.

A day counts from the midnight after: what was written today goes tomorrow night, under a rule of one day, as in S3.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from altostratus.contracts.objectstore import Object, Upload
from altostratus.doors.s3.access import TAGS
from altostratus.doors.s3.nouns import LifecycleFilter, LifecycleRule
from altostratus.kernel.clock import from_micros

DAY = timedelta(days=1)
LAST = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Doomed:
    """What is to go: an object, so that a version of it stays where they are kept, or (`for_good`) a version.
    `alone`: only if it is the only one of its name."""

    found: Object
    for_good: bool = False
    alone: bool = False


@dataclass
class Walk:
    """Goes through all versions of a bucket, by name and the newest first, however they are cut into pages."""

    rules: Sequence[LifecycleRule]
    now: datetime
    newer: Object | None = None
    """The last one seen."""
    older: int = 0
    """How many of its name are older than the latest."""

    def doomed(self, page: Iterable[Object]) -> Iterator[Doomed]:
        for found in page:
            same = self.newer is not None and self.newer.name == found.name
            self.older = self.older + 1 if same else 0
            verdict = self._older(found, self.newer) if same and self.newer else self._latest(found)
            if verdict and (not verdict.for_good or not found.is_locked(self.now)):
                yield verdict
            self.newer = found

    def _latest(self, found: Object) -> Doomed | None:
        for rule in self.rules:
            when = rule.expiration
            if when is None or not fits(rule.filter, found):
                continue
            if found.marker:
                if when.lone_markers or (when.days is not None and is_over(found.modified_at, when.days, self.now)):
                    return Doomed(found, for_good=True, alone=True)
            elif (when.date and when.date <= self.now) or (
                when.days is not None and is_over(found.modified_at, when.days, self.now)
            ):
                return Doomed(found)
        return None

    def _older(self, found: Object, newer: Object) -> Doomed | None:
        """It counts from when the next one came."""
        for rule in self.rules:
            when = rule.noncurrent
            if when is None or when.days is None or not fits(rule.filter, found) or self.older <= (when.newer or 0):
                continue
            if is_over(newer.modified_at, when.days, self.now):
                return Doomed(found, for_good=True)
        return None


def fits(chosen: LifecycleFilter, found: Object) -> bool:
    """Whether a rule is about it."""
    tags = found.system.get(TAGS, {})
    return (
        found.name.startswith(chosen.prefix or "")
        and all(tags.get(tag.key) == tag.value for tag in chosen.tags)
        and (chosen.larger_than is None or found.size > chosen.larger_than)
        and (chosen.smaller_than is None or found.size < chosen.smaller_than)
    )


def is_over(micros: int, days: int, now: datetime) -> bool:
    return end_of(micros, days) <= now


def end_of(micros: int, days: int) -> datetime:
    """The midnight after so many days, if a calendar has it; otherwise the last one that it has."""
    begin = from_micros(micros)
    if days >= (LAST - begin).days:
        return LAST
    whole = begin + days * DAY
    midnight = whole.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == whole else midnight + DAY


def is_stale(rules: Sequence[LifecycleRule], upload: Upload, now: datetime) -> bool:
    """Whether an upload has been under way for longer than a rule lets it."""
    return any(
        rule.abort_days is not None
        and upload.name.startswith(rule.filter.prefix or "")
        and is_over(upload.started_at, rule.abort_days, now)
        for rule in rules
    )


def expiration_header(rules: Sequence[LifecycleRule], found: Object) -> list[tuple[str, str]]:
    """When the object goes, and by which rule."""
    ends = []
    for rule in rules:
        when = rule.expiration
        if rule.enabled and when and not when.lone_markers and fits(rule.filter, found):
            ends.append((when.date or end_of(found.modified_at, when.days or 0), rule.id))
    if not ends:
        return []
    end, rule_id = min(ends)
    return [("x-amz-expiration", f'expiry-date="{end:%a, %d %b %Y %H:%M:%S GMT}", rule-id="{quote(rule_id)}"')]
