"""What to do next for a server: a pending reboot, and what else is asked meanwhile."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from altostratus.kernel.reconcile.outcome import Again, Outcome
from altostratus.services.compute.domain.machine import Observation, OffReason, Power
from altostratus.services.compute.domain.plan import Rules, Seen, Wanted, is_new_crash, lowers_wish, plan
from altostratus.services.compute.domain.server import Server, Verb, Wish
from altostratus.services.compute.domain.steps import (
    AskShutdown,
    EnsureAbsent,
    EnsureOff,
    EnsureRunning,
    FinishVerb,
    Reboot,
    Step,
)

ASKED = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(seconds=60)
RULES = Rules(MINUTE, 2 * MINUTE, restart_crashed=True, detach_timeout=MINUTE)
SOFT = Verb("v", "s", "reboot", False, "req", ASKED)
HARD = replace(SOFT, hard=True)
RUNS = Observation("s", Power.RUNNING, None, 1, frozenset(), frozenset(), "boot", "digest")
OBEYED = replace(RUNS, power=Power.OFF, off_reason=OffReason.GUEST)
CRASHED = replace(RUNS, power=Power.CRASHED, off_reason=OffReason.CRASH)
PAUSED = replace(RUNS, power=Power.PAUSED)


def make_server(**columns: Any) -> Server:
    """One that ran when it was last seen, with a new wish to run, whose guest was asked to power off."""
    none: dict[str, Any] = dict.fromkeys((field.name for field in fields(Server)), None)
    given = {"id": "s", "host_id": "h", "wanted": Wish.RUNNING, "power": "running", "launched_at": ASKED}
    wished = {"generation": 2, "observed_generation": 1, "shutdown_asked_at": ASKED}
    return Server(**{**none, **given, **wished, **columns})


def decide(
    verb: Verb, machine: Observation, seconds: float = 1.0, last: float | None = 0.0, **columns: Any
) -> Step | Outcome:
    """So many seconds after the guest was first asked; this process last asked at `last`."""
    asked = None if last is None else ASKED + timedelta(seconds=last)
    wanted = Wanted(make_server(**columns), (), verb, RULES)
    return plan(wanted, Seen(machine=machine, asked=asked), ASKED + timedelta(seconds=seconds))


def test_a_soft_reboot_asks_the_guest_again_and_again_and_then_no_more() -> None:
    assert decide(SOFT, RUNS, last=None, shutdown_asked_at=None) == AskShutdown()
    assert decide(SOFT, RUNS, 3, last=None) == AskShutdown(), "the process that was to ask died"
    assert isinstance(decide(SOFT, RUNS, 9), Again)
    assert decide(SOFT, RUNS, 10) == AskShutdown()
    waits = decide(SOFT, RUNS, 118, last=115)
    assert isinstance(waits, Again)
    assert waits.after == 2
    assert decide(SOFT, RUNS, 120, last=115) == Reboot(SOFT)


@pytest.mark.parametrize("machine", [OBEYED, CRASHED, PAUSED], ids=["obeyed", "crashed", "paused"])
def test_a_machine_whose_guest_is_not_there_to_be_asked_is_rebooted_at_once(machine: Observation) -> None:
    assert decide(SOFT, machine) == Reboot(SOFT)


def test_a_guest_is_asked_also_when_the_control_plane_was_away_for_long() -> None:
    assert decide(SOFT, RUNS, 3600, last=None, shutdown_asked_at=None) == AskShutdown()


def test_a_hard_reboot_asks_nobody() -> None:
    for machine in (RUNS, OBEYED, CRASHED, PAUSED):
        assert decide(HARD, machine, last=None, shutdown_asked_at=None) == Reboot(HARD)


@pytest.mark.parametrize("verb", [SOFT, HARD], ids=["soft", "hard"])
def test_a_reboot_that_was_done_is_finished_once_the_machine_runs(verb: Verb) -> None:
    done = frozenset({verb.id})
    assert decide(verb, replace(RUNS, done=done), 500) == FinishVerb(verb)
    assert decide(verb, replace(OBEYED, done=done), 500) == EnsureRunning(), "the process died before the start"
    assert decide(verb, replace(CRASHED, done=done), 500) == EnsureRunning()


@pytest.mark.parametrize("verb", [SOFT, HARD], ids=["soft", "hard"])
def test_a_later_wish_wins(verb: Verb) -> None:
    assert decide(verb, RUNS, wanted=Wish.STOPPED) == FinishVerb(verb)
    assert decide(verb, RUNS, deleted_at=ASKED) == EnsureAbsent()


def test_a_guest_that_obeys_a_reboot_neither_wants_to_be_off_nor_has_crashed() -> None:
    rebooting, settled = make_server(), make_server(observed_generation=2)
    forgotten = replace(OBEYED, off_reason=OffReason.UNKNOWN)
    assert not lowers_wish(rebooting, OBEYED)
    assert lowers_wish(settled, OBEYED)
    assert not is_new_crash(rebooting, forgotten)
    assert is_new_crash(settled, forgotten)


def test_a_stop_has_its_own_time() -> None:
    stopped = make_server(wanted=Wish.STOPPED)

    def decide(seconds: float) -> Step | Outcome:
        return plan(Wanted(stopped, (), None, RULES), Seen(machine=RUNS, asked=ASKED), ASKED + timedelta(0, seconds))

    assert isinstance(decide(5), Again)
    assert decide(60) == EnsureOff()


@pytest.mark.parametrize("launched_at", [None, ASKED], ids=["first start", "later start"])
@pytest.mark.parametrize("verb", [None, HARD], ids=["wish", "reboot"])
def test_nothing_starts_before_the_reboot_of_its_host_is_noted(launched_at: datetime | None, verb: Verb | None) -> None:
    """Until then its ports count as filtered, and are not."""
    off = replace(RUNS, power=Power.OFF, off_reason=OffReason.UNKNOWN, host_boot_id="new")
    for noted, starts in (("old", False), ("new", True)):
        wanted = Wanted(make_server(launched_at=launched_at), (), verb, RULES, boot_id=noted)
        assert isinstance(plan(wanted, Seen(machine=off), ASKED), EnsureRunning | Reboot) is starts
