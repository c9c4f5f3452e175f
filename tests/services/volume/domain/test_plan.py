"""What is decided about volumes, snapshots and attachments; and that carrying it out comes to an end."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from altostratus.kernel.reconcile import Again, Done, Terminal
from altostratus.services.volume.domain.plan import UNKNOWN, Seen, plan_attachment, plan_snapshot, plan_volume
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
)
from altostratus.services.volume.domain.volume import Attachment, Snapshot, Volume

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SOURCE = {"path": "/v", "format": "raw", "base": "", "base_format": ""}


def volume(**values: Any) -> Volume:
    known: dict[str, Any] = {
        "id": "v",
        "project_id": "p",
        "user_id": "u",
        "name": "",
        "description": None,
        "size": 2,
        "metadata": {},
        "availability_zone": "nova",
        "bootable": False,
        "readonly": False,
        "image_id": None,
        "snapshot_id": None,
        "source_volume_id": None,
        "image_metadata": {},
        "generation": 1,
        "observed_generation": 0,
        "stored_size": 0,
        "fault": None,
        "fault_at": None,
        "forced_status": None,
        "request_id": "r",
        "created_at": NOW,
        "updated_at": NOW,
        "launched_at": None,
        "deleted_at": None,
    }
    return Volume(**(known | values))


def snapshot(**values: Any) -> Snapshot:
    known: dict[str, Any] = {
        "id": "s",
        "project_id": "p",
        "user_id": "u",
        "volume_id": "v",
        "name": "",
        "description": None,
        "size": 2,
        "metadata": {},
        "fault": None,
        "fault_at": None,
        "forced_status": None,
        "request_id": "r",
        "created_at": NOW,
        "updated_at": NOW,
        "launched_at": None,
        "deleted_at": None,
    }
    return Snapshot(**(known | values))


def attachment(**values: Any) -> Attachment:
    known: dict[str, Any] = {
        "id": "a",
        "volume_id": "v",
        "project_id": "p",
        "owner": "compute.server/x",
        "instance_id": "x",
        "host_name": None,
        "device": "vdb",
        "readonly": False,
        "boot_index": None,
        "delete_on_termination": False,
        "tag": None,
        "connector": None,
        "host_id": "h",
        "source": None,
        "attached_at": None,
        "detach_asked_at": None,
        "released_at": None,
        "terminated": False,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Attachment(**(known | values))


THERE = volume(launched_at=NOW, stored_size=2, observed_generation=1)


@pytest.mark.parametrize(
    ("row", "kept", "waits", "seen", "verdict"),
    [
        (volume(), False, False, Seen(), EnsureVolume()),
        (volume(), False, False, Seen(remains=True), EnsureVolume()),
        (volume(), False, False, Seen(size=2), Done()),
        (volume(), False, False, Seen(size=3), Done()),
        (replace(THERE, size=3), False, False, Seen(size=2), EnsureSize()),
        (replace(THERE, deleted_at=NOW), False, False, Seen(size=2), EnsureVolumeAbsent()),
        (replace(THERE, deleted_at=NOW), False, False, Seen(remains=True), EnsureVolumeAbsent()),
        (replace(THERE, deleted_at=NOW), False, False, Seen(), ForgetVolume()),
        (replace(THERE, deleted_at=NOW), True, False, Seen(size=2), Done()),
        (volume(deleted_at=NOW, fault="no"), False, False, Seen(), ForgetVolume()),
        (volume(fault="no", observed_generation=1), False, False, Seen(), Terminal("no")),
        (volume(fault="no", generation=2, observed_generation=1), False, False, Seen(), EnsureVolume()),
        (THERE, False, False, Seen(durable=False), EnsureVolume()),
    ],
)
def test_a_volume(row: Volume, kept: bool, waits: bool, seen: Seen, verdict: Any) -> None:
    assert plan_volume(row, kept, waits, seen) == verdict


def test_a_volume_waits_for_what_it_is_made_from() -> None:
    assert isinstance(plan_volume(volume(), False, True, Seen()), Again)


def test_a_volume_that_was_there_is_never_made_anew() -> None:
    assert isinstance(plan_volume(THERE, False, False, Seen()), Terminal)
    assert isinstance(plan_snapshot(snapshot(launched_at=NOW), False, Seen()), Terminal)


def test_a_storage_that_does_not_answer_is_asked_again() -> None:
    for verdict in (
        plan_volume(replace(THERE, deleted_at=NOW), False, False, UNKNOWN),
        plan_snapshot(snapshot(deleted_at=NOW), False, UNKNOWN),
        plan_attachment(attachment(released_at=NOW), THERE, UNKNOWN),
    ):
        assert isinstance(verdict, Again)


@pytest.mark.parametrize(
    ("row", "seen", "verdict"),
    [
        (snapshot(), Seen(), EnsureSnapshot()),
        (snapshot(), Seen(size=2), Done()),
        (snapshot(deleted_at=NOW), Seen(size=2), EnsureSnapshotAbsent()),
        (snapshot(deleted_at=NOW), Seen(remains=True), EnsureSnapshotAbsent()),
        (snapshot(deleted_at=NOW), Seen(), ForgetSnapshot()),
        (snapshot(fault="no"), Seen(), Terminal("no")),
    ],
)
def test_a_snapshot(row: Snapshot, seen: Seen, verdict: Any) -> None:
    assert plan_snapshot(row, False, seen) == verdict


@pytest.mark.parametrize(
    ("row", "of", "writer", "verdict"),
    [
        (attachment(host_id=None), THERE, "", Done()),
        (attachment(), volume(), "", Done()),
        (attachment(), THERE, "", Connect()),
        (attachment(), THERE, "a", Connect()),  # its reply was lost
        (attachment(source=SOURCE), THERE, "a", Done()),
        (attachment(source=SOURCE), THERE, "", Connect()),  # the storage forgot
        (attachment(source=SOURCE, detach_asked_at=NOW), THERE, "a", Done()),
        (attachment(detach_asked_at=NOW), THERE, "a", Disconnect()),
        (attachment(detach_asked_at=NOW), volume(), "", ForgetAttachment()),
        (attachment(source=SOURCE, detach_asked_at=NOW, released_at=NOW), THERE, "a", Disconnect()),
        (attachment(source=SOURCE, detach_asked_at=NOW, released_at=NOW), THERE, "", ForgetAttachment()),
        (attachment(source=SOURCE, detach_asked_at=NOW, released_at=NOW), THERE, "b", ForgetAttachment()),
        (attachment(owner=None, released_at=NOW), THERE, "a", Done()),
    ],
)
def test_an_attachment(row: Attachment, of: Volume, writer: str, verdict: Any) -> None:
    assert plan_attachment(row, of, Seen(size=2, writer=writer)) == verdict


def test_whoever_is_let_in_is_let_out_only_once_released() -> None:
    """In every combination of what a row may say."""
    moments = (None, NOW)
    for host, source, attached, asked, writer in product((None, "h"), (None, SOURCE), moments, moments, ("", "a")):
        row = attachment(host_id=host, source=source, attached_at=attached, detach_asked_at=asked)
        verdict = plan_attachment(row, THERE, Seen(size=2, writer=writer))
        if source is not None:
            assert not isinstance(verdict, Disconnect | ForgetAttachment), row
        released = plan_attachment(replace(row, released_at=NOW), THERE, Seen(size=2, writer=writer))
        assert released == (Disconnect() if writer == "a" else ForgetAttachment())
