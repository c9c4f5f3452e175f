"""The next step for a server: a pure function of what is wanted, what is seen, and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from altostratus.contracts.network import Port
from altostratus.kernel.reconcile.outcome import Again, Done, Outcome, Terminal
from altostratus.services.compute.domain.machine import Observation, OffReason, Power
from altostratus.services.compute.domain.server import Server, Verb, Wish
from altostratus.services.compute.domain.steps import (
    AskShutdown,
    EnsureAbsent,
    EnsureBase,
    EnsureDefined,
    EnsureOff,
    EnsureRunning,
    FinishVerb,
    Forget,
    Place,
    Reboot,
    Step,
)

ASK_AGAIN = timedelta(seconds=10)
"""A guest that is still booting does not hear the power button; Nova presses it as often."""
STABLE = timedelta(minutes=5)
_CRASHED = (OffReason.CRASH, OffReason.UNKNOWN)
_OFF = (Power.OFF, Power.CRASHED)
_RUN = EnsureRunning()


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator configures of the plan."""

    shutdown_timeout: timedelta
    soft_reboot_timeout: timedelta
    restart_crashed: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The server's row with what else the plan depends on. `boot_id` is that of its host, as last noted."""

    server: Server
    ports: tuple[Port, ...]
    verb: Verb | None
    rules: Rules
    boot_id: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """`machine` is None when its host has nothing of it; `known` False when the host does not answer;
    `durable` False when it forgets machines without harm. `asked` is when this process last asked the machine to power
    off: one that wrote down that it would may have died before it did."""

    known: bool = True
    machine: Observation | None = None
    has_base: bool = False
    durable: bool = True
    asked: datetime | None = None


def plan(wanted: Wanted, seen: Seen, now: datetime) -> Step | Outcome:
    """What to do next."""
    server = wanted.server
    if server.host_id is not None and not seen.known:
        return Again(5.0, "its host does not answer")
    if server.deleted_at is not None:
        return Forget() if seen.machine is None else EnsureAbsent()
    if server.fault is not None and server.observed_generation == server.generation:
        return Terminal(server.fault)
    if server.host_id is None:
        return Place()
    if seen.machine is None and server.launched_at is not None and seen.durable:
        return Terminal("Its disk is no longer on its host. Restore the disk, or delete the server.")
    if seen.machine is None or not seen.machine.digest:
        return EnsureDefined() if seen.has_base else EnsureBase()
    if wanted.verb is not None:
        return _plan_verb(wanted, wanted.verb, seen.machine, seen.asked, now)
    if server.wanted == Wish.RUNNING:
        return _plan_running(wanted, seen.machine, now)
    return _plan_stopped(wanted, seen.machine, seen.asked, now)


def _plan_verb(
    wanted: Wanted, verb: Verb, machine: Observation, last: datetime | None, now: datetime
) -> Step | Outcome:
    """A soft reboot asks the guest to power off, and starts it anew when it has or when its time is up."""
    if wanted.server.wanted != Wish.RUNNING:
        return FinishVerb(verb)
    if verb.id in machine.done:
        return _start(wanted, machine) if machine.power in _OFF else FinishVerb(verb)
    if machine.power in _OFF:
        return _start(wanted, machine, Reboot(verb))
    if verb.hard:
        return Reboot(verb)
    return _ask_before(Reboot(verb), wanted, wanted.rules.soft_reboot_timeout, machine, last, now)


def _plan_running(wanted: Wanted, machine: Observation, now: datetime) -> Step | Outcome:
    server = wanted.server
    if machine.power is Power.RUNNING:
        return Done()
    if lowers_wish(server, machine):
        return Done()
    if server.launched_at is not None and machine.off_reason in _CRASHED and _reached(server):
        return _plan_restart(wanted, machine, now)
    return _start(wanted, machine)


def _start(wanted: Wanted, machine: Observation, step: Step = _RUN) -> Step | Outcome:
    """What is off is defined anew first when one of its ports was deleted: the network may be gone with it, and a
    machine does not start without its bridge. Nor does it start before its ports are filtered, which after a reboot of
    its host we know only once that is noted."""
    if machine.power not in _OFF:
        return step
    if machine.host_boot_id != wanted.boot_id:
        return Again(1.0, "its host came up anew: networks come first")
    if machine.ports != {port.id for port in wanted.ports}:
        return EnsureDefined()
    waiting = [port.id for port in wanted.ports if not port.ready]
    return Again(2.0, f"network is not ready for port {waiting[0]}") if waiting else step


def _plan_restart(wanted: Wanted, machine: Observation, now: datetime) -> Step | Outcome:
    """After a crash: at once the first time, then ever more slowly, so that a crash loop harms nobody."""
    server = wanted.server
    if not wanted.rules.restart_crashed:
        return Done()
    if server.crashed_at is None or server.crashes == 0:
        return _start(wanted, machine)
    due = server.crashed_at + timedelta(seconds=min(2.0**server.crashes, 300.0))
    if now < due:
        return Again((due - now).total_seconds(), "it crashed; it is started again soon")
    return _start(wanted, machine)


def _plan_stopped(wanted: Wanted, machine: Observation, last: datetime | None, now: datetime) -> Step | Outcome:
    if machine.power in _OFF:
        return Done()
    return _ask_before(EnsureOff(), wanted, wanted.rules.shutdown_timeout, machine, last, now)


def _ask_before(
    force: Step, wanted: Wanted, timeout: timedelta, machine: Observation, last: datetime | None, now: datetime
) -> Step | Outcome:
    """Press the power button of a machine that is on, now and then; force it once its guest has had its time. The time
    counts from the first press for this wish, so that a guest is asked also when we come late."""
    asked = wanted.server.shutdown_asked_at
    if asked is None:
        return AskShutdown()
    left = asked + timeout - now
    if left <= timedelta() or machine.power is Power.PAUSED:
        return force
    if last is None or now - last >= ASK_AGAIN:
        return AskShutdown()
    return Again(min(left.total_seconds(), 5.0), "the guest was asked to power off")


def lowers_wish(server: Server, machine: Observation) -> bool:
    """A guest that reached the wish to run, and then powered itself off, wants to be off. One that obeys a reboot has
    not reached it: each reboot is a new wish to run."""
    return (
        server.wanted == Wish.RUNNING
        and machine.power is Power.OFF
        and machine.off_reason is OffReason.GUEST
        and _reached(server)
    )


def is_new_crash(server: Server, machine: Observation) -> bool:
    """It ran when last seen, and now it lies there without having been told to."""
    return (
        server.power == Power.RUNNING
        and machine.power in _OFF
        and machine.off_reason in _CRASHED
        and server.wanted == Wish.RUNNING
        and _reached(server)
    )


def _reached(server: Server) -> bool:
    return server.observed_generation == server.generation
