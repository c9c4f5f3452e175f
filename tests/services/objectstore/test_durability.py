"""An acknowledged object survives, and nothing else is there: the order of sync, rename, commit and answer, as traced;
what is said and left behind when the disk fails, is full, read-only or flips bits, and when the clock goes back."""

import asyncio
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from altostratus.contracts.objectstore import Damaged
from altostratus.kernel.disk import Disk
from altostratus.kernel.http.raw import Disconnected
from altostratus.services.objectstore.driver import BLOCK
from altostratus.services.objectstore.drivers.files import Files
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from altostratus.services.objectstore.usecases.settle_small import settle_small
from tests.harness import eventually
from tests.services.objectstore.cloud import Answer, ObjectCloud, run
from tests.services.objectstore.on_disk import (
    LARGE,
    SMALL,
    blobs_of,
    files,
    fill,
    flip,
    folder,
    packs,
    store_of,
    wait_until_old,
)
from tests.traced_disk import TracedDisk


class Trace:
    """What happened, each with the number of objects that another connection to the database saw at that moment."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.steps: list[tuple[str, int]] = []

    def add(self, what: str) -> None:
        connection = sqlite3.connect(self._database)
        (count,) = connection.execute("SELECT count(*) FROM objectstore_object").fetchone()
        connection.close()
        if (what, count) not in self.steps[-1:]:  # it is written in pieces
            self.steps.append((what, count))

    @contextmanager
    def with_commits(self) -> Iterator[None]:
        def commit(connection: Any) -> None:
            self.add("begin to commit")

        event.listen(Engine, "commit", commit)
        yield
        event.remove(Engine, "commit", commit)


class FailingDisk(Disk):
    """Fails with an error of the system at one kind of call, while `failing`."""

    def __init__(self, call: str, number: int) -> None:
        self._call = call
        self._error = OSError(number, os.strerror(number))
        self.failing = True

    def write(self, descriptor: int, data: bytes) -> None:
        if len(data) > 10:
            super().write(descriptor, data[:10])  # some of it arrives
        self._fail("write")
        super().write(descriptor, data[10:] if len(data) > 10 else data)

    def fsync_file(self, descriptor: int) -> None:
        self._fail("fsync_file")
        super().fsync_file(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        self._fail("rename")
        super().rename(source, target)

    def fsync_directory(self, path: Path) -> None:
        self._fail("fsync_directory")
        super().fsync_directory(path)

    def _fail(self, call: str) -> None:
        if self.failing and call == self._call:
            raise self._error


def test_folders_are_durable_before_anything_is_in_them(tmp_path: Path) -> None:
    """However many begin to write at once: those that are missing are made when the store is opened."""
    steps: list[str] = []
    Files(tmp_path / "objects", TracedDisk(steps.append))
    made = sorted((tmp_path / "objects").rglob("*"))
    assert len(made) == 256 + len(("files", "packs"))
    assert steps == ["fsync directory"] * 3
    made[-1].rmdir()
    Files(tmp_path / "objects", TracedDisk(steps.append))
    assert sorted((tmp_path / "objects").rglob("*")) == made
    assert len(steps) == 6
    Files(tmp_path / "objects", TracedDisk(steps.append))
    assert len(steps) == 6


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            LARGE,
            [
                ("write", 0),
                ("fsync file", 0),
                ("rename", 0),
                ("fsync directory", 0),
                ("begin to commit", 0),
            ],
        ),
        (SMALL, [("begin to commit", 0)]),
    ],
    ids=["large", "small"],
)
def test_nothing_is_answered_before_it_is_durable(
    tmp_path: Path, content: bytes, expected: list[tuple[str, int]]
) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        trace = Trace(tmp_path / "objects.db")
        cloud.rebuild(Files(folder(cloud), TracedDisk(trace.add)))
        with trace.with_commits():
            await cloud.put("~/c/o", content)
        trace.add("answer")
        assert trace.steps == [*expected, ("answer", 1)]

    run(tmp_path, test)


@pytest.mark.sqlite
def test_small_ones_are_in_a_pack_for_good_before_the_database_lets_go_of_them(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        await cloud.put("~/c/o", SMALL)
        trace = Trace(tmp_path / "objects.db")
        cloud.rebuild(Files(folder(cloud), TracedDisk(trace.add)))
        with trace.with_commits():
            await settle_small(store_of(cloud))
        assert [what for what, _ in trace.steps] == ["fsync directory", "write", "fsync file", "begin to commit"]

    run(tmp_path, test)


CALLS = ("write", "fsync_file", "rename", "fsync_directory")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("number", "status"),
    [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EROFS, 503), (errno.EIO, 503)],
    ids=["full", "quota", "read-only", "broken"],
)
def test_what_the_disk_refuses_is_not_acknowledged_and_leaves_nothing(
    tmp_path: Path, call: str, number: int, status: int
) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, before=LARGE)
        disk = FailingDisk(call, number)
        cloud.rebuild(Files(folder(cloud), disk))
        for name in ("new", "before"):
            assert (await cloud.ask("PUT", f"~/c/{name}", LARGE[::-1])).status == status
        assert await cloud.names("~/c") == ["before"]
        assert len(files(cloud)) == 1
        assert (await cloud.get("~/c/before")).body == LARGE
        disk.failing = False
        await cloud.put("~/c/new", LARGE)
        assert (await cloud.get("~/c/new")).body == LARGE

    run(tmp_path, test)


@pytest.mark.parametrize("call", ["write", "fsync_file", "fsync_directory"])
def test_what_no_pack_takes_stays_in_the_database(tmp_path: Path, call: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        disk = FailingDisk(call, errno.EIO)
        cloud.rebuild(Files(folder(cloud), disk))
        await cloud.put("~/c/o", SMALL)
        with pytest.raises(Exception, match="takes no data"):
            await settle_small(store_of(cloud))
        assert (await cloud.get("~/c/o")).body == SMALL
        disk.failing = False
        await settle_small(store_of(cloud))
        assert (await cloud.get("~/c/o")).body == SMALL
        assert {blob.pack for blob in await blobs_of(cloud)} <= {pack.name for pack in packs(cloud)}

    run(tmp_path, test)


@pytest.mark.sqlite
def test_a_full_database_takes_nothing_and_gives_everything(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, before=SMALL)
        await cloud.cloud.objects.write(lambda tx: tx.sql.exec_driver_sql("PRAGMA max_page_count = 1").scalar())
        for content in (b"x" * 60_000, b"x" * 60_000):
            assert (await cloud.ask("PUT", "~/c/new", content)).status == 507
        assert await cloud.names("~/c") == ["before"]
        assert (await cloud.get("~/c/before")).body == SMALL
        await cloud.cloud.objects.write(lambda tx: tx.sql.exec_driver_sql("PRAGMA max_page_count = 100000").scalar())
        await cloud.put("~/c/new", b"x" * 60_000)

    run(tmp_path, test)


@pytest.mark.sqlite
def test_a_database_that_cannot_be_written_is_not_there_for_now(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, before=SMALL)
        await cloud.cloud.objects.write(lambda tx: tx.sql.exec_driver_sql("PRAGMA query_only = ON"))
        for content in (SMALL, LARGE):
            assert (await cloud.ask("PUT", "~/c/new", content)).status == 503
        assert (await cloud.ask("DELETE", "~/c/before")).status == 503
        assert (await cloud.get("~/c/before")).body == SMALL
        assert await cloud.names("~/c") == ["before"]

    run(tmp_path, test)


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
def test_flipped_bits_are_never_given_out(tmp_path: Path, content: bytes) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, o=content)
        (blob,) = await blobs_of(cloud)
        for at in {0, len(content) // 2 % BLOCK, min(len(content), BLOCK) - 1}:
            flip(cloud, blob, at)
            answer = await cloud.get("~/c/o")
            assert answer.status == 503
            assert content[:3] not in answer.body
            flip(cloud, blob, at)
            assert (await cloud.get("~/c/o")).body == content

    run(tmp_path, test)


def test_what_is_damaged_further_on_breaks_off_before_it(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, o=LARGE)
        (blob,) = await blobs_of(cloud)
        flip(cloud, blob, BLOCK + 1)
        with pytest.raises(Damaged):
            await cloud.get("~/c/o")
        assert cloud.last.body == LARGE[:BLOCK]
        with pytest.raises(Damaged):
            await part(cloud, BLOCK - 5, BLOCK + 5)
        assert cloud.last.body == LARGE[BLOCK - 5 : BLOCK]
        assert (await part(cloud, BLOCK, BLOCK + 5)).status == 503
        for start, stop in ((0, 10), (BLOCK - 5, BLOCK), (2 * BLOCK, len(LARGE))):
            answer = await part(cloud, start, stop)
            assert (answer.status, answer.body) == (206, LARGE[start:stop])

    run(tmp_path, test)


async def part(cloud: ObjectCloud, start: int, stop: int) -> Answer:
    return await cloud.get("~/c/o", headers={"Range": f"bytes={start}-{stop - 1}"})


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=b"1")
        cloud.clock.advance(-3 * 24 * 3600)
        await cloud.put("~/c/b", b"2")
        await cloud.put("~/c/a", b"newer")
        assert await cloud.names("~/c") == ["a", "b"]
        assert (await cloud.get("~/c/a")).body == b"newer"
        listed = (await cloud.get("~/c?format=json")).json()
        assert [entry["bytes"] for entry in listed] == [5, 1]
        assert all(entry["last_modified"].startswith("2025-12-29") for entry in listed)
        await collect_garbage(store_of(cloud))
        cloud.clock.advance(3600)
        await collect_garbage(store_of(cloud))
        assert [blob.size for blob in await blobs_of(cloud)].count(1) == 1
        assert (await cloud.head("~/c")).headers["x-container-bytes-used"] == "6"

    run(tmp_path, test)


def test_uploads_that_are_given_up_leave_nothing(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)

        async def breaks_off() -> AsyncIterator[bytes]:
            yield LARGE
            yield LARGE
            raise Disconnected

        async def hangs(reached: asyncio.Event) -> AsyncIterator[bytes]:
            yield LARGE
            reached.set()
            await asyncio.get_running_loop().create_future()
            yield LARGE

        await cloud.ask("PUT", "~/c/broken", breaks_off())
        reached = asyncio.Event()
        cancelled = asyncio.ensure_future(cloud.ask("PUT", "~/c/cancelled", hangs(reached)))
        await reached.wait()
        cancelled.cancel()
        await asyncio.wait({cancelled})
        assert await cloud.names("~/c") == []
        assert files(cloud) == []

    run(tmp_path, test)


@pytest.mark.parametrize("turns", range(1, 40, 3))
def test_an_upload_that_is_cancelled_anywhere_is_whole_or_nothing(tmp_path: Path, turns: int) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        upload = asyncio.ensure_future(cloud.ask("PUT", "~/c/o", LARGE))
        for _ in range(turns):
            await asyncio.sleep(0)
        upload.cancel()
        await asyncio.wait({upload})
        wait_until_old(cloud, 25 * 3600)

        async def is_settled() -> bool:
            """A thread or a transaction may still be at it."""
            await collect_garbage(store_of(cloud))
            cloud.clock.advance(3600)
            return len(files(cloud)) == len(await cloud.names("~/c"))

        await eventually(is_settled)
        there = await cloud.names("~/c")
        assert [(await cloud.get(f"~/c/{name}")).body for name in there] == [LARGE] * len(there)

    run(tmp_path, test)
