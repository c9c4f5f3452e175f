"""The steps that bring volumes, snapshots and attachments to what is wanted. Each is safe to run twice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnsureVolume:
    """Make it in the storage, from nothing or from its source."""


@dataclass(frozen=True, slots=True)
class EnsureSize:
    """Grow it."""


@dataclass(frozen=True, slots=True)
class EnsureVolumeAbsent:
    """Remove it from the storage."""


@dataclass(frozen=True, slots=True)
class ForgetVolume:
    """Drop the row: nothing is left."""


@dataclass(frozen=True, slots=True)
class EnsureSnapshot:
    """Make it in the storage."""


@dataclass(frozen=True, slots=True)
class EnsureSnapshotAbsent:
    """Remove it from the storage."""


@dataclass(frozen=True, slots=True)
class ForgetSnapshot:
    """Drop the row: nothing is left."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Let the server's host, and no other, write to the volume."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Let it no more."""


@dataclass(frozen=True, slots=True)
class ForgetAttachment:
    """Drop the row: the volume is free, or goes with its server."""


VOLUME_STEPS = (EnsureVolume, EnsureSize, EnsureVolumeAbsent, ForgetVolume)
SNAPSHOT_STEPS = (EnsureSnapshot, EnsureSnapshotAbsent, ForgetSnapshot)
ATTACHMENT_STEPS = (Connect, Disconnect, ForgetAttachment)
Step = (
    EnsureVolume
    | EnsureSize
    | EnsureVolumeAbsent
    | ForgetVolume
    | EnsureSnapshot
    | EnsureSnapshotAbsent
    | ForgetSnapshot
    | Connect
    | Disconnect
    | ForgetAttachment
)
