"""Volumes, snapshots and attachments as frozen values; and the status that Cinder's API derives from wish and sight."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

DEV = "/dev/"
"""Before a device's name, as Cinder shows it."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume's row: what is wanted (`size` in GiB, `deleted_at`, `generation`) and what was last seen (`stored_size`
    in GiB, 0 until it is there; `launched_at`). `fault` says why it cannot be as wanted; it stands until the wish
    changes. `forced_status` is what an administrator wants it to be shown as."""

    id: str
    project_id: str
    user_id: str
    name: str
    description: str | None
    size: int
    metadata: dict[str, str]
    availability_zone: str
    bootable: bool
    readonly: bool
    image_id: str | None
    snapshot_id: str | None
    source_volume_id: str | None
    image_metadata: dict[str, str]
    generation: int
    observed_generation: int
    stored_size: int
    fault: str | None
    fault_at: datetime | None
    forced_status: str | None
    request_id: str
    created_at: datetime
    updated_at: datetime
    launched_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot's row; `size` in GiB is its volume's when it was asked for."""

    id: str
    project_id: str
    user_id: str
    volume_id: str
    name: str
    description: str | None
    size: int
    metadata: dict[str, str]
    fault: str | None
    fault_at: datetime | None
    forced_status: str | None
    request_id: str
    created_at: datetime
    updated_at: datetime
    launched_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment's row; see contracts.volume. `owner` None: nobody here sees to it, it is noted for somebody outside
    who said so through the API (`connector`, `host_name`, `attached_at` are what they said)."""

    id: str
    volume_id: str
    project_id: str
    owner: str | None
    instance_id: str | None
    host_name: str | None
    device: str
    readonly: bool
    boot_index: int | None
    delete_on_termination: bool
    tag: str | None
    connector: dict[str, Any] | None
    host_id: str | None
    source: dict[str, str] | None
    attached_at: datetime | None
    detach_asked_at: datetime | None
    released_at: datetime | None
    terminated: bool
    created_at: datetime
    updated_at: datetime


def status_of(volume: Volume, attachment: Attachment | None) -> str:
    """The status, derived and never stored."""
    if volume.forced_status is not None:
        return volume.forced_status
    if volume.deleted_at is not None:
        return "deleting"
    if volume.launched_at is None:
        making = "downloading" if volume.image_id else "creating"
        return "error" if volume.fault else making
    if volume.size != volume.stored_size:
        return "error_extending" if volume.fault else "extending"
    return attach_status_of(attachment)


def attach_status_of(attachment: Attachment | None) -> str:
    """What an attachment makes of its volume's status."""
    if attachment is None:
        return "available"
    if attachment.detach_asked_at is not None:
        return "detaching"
    if attachment.attached_at is not None:
        return "in-use"
    return "attaching" if attachment.host_id or attachment.connector else "reserved"


def snapshot_status_of(snapshot: Snapshot) -> str:
    """The status of a snapshot, derived and never stored."""
    if snapshot.forced_status is not None:
        return snapshot.forced_status
    if snapshot.deleted_at is not None:
        return "deleting"
    if snapshot.launched_at is None:
        return "error" if snapshot.fault else "creating"
    return "available"
