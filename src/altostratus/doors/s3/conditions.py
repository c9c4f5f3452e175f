"""Conditions of requests and ranges of bytes, as S3 has them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

import re
from collections.abc import Mapping

from altostratus.contracts.objectstore import Guard, NoSuchObject, Object, unguarded
from altostratus.doors.s3.errors import S3Error
from altostratus.kernel.clock import read_http_date

SECOND = 1_000_000
_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")


def is_modified(headers: Mapping[str, str], found: Object, prefix: str = "") -> bool:
    """Whether what the client has is another; PreconditionFailed where it wants what is not there. The names of the
    headers begin with `prefix` for the source of a copy."""
    match = headers.get(f"{prefix}if-match")
    if match is not None:
        if not names(match, found.etag):
            raise S3Error("PreconditionFailed", Condition="If-Match")
    elif (since := _moment(headers, f"{prefix}if-unmodified-since")) is not None and _seconds(found) > since:
        raise S3Error("PreconditionFailed", Condition="If-Unmodified-Since")
    none_match = headers.get(f"{prefix}if-none-match")
    if none_match is not None:
        return not names(none_match, found.etag)
    since = _moment(headers, f"{prefix}if-modified-since")
    return since is None or _seconds(found) > since


def guard_of(headers: Mapping[str, str]) -> Guard:
    """The condition under which something may be written."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if match is None and none_match is None:
        return unguarded

    def check(present: Object | None) -> None:
        if none_match is not None and present is not None and names(none_match, present.etag):
            raise S3Error("PreconditionFailed", Condition="If-None-Match")
        if match is not None:
            if present is None:
                raise NoSuchObject()
            if not names(match, present.etag):
                raise S3Error("PreconditionFailed", Condition="If-Match")

    return check


def names(value: str, etag: str) -> bool:
    """Whether a list of entity tags has this one."""
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in value.split(",")}
    return "*" in tags or etag in tags


def read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """From where up to but not with what; None for the whole, as for several ranges. InvalidRange beyond the end."""
    found = _RANGE.fullmatch(header or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        start, stop = size - length, size
    else:
        start, stop = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= stop:
        raise S3Error("InvalidRange", RangeRequested=header or "", ActualObjectSize=str(size))
    return start, stop


def _seconds(found: Object) -> int:
    return found.modified_at // SECOND


def _moment(headers: Mapping[str, str], name: str) -> int | None:
    """Seconds since 1970; None for what is no date, which counts for nothing."""
    moment = read_http_date(headers.get(name))
    return int(moment.timestamp()) if moment else None
