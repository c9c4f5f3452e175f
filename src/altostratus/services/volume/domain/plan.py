"""The next step for a volume, a snapshot or an attachment: pure functions of what is wanted and what is seen."""

from dataclasses import dataclass

from altostratus.kernel.reconcile.outcome import Again, Done, Outcome, Terminal
from altostratus.services.volume.domain.steps import (
    Connect,
    Disconnect,
    EnsureSize,
    EnsureSnapshot,
    EnsureSnapshotAbsent,
    EnsureVolume,
    EnsureVolumeAbsent,
    ForgetAttachment,
    ForgetSnapshot,
    ForgetVolume,
    Step,
)
from altostratus.services.volume.domain.volume import Attachment, Snapshot, Volume

SILENT = Again(5.0, "the storage does not answer")
LOST = "Its data is no longer in the storage. Restore it there, or delete it."


@dataclass(frozen=True, slots=True)
class Seen:
    """What the storage has of a volume: `size` in GiB, 0 where nothing (whole) is; `writer` the attachment that may
    write to it. `known` False when the storage does not answer; `durable` False where it forgets without harm;
    `remains` where something is left that is no volume or snapshot any more."""

    known: bool = True
    size: int = 0
    writer: str = ""
    remains: bool = False
    durable: bool = True


UNKNOWN = Seen(known=False)


def plan_volume(volume: Volume, kept: bool, waits: bool, seen: Seen) -> Step | Outcome:
    """`kept`: an attachment or a snapshot needs it. `waits`: what it is made from is not there yet."""
    if not seen.known:
        return SILENT
    if volume.deleted_at is not None:
        return _plan_absence(kept, seen)
    if volume.fault is not None and volume.observed_generation == volume.generation:
        return Terminal(volume.fault)
    if seen.size >= volume.size:
        return Done()
    if seen.size:
        return EnsureSize()
    if volume.launched_at is not None and seen.durable:
        return Terminal(LOST)
    return Again(2.0, "what it is made from is not there yet") if waits else EnsureVolume()


def _plan_absence(kept: bool, seen: Seen) -> Step | Outcome:
    """What needs the volume wakes it when it goes."""
    if kept:
        return Done()
    return EnsureVolumeAbsent() if seen.size or seen.remains else ForgetVolume()


def plan_snapshot(snapshot: Snapshot, waits: bool, seen: Seen) -> Step | Outcome:
    """`seen.size` is the snapshot's. `waits`: its volume is not there yet."""
    if not seen.known:
        return SILENT
    if snapshot.deleted_at is not None:
        return EnsureSnapshotAbsent() if seen.size or seen.remains else ForgetSnapshot()
    if snapshot.fault is not None:
        return Terminal(snapshot.fault)
    if seen.size:
        return Done()
    if snapshot.launched_at is not None and seen.durable:
        return Terminal(LOST)
    return Again(2.0, "its volume is not there yet") if waits else EnsureSnapshot()


def plan_attachment(attachment: Attachment, volume: Volume, seen: Seen) -> Step | Outcome:
    """Whoever is let in stays in until compute has released it; what never was let in can go at once."""
    if attachment.owner is None:
        return Done()
    if not seen.known:
        return SILENT
    if attachment.released_at is not None or (attachment.detach_asked_at is not None and attachment.source is None):
        return Disconnect() if seen.writer == attachment.id else ForgetAttachment()
    if attachment.detach_asked_at is not None or attachment.host_id is None or volume.launched_at is None:
        return Done()
    if attachment.source is None or seen.writer != attachment.id:
        return Connect()
    return Done()
