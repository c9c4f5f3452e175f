"""Every statement of the store finds its rows by an index, however many there are."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from altostratus.contracts.objectstore import Listing, NewObject
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.store import accounts, blobs, containers, objects, uploads
from altostratus.services.objectstore.usecases.put_object import get_container
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import blobs_of, fill

Call = Callable[[Tx], Any]
PAGE = Listing(10, "p", "/", "p1", "q")
BACK = Listing(10, "p", marker="p9", reverse=True)
LATEST, VERSIONS = "uq_objectstore_object_latest", "ix_objectstore_object_versions"
SOME = Blob("ab" * 16, 1, b"", "cd" * 16, 5)
OPERATIONS: dict[str, tuple[Call, set[str]]] = {
    "account": (lambda tx: accounts.find_account(tx, "AUTH_mine"), {"sqlite_autoindex_objectstore_account_1"}),
    "account's totals": (lambda tx: accounts.account_usage(tx, 1), {"ix_objectstore_usage_delta_account_id"}),
    "container": (
        lambda tx: containers.find_container(tx, "AUTH_mine", "c"),
        {"ix_objectstore_container_account_id_objectstore_container_name"},
    ),
    "container's totals": (lambda tx: accounts.container_usage(tx, 1), {"ix_objectstore_usage_delta_container_id"}),
    "bucket": (lambda tx: containers.find_bucket(tx, "b"), {"ix_objectstore_container_bucket"}),
    "containers": (
        lambda tx: containers.list_containers(tx, "AUTH_mine", Listing(10, "c", marker="a")),
        {"ix_objectstore_container_account_id_objectstore_container_name"},
    ),
    "latest": (lambda tx: objects.find_latest(tx, 1, "p"), {LATEST}),
    "version": (lambda tx: objects.find_version(tx, 1, "p", 5), set()),
    "null version": (lambda tx: objects.find_null(tx, 1, "p"), {LATEST, VERSIONS}),
    "newest old version": (lambda tx: objects.find_newest_old(tx, 1, "p"), {VERSIONS}),
    "page": (lambda tx: objects.list_objects(tx, 1, PAGE), {LATEST}),
    "page backwards": (lambda tx: objects.list_objects(tx, 1, BACK), {LATEST}),
    "versions": (lambda tx: objects.list_versions(tx, 1, PAGE, "5"), {LATEST, VERSIONS}),
    "anything": (lambda tx: objects.holds_anything(tx, 2), {LATEST, VERSIONS}),
    "expired": (lambda tx: objects.list_expired(tx, 1 << 40, 10), {"ix_objectstore_object_expires_at"}),
    "uploads": (
        lambda tx: uploads.list_uploads(tx, 1, PAGE, "ab"),
        {"ix_objectstore_upload_container_id_objectstore_upload_name_objectstore_upload_id"},
    ),
    "parts": (lambda tx: uploads.list_parts(tx, "ab"), {"ix_objectstore_part_upload_id_objectstore_part_number"}),
    "garbage": (
        lambda tx: blobs.take_garbage(tx, 1 << 60, 10),
        {"ix_objectstore_garbage_since", "ix_objectstore_object_blob_id", "ix_objectstore_extent_blob_id"},
    ),
    "unchecked": (lambda tx: blobs.list_unchecked(tx, 1 << 60, 10), {"ix_objectstore_blob_checked_at"}),
    "checked": (lambda tx: blobs.set_checked(tx, [(SOME, True)]), {"sqlite_autoindex_objectstore_blob_1"}),
    "in a pack": (
        lambda tx: blobs.in_pack(tx, "cd" * 16, 5, 10),
        {"ix_objectstore_blob_pack_objectstore_blob_offset"},
    ),
    "alive in a pack": (
        lambda tx: blobs.alive_in_pack(tx, "cd" * 16),
        {"ix_objectstore_blob_pack_objectstore_blob_offset"},
    ),
    "packs that are alive": (
        lambda tx: blobs.live_in_packs(tx, ["cd" * 16, "ef" * 16]),
        {"ix_objectstore_blob_pack_objectstore_blob_offset"},
    ),
    "move": (lambda tx: blobs.move_blobs(tx, [SOME], [SOME]), {"sqlite_autoindex_objectstore_blob_1"}),
    "fresh": (lambda tx: blobs.take_fresh(tx, 10, 10), {"ix_objectstore_blob_fresh"}),
    "settle": (lambda tx: blobs.settle(tx, [SOME]), {"sqlite_autoindex_objectstore_blob_1"}),
    "known": (lambda tx: blobs.known(tx, ["ab" * 16, "cd" * 16]), {"sqlite_autoindex_objectstore_blob_1"}),
    "fold": (lambda tx: accounts.fold_usage(tx, 2), set()),
    "remove a container": (
        lambda tx: containers.remove_container(tx, get_container(tx, "AUTH_mine", "empty")),
        {"ix_objectstore_usage_delta_container_id"},
    ),
    "add and remove an object": (
        lambda tx: _add_and_remove(tx),
        {"ix_objectstore_extent_object_id_objectstore_extent_number"},
    ),
}
MAY_SCAN = {"objectstore_usage_delta"}
"""What is read from its beginning, and up to a limit."""
SHORT = "ix_objectstore_blob_fresh"
"""This index has nothing but what is wanted."""
MAY_SORT = {"add and remove an object"}
"""The blobs of one object."""


def _add_and_remove(tx: Tx) -> None:
    added = objects.add_object(tx, 1, "new", NewObject(), versioned=False, size=5)
    objects.spans_of(tx, added)
    objects.remove_object(tx, added)


async def fill_all(cloud: ObjectCloud) -> None:
    await fill(cloud, **{f"p{number}": b"%d" % number for number in range(5)})
    await cloud.put("~/empty")
    await cloud.delete("~/c/p4")


@pytest.mark.sqlite
@pytest.mark.parametrize("name", OPERATIONS)
def test_it_uses_its_index(tmp_path: Path, name: str) -> None:
    operation, expected = OPERATIONS[name]
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            statements.append((statement, parameters[0] if many else parameters))

    async def test(cloud: ObjectCloud) -> None:
        await fill_all(cloud)
        event.listen(Engine, "before_cursor_execute", note)
        await cloud.cloud.objects.write(operation)
        event.remove(Engine, "before_cursor_execute", note)

    run(tmp_path, test)
    steps = explained(tmp_path / "objects.db", statements)
    assert steps
    scanned = {found[1] for step in steps if (found := re.match(r"SCAN (\w+)", step)) and SHORT not in step}
    assert scanned <= MAY_SCAN, steps
    used = {found[1] for step in steps if (found := re.search(r"USING (?:COVERING )?INDEX (\w+)", step))}
    assert expected <= used, steps
    assert name in MAY_SORT or not any("TEMP B-TREE" in step for step in steps), steps


def explained(path: Path, statements: list[tuple[str, Any]]) -> list[str]:
    connection = sqlite3.connect(path)
    found = [
        row[3]
        for statement, parameters in statements
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    connection.close()
    return found


def test_they_run_on_every_database(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill_all(cloud)
        for operation, _ in OPERATIONS.values():
            await cloud.cloud.objects.write(operation)
        assert len(await blobs_of(cloud)) == 4

    run(tmp_path, test)
