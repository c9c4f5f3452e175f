"""Clocks that a test turns."""

from datetime import UTC, datetime, timedelta

import pytest

from altostratus.kernel.testing.clock import EPOCH, ManualClock


def test_it_stands_still_until_told() -> None:
    clock = ManualClock()
    assert clock.now() == clock.now() == EPOCH
    assert clock.advance(1.5) == clock.now() == EPOCH + timedelta(seconds=1.5)
    clock.advance(-1)
    assert clock.now() == EPOCH + timedelta(seconds=0.5)


def test_it_jumps_to_instants_only() -> None:
    clock = ManualClock()
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2030
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2030, 1, 1))
