"""Time. Nothing else in the program asks the operating system for it.

Wall-clock instants are aware datetimes in UTC. Waiting goes through the event loop (`asyncio.sleep`,
`loop.call_later`), whose own clock a simulation replaces (`kernel.testing.loop`).
"""

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(count: int) -> datetime:
    """The instant of so many."""
    return _EPOCH + count * _MICROSECOND


class Clock(Protocol):
    """Where instants come from."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that never go back; for durations in logs and metrics only."""
    return time.monotonic()


def iso(moment: datetime | None) -> str | None:
    """2026-11-20T10:43:19Z, as Nova, Glance and Neutron print instants."""
    return None if moment is None else moment.isoformat(timespec="seconds")[:19] + "Z"


def iso_micro(moment: datetime | None) -> str | None:
    """2026-11-20T10:43:19.000000Z, as Keystone prints instants."""
    return None if moment is None else iso_plain(moment) + "Z"


def iso_plain(moment: datetime) -> str:
    """2026-11-20T10:43:19.000000, as Nova prints some. (`strftime` takes ten times as long, which lists feel.)"""
    return moment.isoformat(timespec="microseconds")[:26]


def http_date(seconds: int) -> str:
    """Sun, 06 Nov 1994 08:49:37 GMT, of seconds since 1970 (RFC 9110, section 5.6.7)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def read_http_date(text: str | None) -> datetime | None:
    """The instant of such a text, in UTC; None for what is none."""
    try:
        found = parsedate_to_datetime(text) if text else None
        return found and (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
