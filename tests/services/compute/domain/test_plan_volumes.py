"""What a server does about its volumes: rule by rule, and that from wherever it begins it comes to an end."""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.contracts.volume import Attachment, Source
from altostratus.kernel.reconcile.outcome import Again, Done, Outcome, Terminal
from altostratus.services.compute.domain.machine import OFF, Observation, OffReason, Power
from altostratus.services.compute.domain.plan import Rules, Seen, Wanted, is_reached, lowers_wish, plan
from altostratus.services.compute.domain.plan_volumes import ASK_AGAIN, TRIES, Tries, newly_attached
from altostratus.services.compute.domain.server import Server, Verb, Wish, status_of
from altostratus.services.compute.domain.steps import (
    AskDetach,
    AskShutdown,
    EnsureAbsent,
    EnsureAttached,
    EnsureBase,
    EnsureDefined,
    EnsureOff,
    EnsurePaused,
    EnsureRunning,
    Forget,
    GiveUp,
    Keep,
    Place,
    Reboot,
    Release,
    Step,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIMEOUT = timedelta(seconds=160)
RULES = Rules(timedelta(seconds=60), timedelta(seconds=120), restart_crashed=True, detach_timeout=TIMEOUT)
HARD = Verb("v", "s", "reboot", True, "req", NOW)


def volume(name: str, **values: Any) -> Attachment:
    """One that may be plugged, and is not known to be."""
    given: dict[str, Any] = {"boot_index": None, "delete_on_termination": False, "readonly": False, "tag": None}
    given |= {"source": Source(f"/{name}", "raw"), "attached": False, "released": False, "detach_asked_at": None}
    return Attachment(
        **{"id": name, "volume_id": f"of-{name}", "owner": "o", "device": "vdb", "fault": None, **given, **values}
    )


def going(name: str, asked: float = 0.0, **values: Any) -> Attachment:
    """Asked to go so many seconds ago."""
    return volume(name, detach_asked_at=NOW - timedelta(seconds=asked), **values)


def machine(power: Power = Power.RUNNING, plugged: str = "", defined: str | None = None) -> Observation:
    """With attachments named by one letter each; those plugged are defined too unless said otherwise."""
    why = OffReason.HOST if power in OFF else None
    has = frozenset(plugged if defined is None else defined)
    return Observation("s", power, why, 1, frozenset(), frozenset(), "b", "d", plugged=frozenset(plugged), defined=has)


def server(**columns: Any) -> Server:
    none: dict[str, Any] = dict.fromkeys((each.name for each in fields(Server)), None)
    given = {"id": "s", "host_id": "h", "image_id": "i", "wanted": Wish.RUNNING, "power": "running"}
    return Server(**{**none, **given, "launched_at": NOW, "generation": 1, "observed_generation": 1, **columns})


def decide(
    *volumes: Attachment,
    seen: Observation | None,
    verb: Verb | None = None,
    asked: float | None = None,
    failures: int = 0,
    fenced: bool = False,
    has_base: bool = True,
    **columns: Any,
) -> Step | Outcome:
    """`asked`: the seconds since this process last asked the guest for each; `failures`: of plugging each."""
    last = {} if asked is None else {each: NOW - timedelta(seconds=asked) for each in "abc"}
    tries = Tries(last, {each: [f"no {number}" for number in range(failures)] for each in "abc"})
    wanted = Wanted(server(**columns), (), verb, RULES, volumes=volumes, forced_down=fenced)
    return plan(wanted, Seen(known=not fenced, machine=seen, has_base=has_base, tries=tries), NOW)


RUNS, PAUSED, OFF_ = machine(), machine(Power.PAUSED), machine(Power.OFF)
NEW: dict[str, Any] = {"launched_at": None, "power": "", "observed_generation": 0}
STOPPED: dict[str, Any] = {"wanted": Wish.STOPPED, "power": "off"}
A = volume("a")


# -- before it is first defined -------------------------------------------------------------------------------


def test_a_new_server_waits_for_all_its_volumes() -> None:
    assert isinstance(decide(A, volume("b", source=None), seen=None, **NEW), Again)
    assert decide(A, seen=None, **NEW) == EnsureDefined()
    assert decide(volume("b", source=None), seen=None, has_base=False, **NEW) == EnsureBase(), "meanwhile"


def test_a_volume_that_never_comes_is_the_fault_of_a_new_server() -> None:
    verdict = decide(volume("b", source=None, fault="The image is gone."), seen=None, **NEW)
    assert verdict == Terminal("Volume of-b cannot be attached. The image is gone.")


def test_a_server_that_boots_from_a_volume_needs_no_image() -> None:
    root = volume("a", boot_index=0, device="vda")
    assert decide(root, seen=None, has_base=False, image_id="", **NEW) == EnsureDefined()
    assert decide(root, seen=None, has_base=False, image_id="") == EnsureDefined(), "its disk is not on its host"
    lost = decide(A, seen=None)
    assert isinstance(lost, Terminal), "the disk of one that does not is"


# -- its definition -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", [RUNS, PAUSED], ids=["running", "paused"])
def test_it_is_defined_with_its_volumes_before_they_are_plugged(seen: Observation) -> None:
    wish = Wish.RUNNING if seen is RUNS else Wish.PAUSED
    assert decide(A, seen=seen, wanted=wish) == EnsureDefined()
    assert decide(A, seen=replace(seen, defined=frozenset("a")), wanted=wish) == EnsureAttached(A)


def test_what_has_no_source_yet_is_neither_defined_nor_plugged_and_nobody_waits_for_it() -> None:
    assert decide(volume("a", source=None), seen=RUNS) == Done()


def test_what_is_off_is_defined_with_exactly_its_volumes_before_it_starts() -> None:
    """Also with one fewer: it may have been released while the host was thought to be fenced."""
    assert decide(A, seen=OFF_) == EnsureDefined()
    assert decide(seen=machine(Power.OFF, defined="a")) == EnsureDefined()
    assert decide(A, seen=machine(Power.OFF, defined="a")) == EnsureRunning()


def test_a_power_cycle_is_with_exactly_its_volumes_and_then_does_not_wait_for_the_guest() -> None:
    assert decide(going("a"), seen=machine(plugged="a"), verb=HARD) == EnsureDefined()
    assert decide(going("a"), seen=machine(plugged="a", defined=""), verb=HARD) == Reboot(HARD)


def test_it_does_not_start_without_the_volume_that_it_boots_from() -> None:
    root = volume("a", boot_index=0, source=None)
    assert isinstance(decide(root, seen=OFF_, image_id=""), Again)


# -- what leaves ----------------------------------------------------------------------------------------------


def test_what_is_to_go_leaves_the_definition_then_the_guest_then_it_is_released() -> None:
    assert decide(going("a"), seen=machine(plugged="a")) == EnsureDefined()
    assert decide(going("a"), seen=machine(plugged="a", defined="")) == AskDetach("a")
    assert decide(going("a"), seen=RUNS) == Release(("a",))
    assert decide(going("a", released=True), seen=RUNS) == Done()


def test_what_was_never_plugged_is_released_at_once() -> None:
    assert decide(going("a", source=None), seen=RUNS) == Release(("a",))
    assert decide(going("a"), seen=None, host_id=None, **NEW) == Release(("a",)), "nor has it a host"
    assert decide(A, seen=None, host_id=None, **NEW) == Place()


def test_a_guest_is_asked_again_and_again_and_then_keeps_it() -> None:
    seen = machine(plugged="a", defined="")
    often = ASK_AGAIN.total_seconds()
    assert isinstance(decide(going("a", 30), seen=seen, asked=often - 1), Again)
    assert decide(going("a", 30), seen=seen, asked=often) == AskDetach("a")
    assert isinstance(decide(going("a", 170), seen=seen, asked=often - 1), Again)
    assert decide(going("a", 160), seen=seen, asked=often) == Keep("a")
    assert decide(going("a", 3600), seen=seen) == AskDetach("a"), "it is asked also when we come late"
    assert decide(going("a", 30), seen=seen, asked=60) == AskDetach("a"), "that was for an earlier wish"


def test_a_paused_guest_is_not_asked_and_keeps_it_when_its_time_is_up() -> None:
    seen = machine(Power.PAUSED, plugged="a", defined="")
    assert isinstance(decide(going("a", 159), seen=seen, wanted=Wish.PAUSED), Again)
    assert decide(going("a", 160), seen=seen, wanted=Wish.PAUSED) == Keep("a")


def test_what_nobody_knows_of_is_asked_back() -> None:
    assert decide(seen=machine(plugged="a", defined="")) == AskDetach("a")
    assert decide(seen=machine(plugged="a", defined=""), asked=3600) == AskDetach("a")


def test_what_comes_does_not_wait_for_what_leaves_nor_the_other_way_round() -> None:
    seen = machine(plugged="b", defined="a")
    assert decide(A, going("b", 10), seen=seen) == AskDetach("b")
    assert decide(A, going("b", 10), seen=seen, asked=1) == EnsureAttached(A)
    assert decide(A, going("c"), seen=seen) == Release(("c",))


def test_the_last_of_a_process_that_crashed_is_ended() -> None:
    seen = replace(machine(Power.CRASHED, plugged="a", defined=""), off_reason=OffReason.CRASH)
    assert decide(going("a"), seen=seen, **STOPPED) == EnsureOff()


# -- what comes -----------------------------------------------------------------------------------------------


def test_what_cannot_be_plugged_is_to_go_again() -> None:
    seen = machine(defined="a")
    assert decide(A, seen=seen, failures=TRIES - 1) == EnsureAttached(A)
    assert decide(A, seen=seen, failures=TRIES) == GiveUp("a", f"no {TRIES - 1}")
    assert decide(A, seen=machine(plugged="a"), failures=TRIES) == Done(), "it was plugged after all"


@pytest.mark.parametrize("power", [Power.RUNNING, Power.OFF])
def test_what_the_storage_never_gives_is_to_go_again(power: Power) -> None:
    lost = volume("a", source=None, fault="The image is gone.")
    columns = {} if power is Power.RUNNING else STOPPED
    assert decide(lost, seen=machine(power), **columns) == GiveUp("a", "The image is gone.")


def test_it_is_attached_when_it_is_plugged_or_when_a_machine_that_is_off_is_defined_with_it() -> None:
    both = (A, volume("b", attached=True), going("c"))
    assert newly_attached(both, machine(plugged="abc")) == ["a"]
    assert newly_attached(both, machine(defined="abc")) == []
    assert newly_attached(both, machine(Power.OFF, defined="abc")) == ["a"]


# -- power comes first ----------------------------------------------------------------------------------------


def test_a_stop_never_waits_for_a_volume() -> None:
    for attached in (A, going("a"), volume("a", source=None)):
        assert decide(attached, seen=machine(plugged="a"), wanted=Wish.STOPPED) == AskShutdown()
    waits = decide(A, seen=RUNS, wanted=Wish.STOPPED, shutdown_asked_at=NOW)
    assert waits == AskShutdown()


def test_what_is_off_is_seen_to_while_its_start_waits() -> None:
    """After a crash, up to five minutes; for a network, for ever."""
    crashed = replace(machine(Power.CRASHED, defined="a"), off_reason=OffReason.CRASH)
    columns = {"crashed_at": NOW, "crashes": 8, "power": "crashed"}
    assert decide(going("a"), seen=crashed, **columns) == EnsureDefined()
    assert decide(going("a"), seen=replace(crashed, defined=frozenset()), **columns) == Release(("a",))
    waits = decide(A, seen=crashed, **columns)
    assert isinstance(waits, Again)
    assert waits.after == 256


def test_its_wish_is_reached_also_while_a_guest_keeps_a_volume() -> None:
    wanted = Wanted(server(observed_generation=0), (), None, RULES, volumes=(going("a"),))
    assert is_reached(wanted, machine(plugged="a", defined=""))
    assert not is_reached(wanted, machine(Power.OFF))
    assert not is_reached(replace(wanted, verb=HARD), RUNS)
    assert not is_reached(replace(wanted, server=server(deleted_at=NOW)), RUNS)


# -- faults, deletion, fenced hosts ---------------------------------------------------------------------------


def test_a_server_at_fault_can_still_be_freed_of_its_volumes() -> None:
    fault = {"fault": "It cannot be."}
    assert decide(A, seen=RUNS, **fault) == Terminal("It cannot be.")
    assert decide(going("a"), seen=machine(plugged="a"), **fault) == EnsureDefined()
    assert decide(going("a"), seen=machine(plugged="a", defined=""), **fault) == AskDetach("a")
    assert decide(going("a"), seen=None, host_id=None, **fault) == Release(("a",))


def test_a_deleted_server_is_absent_before_its_volumes_are_free_and_forgotten_after() -> None:
    assert decide(A, seen=machine(plugged="a"), deleted_at=NOW) == EnsureAbsent()
    assert decide(A, going("b"), seen=None, deleted_at=NOW) == Release(("a", "b"), terminated=True)
    assert isinstance(decide(going("a", released=True), seen=None, deleted_at=NOW), Again)
    assert decide(seen=None, deleted_at=NOW) == Forget()


def test_nothing_is_asked_of_a_fenced_host() -> None:
    assert isinstance(decide(A, seen=None, fenced=True), Again)
    assert isinstance(decide(A, seen=None, fenced=True, verb=HARD), Again)
    assert decide(A, going("b"), seen=None, fenced=True) == Release(("b",))
    assert decide(A, seen=None, fenced=True, deleted_at=NOW) == Release(("a",), terminated=True)
    assert decide(seen=None, fenced=True, deleted_at=NOW) == Forget()


def test_a_host_that_does_not_answer_keeps_what_it_has() -> None:
    for columns in ({}, {"deleted_at": NOW}):
        wanted = Wanted(server(**columns), (), None, RULES, volumes=(going("a"),))
        assert isinstance(plan(wanted, Seen(known=False), NOW), Again)


# -- pause ----------------------------------------------------------------------------------------------------


def test_pause_and_unpause() -> None:
    assert decide(seen=RUNS, wanted=Wish.PAUSED) == EnsurePaused()
    assert decide(seen=PAUSED, wanted=Wish.PAUSED, power="paused") == Done()
    assert decide(seen=PAUSED, power="paused") == EnsureRunning()
    shown = [status_of(server(wanted=wish, power=power), None)[:3] for wish, power in _PAUSES]
    assert shown == [
        ("ACTIVE", "active", "pausing"),
        ("PAUSED", "paused", None),
        ("PAUSED", "paused", "unpausing"),
        ("PAUSED", "paused", "powering-off"),
    ]


_PAUSES = (
    (Wish.PAUSED, "running"),
    (Wish.PAUSED, "paused"),
    (Wish.RUNNING, "paused"),
    (Wish.STOPPED, "paused"),
)


@pytest.mark.parametrize("why", [OffReason.CRASH, OffReason.UNKNOWN, OffReason.HOST])
def test_what_was_paused_and_is_off_stays_off(why: OffReason) -> None:
    seen = replace(OFF_, off_reason=why)
    assert lowers_wish(server(wanted=Wish.PAUSED, power="paused"), seen)
    assert decide(seen=seen, wanted=Wish.PAUSED, power="paused") == Done()


# -- it comes to an end ---------------------------------------------------------------------------------------


@dataclass
class Ideal:
    """A server, its machine and its attachments, where every step does what it says. The storage gives and takes at
    once; a guest that `clings` lets go of nothing."""

    server: Server
    volumes: dict[str, Attachment]
    machine: Observation | None
    clings: bool
    unpluggable: frozenset[str]
    now: datetime = NOW
    asked: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    pressed: datetime | None = None
    forgotten: bool = False

    def verdict(self) -> Step | Outcome:
        tries = Tries(self.asked, self.failures)
        wanted = Wanted(self.server, (), None, RULES, volumes=tuple(self.volumes.values()))
        verdict = plan(wanted, Seen(machine=self.machine, has_base=True, asked=self.pressed, tries=tries), self.now)
        if self.machine and self.machine.digest:
            self.server = replace(self.server, power=str(self.machine.power))
            if is_reached(wanted, self.machine):
                self.server = replace(self.server, launched_at=NOW, observed_generation=self.server.generation)
            if lowers_wish(self.server, self.machine):
                self.server = replace(self.server, wanted=Wish.STOPPED)
        return verdict

    def see(self, **values: Any) -> None:
        found = self.machine or machine(Power.OFF, defined="")
        self.machine = replace(found, **values)

    def power(self, power: Power) -> None:
        assert self.machine
        on = power not in OFF
        plugged = self.machine.plugged if self.machine.power not in OFF else self.machine.defined
        reason = None if on else OffReason.HOST
        self.see(power=power, off_reason=reason, plugged=plugged if on else frozenset())

    def take(self, step: Step) -> None:
        match step:
            case Place():
                self.server = replace(self.server, host_id="h")
            case EnsureDefined():
                ids = [v.id for v in self.volumes.values() if v.wanted and v.source]
                self.see(defined=frozenset(ids), digest="d")
            case EnsureRunning():
                self.power(Power.RUNNING)
            case EnsurePaused():
                self.power(Power.PAUSED)
            case EnsureOff():
                self.power(Power.OFF)
            case AskShutdown():
                self.pressed = self.now
                self.server = replace(self.server, shutdown_asked_at=self.server.shutdown_asked_at or self.now)
            case EnsureAbsent():
                self.machine = None
            case Forget():
                self.forgotten = True
            case _:
                self.take_of_volume(step)

    def take_of_volume(self, step: Step) -> None:
        match step:
            case EnsureAttached(attachment):
                assert self.machine
                if attachment.id in self.unpluggable:
                    self.failures.setdefault(attachment.id, []).append("no")
                else:
                    self.see(plugged=self.machine.plugged | {attachment.id})
            case AskDetach(name):
                assert self.machine
                self.asked[name] = self.now
                if not self.clings:
                    self.see(plugged=self.machine.plugged - {name})
            case Keep(name):
                self.volumes[name] = replace(self.volumes[name], detach_asked_at=None)
            case GiveUp(name):
                self.volumes[name] = replace(self.volumes[name], detach_asked_at=self.now)
            case Release(names):
                plugged = self.machine.plugged | self.machine.defined if self.machine else frozenset()
                assert not plugged & set(names), "released, and there is one that may write"
                for name in names:
                    del self.volumes[name]
            case _:
                raise AssertionError(step)

    def run(self) -> Outcome:
        """Until it is done, also when the storage has given all that it will."""
        for _ in range(200):
            verdict = self.verdict()
            if not isinstance(verdict, Done | Again | Terminal):
                self.take(verdict)
            elif isinstance(verdict, Again) or any(self.given(each) != each for each in self.volumes.values()):
                self.now += timedelta(seconds=getattr(verdict, "after", 1.0))
                self.volumes = {name: self.given(each) for name, each in self.volumes.items()}
            else:
                return verdict
            if self.forgotten:
                return Done()
        raise AssertionError(f"no end: {verdict}")

    def given(self, attachment: Attachment) -> Attachment:
        source = attachment.source or (None if attachment.fault else Source("/x", "raw"))
        return replace(attachment, source=source)


@st.composite
def attachments(draw: st.DrawFn) -> list[Attachment]:
    found = []
    for name in "abc"[: draw(st.integers(0, 3))]:
        source = draw(st.sampled_from([Source(f"/{name}", "raw"), None]))
        fault = draw(st.sampled_from([None, "lost"])) if source is None else None
        gone = draw(st.sampled_from([None, NOW, NOW - TIMEOUT]))
        found.append(volume(name, source=source, fault=fault, detach_asked_at=gone, attached=draw(st.booleans())))
    return found


@st.composite
def ideals(draw: st.DrawFn) -> Ideal:
    """Any wish, attachments and machine that can come together: nothing is plugged before the storage gave it."""
    volumes = {each.id: each for each in draw(attachments())}
    given = [each.id for each in volumes.values() if each.source]
    names = st.frozensets(st.sampled_from([*given, "x"]))  # 'x' is nobody's
    power = draw(st.sampled_from(list(Power)))
    seen = machine(power, "", "")
    seen = replace(seen, defined=draw(names), plugged=draw(names) if power not in OFF else frozenset())
    new = draw(st.booleans())
    there = draw(st.sampled_from([None, seen])) if new else seen
    columns: dict[str, Any] = {
        "wanted": draw(st.sampled_from(list(Wish))),
        "deleted_at": draw(st.sampled_from([None, None, NOW])),
        "image_id": draw(st.sampled_from(["i", ""])),
        "power": str(power),
        "observed_generation": draw(st.integers(0, 1)),
    }
    if new:
        columns |= NEW | {"host_id": "h" if there else draw(st.sampled_from(["h", None])), "wanted": Wish.RUNNING}
    stuck = draw(st.frozensets(st.sampled_from("abc")))
    return Ideal(server(**columns), volumes, there, draw(st.booleans()), stuck)


@given(ideals())
def test_from_wherever_it_begins_it_ends_with_just_what_is_wanted(ideal: Ideal) -> None:
    if ideal.machine and (ideal.clings or ideal.server.wanted == Wish.PAUSED):
        ideal.see(plugged=ideal.machine.plugged - {"x"})  # else it is asked back for ever
    end = ideal.run()
    if ideal.forgotten:
        assert (ideal.machine, ideal.volumes) == (None, {})
        return
    if isinstance(end, Terminal):
        assert ideal.machine is None, "a new server, one of whose volumes never comes"
        return
    wanted = frozenset(ideal.volumes)
    assert all(each.wanted and each.source for each in ideal.volumes.values()), "in limbo"
    assert ideal.machine
    assert ideal.machine.defined == wanted
    assert ideal.machine.plugged == (frozenset() if ideal.machine.power in OFF else wanted)
    assert is_reached(Wanted(ideal.server, (), None, RULES), ideal.machine)
