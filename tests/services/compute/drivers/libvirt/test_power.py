"""Libvirt's states and reasons mean what we say they mean."""

import pytest

from altostratus.services.compute.driver import OffReason, Power
from altostratus.services.compute.drivers.libvirt.power import power


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (1, 1, (Power.RUNNING, None)),
        (2, 0, (Power.RUNNING, None)),
        (3, 1, (Power.PAUSED, None)),
        (3, 5, (Power.PAUSED, None)),  # an I/O error, say a full disk
        (3, 8, (Power.RUNNING, None)),  # about to be off
        (3, 10, (Power.CRASHED, OffReason.CRASH)),
        (4, 1, (Power.RUNNING, None)),
        (5, 0, (Power.OFF, OffReason.UNKNOWN)),
        (5, 1, (Power.OFF, OffReason.GUEST)),
        (5, 2, (Power.OFF, OffReason.HOST)),
        (5, 3, (Power.CRASHED, OffReason.CRASH)),
        (5, 6, (Power.CRASHED, OffReason.CRASH)),
        (5, 8, (Power.CRASHED, OffReason.CRASH)),
        (5, 99, (Power.OFF, OffReason.UNKNOWN)),
        (6, 0, (Power.CRASHED, OffReason.CRASH)),
        (7, 0, (Power.PAUSED, None)),
        (0, 0, (Power.OFF, OffReason.UNKNOWN)),
    ],
)
def test_states(state: int, reason: int, expected: tuple[Power, OffReason | None]) -> None:
    assert power(state, reason, started_at="b", boot_id="b", ended_by_host=False) == expected


@pytest.mark.parametrize("reason", [0, 1, 2, 3])
def test_one_never_started_says_so_whatever_the_reason(reason: int) -> None:
    seen = power(5, reason, started_at="", boot_id="b", ended_by_host=False)
    assert seen == (Power.OFF, OffReason.NEVER_STARTED)


@pytest.mark.parametrize("reason", [0, 1, 2, 3])
def test_one_started_before_the_host_rebooted_is_off_for_reasons_unknown(reason: int) -> None:
    seen = power(5, reason, started_at="a", boot_id="b", ended_by_host=False)
    assert seen == (Power.OFF, OffReason.UNKNOWN)


def test_a_process_ended_by_a_signal_is_not_a_guest_that_wished_to_be_off() -> None:
    assert power(5, 1, started_at="b", boot_id="b", ended_by_host=True) == (Power.OFF, OffReason.UNKNOWN)
    assert power(5, 3, started_at="b", boot_id="b", ended_by_host=True) == (Power.CRASHED, OffReason.CRASH)
