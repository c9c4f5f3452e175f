"""What a server does next about its volumes: pure functions of its attachments and of its machine as seen.

A machine is defined with exactly the volumes that it is to have; then what is not plugged is plugged, and what is
plugged and not wanted is asked back from the guest. See docs/design/0009-volumes.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from altostratus.contracts.volume import Attachment
from altostratus.kernel.reconcile.outcome import Again, Done, Outcome
from altostratus.services.compute.domain.machine import OFF, Observation, Power
from altostratus.services.compute.domain.steps import (
    AskDetach,
    EnsureAttached,
    EnsureDefined,
    EnsureOff,
    GiveUp,
    Keep,
    Release,
    Step,
)

ASK_AGAIN = timedelta(seconds=20)
"""A guest that is still booting does not hear that it is to let go of a disk; Nova asks as often."""
TRIES = 3
LOOK_AGAIN = 2.0
"""Seconds until a guest is looked at that was asked; when it lets go, an event wakes its server earlier."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What this process remembers of attachments: when it last asked a guest for each, and why plugging each failed,
    time after time."""

    asked: Mapping[str, datetime] = field(default_factory=dict)
    failures: Mapping[str, Sequence[str]] = field(default_factory=dict)


def to_plug(volumes: Sequence[Attachment]) -> frozenset[str]:
    """The attachments that the machine is to have: wanted, and the storage lets its host write."""
    return frozenset(each.id for each in volumes if each.wanted and each.source is not None)


def newly_attached(volumes: Sequence[Attachment], machine: Observation) -> list[str]:
    """Those that it has since it was last looked at: plugged, or in the definition of a machine that is off."""
    there = machine.defined if machine.power in OFF else machine.plugged
    return [each.id for each in volumes if each.wanted and not each.attached and each.id in there]


def plan_release(
    volumes: Sequence[Attachment], machine: Observation | None, terminated: bool = False
) -> Release | None:
    """What is to go and nothing has any more, on a host that answers, or that is fenced (`machine` None); of a server
    that is `terminated`, everything."""
    kept = machine.plugged | machine.defined if machine else frozenset()
    going = [each for each in volumes if not each.released and (terminated or not each.wanted)]
    ids = tuple(each.id for each in going if each.id not in kept)
    return Release(ids, terminated) if ids else None


def plan_volumes(
    volumes: Sequence[Attachment], machine: Observation, tries: Tries, timeout: timedelta, now: datetime
) -> Step | Outcome:
    """For a machine whose power is as wanted. A guest gets `timeout` to let go of a volume. What leaves does not wait
    for what comes."""
    if machine.defined != to_plug(volumes):
        return EnsureDefined()
    waits = []
    for verdict in _plan_each_leaving(volumes, machine, tries, timeout, now):
        if not isinstance(verdict, Again):
            return verdict
        waits.append(verdict)
    return _plan_coming(volumes, machine, tries) or min(waits, key=lambda wait: wait.after, default=Done())


def _plan_each_leaving(
    volumes: Sequence[Attachment], machine: Observation, tries: Tries, timeout: timedelta, now: datetime
) -> Iterator[Step | Again]:
    """Also of volumes that no attachment knows: somebody else plugged them, or its host was thought to be fenced."""
    begun = {each.id: each.detach_asked_at for each in volumes}
    for attachment_id in sorted(machine.plugged - to_plug(volumes)):
        since, last = begun.get(attachment_id), tries.asked.get(attachment_id)
        over = since is not None and now - since >= timeout
        if machine.power in OFF:
            yield EnsureOff()  # what is left of its process
        elif machine.power is Power.PAUSED:
            yield Keep(attachment_id) if over else Again(LOOK_AGAIN, "a paused guest cannot let go of a volume")
        elif last is None or (since is not None and last < since):
            yield AskDetach(attachment_id)
        elif now - last >= ASK_AGAIN:
            yield Keep(attachment_id) if over else AskDetach(attachment_id)
        else:
            yield Again(LOOK_AGAIN, "the guest was asked to let go of a volume")


def _plan_coming(volumes: Sequence[Attachment], machine: Observation, tries: Tries) -> Step | None:
    """What never can be plugged is to go again: nobody is to wait for it."""
    for each in volumes:
        if not each.wanted or (each.source is None and each.fault is None):
            continue
        if each.source is None:
            return GiveUp(each.id, each.fault or "")
        if machine.power not in OFF and each.id not in machine.plugged:
            failures = tries.failures.get(each.id, ())
            return GiveUp(each.id, failures[-1]) if len(failures) >= TRIES else EnsureAttached(each)
    return None
