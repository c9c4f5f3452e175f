"""A stop whose power button was never pressed (the process died after it wrote down that it would), or was pressed
while the guest still booted, waited a minute and then cut the power."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from altostratus.kernel.reconcile.outcome import Again
from altostratus.services.compute.domain.plan import Rules, Seen, Wanted, plan
from altostratus.services.compute.domain.server import Server, Wish
from altostratus.services.compute.domain.steps import AskShutdown, EnsureOff
from altostratus.services.compute.driver import Observation, Power

WISHED = datetime(2026, 1, 1, tzinfo=UTC)


def _plan(seconds: float, asked: float | None) -> Any:
    """What to do so many seconds after the stop was written down, when this process last asked at `asked`."""
    columns = dict.fromkeys((field.name for field in fields(Server)), None)
    given = {"id": "s", "host_id": "h", "wanted": Wish.STOPPED, "generation": 2, "observed_generation": 1}
    server = Server(**{**columns, **given, "launched_at": WISHED, "shutdown_asked_at": WISHED})  # type: ignore[arg-type]
    machine = Observation("s", Power.RUNNING, None, 1, frozenset(), frozenset(), "boot", "digest")
    minute = timedelta(seconds=60)
    rules = Rules(minute, 2 * minute, restart_crashed=True, detach_timeout=minute)
    wanted = Wanted(server, (), None, rules)
    last = None if asked is None else WISHED + timedelta(seconds=asked)
    return plan(wanted, Seen(machine=machine, asked=last), WISHED + timedelta(seconds=seconds))


def test_a_process_that_has_not_asked_asks() -> None:
    assert _plan(3, asked=None) == AskShutdown()


def test_it_asks_again_but_not_at_once_and_not_for_ever() -> None:
    assert isinstance(_plan(9, asked=0), Again)
    assert _plan(10, asked=0) == AskShutdown()
    assert _plan(60, asked=55) == EnsureOff()
