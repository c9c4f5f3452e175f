"""The next step for a server: a pure function of what is wanted, what is seen, and the time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from altostratus.contracts.network import Port
from altostratus.contracts.volume import Attachment
from altostratus.kernel.reconcile.outcome import Again, Done, Outcome, Terminal
from altostratus.services.compute.domain.machine import OFF, Observation, OffReason, Power
from altostratus.services.compute.domain.plan_volumes import Tries, plan_release, plan_volumes, to_plug
from altostratus.services.compute.domain.server import Server, Verb, Wish
from altostratus.services.compute.domain.steps import (
    AskShutdown,
    EnsureAbsent,
    EnsureBase,
    EnsureDefined,
    EnsureOff,
    EnsurePaused,
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
_RUN = EnsureRunning()


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator configures of the plan."""

    shutdown_timeout: timedelta
    soft_reboot_timeout: timedelta
    restart_crashed: bool
    detach_timeout: timedelta


@dataclass(frozen=True, slots=True)
class Wanted:
    """The server's row with what else the plan depends on. `boot_id` is that of its host, as last noted;
    `forced_down`: its host is fenced, as an operator says."""

    server: Server
    ports: tuple[Port, ...]
    verb: Verb | None
    rules: Rules
    boot_id: str = ""
    volumes: tuple[Attachment, ...] = ()
    forced_down: bool = False


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
    tries: Tries = field(default_factory=Tries)


def plan(wanted: Wanted, seen: Seen, now: datetime) -> Step | Outcome:
    """What to do next."""
    server, machine = wanted.server, seen.machine
    if wanted.forced_down:
        return _plan_fenced(wanted)
    if server.host_id is not None and not seen.known:
        return Again(5.0, "its host does not answer")
    if server.deleted_at is not None:
        return EnsureAbsent() if machine else _plan_gone(wanted)
    if release := plan_release(wanted.volumes, machine):
        return release
    if server.fault is not None and server.observed_generation == server.generation:
        return _plan_failed(wanted, seen, Terminal(server.fault), now)
    if server.host_id is None:
        return Place()
    if machine is None or not machine.digest:
        return _plan_definition(wanted, seen)
    power = _plan_power(wanted, machine, seen.asked, now)
    if isinstance(power, Done) or (isinstance(power, Again) and machine.power in OFF):
        return _sooner(power, _plan_volumes(wanted, machine, seen, now))
    return power


def _plan_fenced(wanted: Wanted) -> Step | Outcome:
    """Nothing is asked of its host, where nothing runs any more: what is to go is free, all else waits."""
    if wanted.server.deleted_at is not None:
        return _plan_gone(wanted)
    release = plan_release(wanted.volumes, None)
    return release or Again(10.0, "its host is fenced")


def _plan_gone(wanted: Wanted) -> Step | Outcome:
    """Its volumes are free before it is forgotten."""
    if release := plan_release(wanted.volumes, None, terminated=True):
        return release
    return Again(5.0, "its volumes are being freed") if wanted.volumes else Forget()


def _plan_failed(wanted: Wanted, seen: Seen, failed: Terminal, now: datetime) -> Step | Outcome:
    """What was plugged into it can still be taken away."""
    if seen.machine is None or not seen.machine.digest or all(each.wanted for each in wanted.volumes):
        return failed
    verdict = _plan_volumes(wanted, seen.machine, seen, now)
    return failed if isinstance(verdict, Done) else verdict


def _plan_definition(wanted: Wanted, seen: Seen) -> Step | Outcome:
    """A new server waits for all its volumes, so that it starts with them; one that was there before, for the one that
    it boots from."""
    server = wanted.server
    if seen.machine is None and server.launched_at is not None and server.image_id and seen.durable:
        return Terminal("Its disk is no longer on its host. Restore the disk, or delete the server.")
    missing = [each for each in wanted.volumes if each.wanted and each.source is None]
    lost = [each for each in missing if each.fault is not None]
    if server.launched_at is None and lost:
        return Terminal(f"Volume {lost[0].volume_id} cannot be attached. {lost[0].fault}")
    if server.image_id and not seen.has_base:
        return EnsureBase()
    if server.launched_at is None and missing:
        return Again(5.0, f"volume {missing[0].volume_id} is not ready")
    return _wait_for_root(wanted) or EnsureDefined()


def _wait_for_root(wanted: Wanted) -> Again | None:
    missing = any(each.wanted and each.source is None and each.boot_index == 0 for each in wanted.volumes)
    return Again(5.0, "the volume that it boots from is not ready") if missing else None


def _plan_volumes(wanted: Wanted, machine: Observation, seen: Seen, now: datetime) -> Step | Outcome:
    return plan_volumes(wanted.volumes, machine, seen.tries, wanted.rules.detach_timeout, now)


def _sooner(power: Done | Again, volumes: Step | Outcome) -> Step | Outcome:
    if isinstance(power, Again) and isinstance(volumes, Done | Again):
        return min(power, volumes, key=lambda each: each.after) if isinstance(volumes, Again) else power
    return volumes


def _plan_power(wanted: Wanted, machine: Observation, last: datetime | None, now: datetime) -> Step | Outcome:
    """A stop, or a power cycle, never waits for a volume."""
    if wanted.verb is not None:
        return _plan_verb(wanted, wanted.verb, machine, last, now)
    match wanted.server.wanted:
        case Wish.RUNNING:
            return _plan_running(wanted, machine, now)
        case Wish.PAUSED:
            return EnsurePaused() if machine.power is Power.RUNNING else Done()
        case _:
            return _plan_stopped(wanted, machine, last, now)


def _plan_verb(
    wanted: Wanted, verb: Verb, machine: Observation, last: datetime | None, now: datetime
) -> Step | Outcome:
    """A soft reboot asks the guest to power off, and starts it anew when it has or when its time is up."""
    if wanted.server.wanted != Wish.RUNNING:
        return FinishVerb(verb)
    if verb.id in machine.done:
        return _start(wanted, machine) if machine.power in OFF else FinishVerb(verb)
    if machine.power in OFF:
        return _start(wanted, machine, Reboot(verb))
    cycle = Reboot(verb) if machine.defined == to_plug(wanted.volumes) else EnsureDefined()
    if verb.hard:
        return cycle
    return _ask_before(cycle, wanted, wanted.rules.soft_reboot_timeout, machine, last, now)


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
    machine does not start without its bridge; or when its volumes have changed. Nor does it start before its ports are
    filtered, which after a reboot of its host we know only once that is noted."""
    if machine.power not in OFF:
        return step
    if machine.host_boot_id != wanted.boot_id:
        return Again(1.0, "its host came up anew: networks come first")
    if machine.ports != {port.id for port in wanted.ports}:
        return EnsureDefined()
    if waits := _wait_for_root(wanted):
        return waits
    if machine.defined != to_plug(wanted.volumes):
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
    if machine.power in OFF:
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


def is_reached(wanted: Wanted, machine: Observation) -> bool:
    """Its power is as wished; its volumes need not be yet."""
    if wanted.verb is not None or wanted.server.deleted_at is not None:
        return False
    match wanted.server.wanted:
        case Wish.RUNNING:
            return machine.power is Power.RUNNING
        case Wish.PAUSED:
            return machine.power is Power.PAUSED
        case _:
            return machine.power in OFF


def lowers_wish(server: Server, machine: Observation) -> bool:
    """A guest that reached the wish to run, and then powered itself off, wants to be off. One that obeys a reboot has
    not reached it: each reboot is a new wish to run. And what was to be paused and is off, however that came, stays
    off: there is no memory left to go on with."""
    if server.wanted == Wish.PAUSED:
        return machine.power in OFF
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
        and machine.power in OFF
        and machine.off_reason in _CRASHED
        and server.wanted == Wish.RUNNING
        and _reached(server)
    )


def _reached(server: Server) -> bool:
    return server.observed_generation == server.generation
