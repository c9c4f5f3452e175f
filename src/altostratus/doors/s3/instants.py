"""Instants as S3's clients write them, and the faults about those that are too old or too new.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationTimeStamp
"""

from datetime import UTC, datetime

from altostratus.doors.s3.claim import SKEW, Request
from altostratus.doors.s3.errors import S3Error
from altostratus.kernel.clock import read_http_date


def basic(text: str) -> datetime | None:
    """20130524T000000Z, or nothing."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sent_at(request: Request) -> datetime:
    """When the request says that it was made: by x-amz-date where that is there, or else by Date."""
    text = request.header("x-amz-date")
    if text is None:
        text = request.header("date") or ""
    moment = basic(text) or read_http_date(text)
    if moment is None:
        raise S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    return moment


def check_skew(sent: datetime, now: datetime) -> None:
    """A signature in a header is good for fifteen minutes."""
    if abs(now - sent) > SKEW:
        raise S3Error(
            "RequestTimeTooSkewed",
            RequestTime=iso(sent),
            ServerTime=iso(now),
            MaxAllowedSkewMilliseconds=str(int(SKEW.total_seconds() * 1000)),
        )


def has_expired(expires: datetime, now: datetime, **extra: str) -> S3Error:
    return S3Error("AccessDenied", "Request has expired", Expires=iso(expires), ServerTime=iso(now), **extra)
