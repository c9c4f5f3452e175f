"""Conditional requests (RFC 9110, section 13), as Swift and S3 have them: entity tags are compared without quotes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum


class Verdict(Enum):
    """What becomes of a request."""

    GO_ON = 0
    NOT_MODIFIED = 304
    FAILED = 412


def judge(headers: Mapping[str, str], etag: str, modified: int) -> Verdict:
    """For reading something that is there; `modified` in seconds since 1970. Headers by lower-case name."""
    if "if-match" in headers:
        if not _names(headers["if-match"], etag):
            return Verdict.FAILED
    elif (since := _moment(headers.get("if-unmodified-since"))) is not None and modified > since:
        return Verdict.FAILED
    if "if-none-match" in headers:
        return Verdict.NOT_MODIFIED if _names(headers["if-none-match"], etag) else Verdict.GO_ON
    since = _moment(headers.get("if-modified-since"))
    return Verdict.NOT_MODIFIED if since is not None and modified <= since else Verdict.GO_ON


def _names(value: str, etag: str) -> bool:
    """Whether a list of entity tags has this one."""
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in value.split(",")}
    return "*" in tags or etag.strip('"') in tags


def _moment(value: str | None) -> int | None:
    """Seconds since 1970; None for what is no date, which counts for nothing."""
    try:
        found = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    if found is None:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def http_date(seconds: int) -> str:
    """Sun, 06 Nov 1994 08:49:37 GMT"""
    return datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
