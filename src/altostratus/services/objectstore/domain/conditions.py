"""Conditional requests as Swift has them: entity tags are compared without quotes, and every header counts, where RFC
9110 (section 13) has some overrule others."""

from collections.abc import Mapping
from enum import Enum

from altostratus.kernel.clock import read_http_date


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
    found = read_http_date(value)
    return int(found.timestamp()) if found else None
