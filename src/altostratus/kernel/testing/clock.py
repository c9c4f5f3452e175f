"""Clocks that a test turns: `ManualClock`. The clock of a simulation belongs to its event loop (testing.loop)."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Where simulated time begins."""


class ManualClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Go on by so many seconds (back, where they are negative); the new time."""
        self._now += timedelta(seconds=seconds)
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to an instant; it needs a time zone."""
        if moment.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._now = moment
