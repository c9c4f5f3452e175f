"""A status is the same in the database as it is in Python, for every combination of what it depends on."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from altostratus.kernel.tx import Tx
from altostratus.services.volume.domain.volume import (
    Attachment,
    Snapshot,
    Volume,
    snapshot_status_of,
    status_of,
)
from altostratus.services.volume.store import attachments, snapshot_lists, snapshots, volume_lists, volumes
from altostratus.services.volume.store.lists import Query
from tests.harness import open_test_cloud


def volume(tx: Tx, **values: Any) -> Volume:
    known: dict[str, Any] = dict.fromkeys(Volume.__dataclass_fields__)
    known |= {"id": tx.new_id(), "project_id": "p", "user_id": "u", "name": "", "metadata": {}, "image_metadata": {}}
    known |= {"size": 2, "stored_size": 2, "generation": 1, "observed_generation": 1, "availability_zone": "nova"}
    known |= {"bootable": False, "readonly": False, "request_id": "", "created_at": tx.now, "updated_at": tx.now}
    return Volume(**{**known, **values})


def attachment(tx: Tx, of: Volume, **values: Any) -> Attachment:
    known: dict[str, Any] = dict.fromkeys(Attachment.__dataclass_fields__)
    known |= {"id": tx.new_id(), "volume_id": of.id, "project_id": "p", "device": "", "readonly": False}
    known |= {"delete_on_termination": False, "terminated": False, "created_at": tx.now, "updated_at": tx.now}
    return Attachment(**{**known, **values})


def test_statuses_of_volumes(tmp_path: Path) -> None:
    def check(tx: Tx) -> None:
        expected: dict[str, str] = {}
        times, texts = (None, tx.now), (None, "x")
        for launched, deleted, fault, forced, image, size in product(times, times, texts, texts, texts, (2, 3)):
            row = volume(
                tx,
                launched_at=launched,
                deleted_at=deleted,
                fault=fault,
                forced_status=forced,
                image_id=image,
                size=size,
            )
            volumes.insert_volume(tx, row)
            expected[row.id] = status_of(row, None)
        for asked, attached, host, connector in product(times, times, texts, (None, {"host": "h"})):
            row = volume(tx, launched_at=tx.now)
            volumes.insert_volume(tx, row)
            held = attachment(tx, row, detach_asked_at=asked, attached_at=attached, host_id=host, connector=connector)
            attachments.insert(tx, held)
            expected[row.id] = status_of(row, held)
        found = {}
        for status in set(expected.values()):
            page = volume_lists.list_volumes(tx, Query(equal={"status": status}))
            found |= {row.id: status for row in page}
        assert found == expected
        assert len(set(expected.values())) == 12

    with_database(tmp_path, check)


def test_statuses_of_snapshots(tmp_path: Path) -> None:
    def check(tx: Tx) -> None:
        of = volume(tx)
        volumes.insert_volume(tx, of)
        row = Snapshot(tx.new_id(), "p", "u", of.id, "", None, 1, {}, None, None, None, "", tx.now, tx.now, None, None)
        times, texts = (None, tx.now), (None, "x")
        expected = {}
        for launched, deleted, fault, forced in product(times, times, texts, texts):
            values: dict[str, Any] = {"launched_at": launched, "deleted_at": deleted, "forced_status": forced}
            each = replace(row, id=tx.new_id(), fault=fault, **values)
            snapshots.insert_snapshot(tx, each)
            expected[each.id] = snapshot_status_of(each)
        found = {}
        for status in set(expected.values()):
            found |= {s.id: status for s in snapshot_lists.list_snapshots(tx, Query(equal={"status": status}))}
        assert found == expected

    with_database(tmp_path, check)


def with_database(data_dir: Path, check: Any) -> None:
    cloud = open_test_cloud(data_dir)
    try:
        cloud.db.write_now(check)
    finally:
        cloud.db.close()
        cloud.objects.close()
