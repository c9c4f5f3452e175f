"""Conditional requests as Swift has them: entity tags are compared without quotes, and every header counts, where RFC
9110 (section 13) has some overrule others."""

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
    if "if-match" in headers and not names(headers["if-match"], etag):
        return Verdict.FAILED
    if "if-none-match" in headers and names(headers["if-none-match"], etag):
        return Verdict.NOT_MODIFIED
    if (since := _moment(headers.get("if-modified-since"))) is not None and modified <= since:
        return Verdict.NOT_MODIFIED
    if (since := _moment(headers.get("if-unmodified-since"))) is not None and modified > since:
        return Verdict.FAILED
    return Verdict.GO_ON


def names(value: str, etag: str) -> bool:
    """Whether a list of entity tags has this one; weak ones match nothing."""
    tags = {tag.strip().strip('"') for tag in value.split(",")}
    return "*" in tags or etag.strip('"') in tags


def _moment(value: str | None) -> int | None:
    """Seconds since 1970; None for what is no date, which counts for nothing."""
    try:
        found = parsedate_to_datetime(value) if value else None
    except (ValueError, OverflowError):
        return None
    if found is None:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def http_date(seconds: int) -> str:
    """Sun, 06 Nov 1994 08:49:37 GMT"""
    return datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
