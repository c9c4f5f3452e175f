"""Several at once: one wins, the others are told, and nothing is left half."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from altostratus.contracts.objectstore import Container, NewObject, NoSuchUpload, unguarded
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.tables import extent, object_, part, upload
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import files, look

MANY = 6


async def slowly(size: int) -> AsyncIterator[bytes]:
    """A body in pieces, between which others have their turn."""
    for _ in range(size // 50_000):
        await asyncio.sleep(0)
        yield b"x" * 50_000


@pytest.mark.parametrize("size", [0, 150_000])
def test_one_alone_makes_what_must_not_be_there(tmp_path: Path, size: int) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")

        async def make(number: int) -> int:
            said = {"if-none-match": "*", "x-object-meta-by": str(number)}
            return (await cloud.ask("PUT", "~/c/o", slowly(size), said)).status

        assert Counter(await asyncio.gather(*map(make, range(MANY)))) == {201: 1, 412: MANY - 1}
        cloud.clock.advance(61)
        await collect_garbage(cloud.service.state)
        assert len(files(cloud)) == (1 if size else 0)

    run(tmp_path, test)


def test_a_quota_holds_for_all_together(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c", headers={"x-container-meta-quota-bytes": "350000"})

        async def write(number: int) -> int:
            return (await cloud.ask("PUT", f"~/c/{number}", slowly(100_000))).status

        assert Counter(await asyncio.gather(*map(write, range(MANY)))) == {201: 3, 413: MANY - 3}
        assert (await cloud.head("~/c")).headers["x-container-bytes-used"] == "300000"

    run(tmp_path, test)


def test_a_container_goes_while_others_write_into_it(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")

        async def write(number: int) -> int:
            return (await cloud.ask("PUT", f"~/c/{number}", slowly(50_000 * number))).status

        async def remove() -> int:
            return (await cloud.delete("~/c")).status

        *written, removed = await asyncio.gather(*map(write, range(MANY)), remove())
        left = (await cloud.head("~/c")).status
        assert (removed, set(written), left) in [(204, {404}, 404), (409, {201}, 204)]
        there = await look(cloud, lambda tx: len(tx.sql.execute(object_.select()).all()))
        assert there == (MANY if removed == 409 else 0)

    run(tmp_path, test)


def test_an_upload_is_completed_or_given_up(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        facade = cloud.service.facade

        def begin(tx: Tx) -> tuple[Container, object]:
            where = facade.find_container(tx, "AUTH_mine", "c")
            return where, facade.begin_upload(tx, where, "o", NewObject())

        where, up = await facade.write(begin)
        parts = [await facade.put_part(up, number, slowly(100_000), lambda _: NewObject()) for number in (1, 2)]

        async def complete() -> str:
            new = NewObject(etag="whole")
            await facade.write(lambda tx: facade.complete_upload(tx, up, where, parts, new, unguarded))
            return "completed"

        async def abort() -> str:
            def end(tx: Tx) -> None:
                if facade.find_upload(tx, where.id, "o", up.id) is None:
                    raise NoSuchUpload()
                facade.abort_upload(tx, up)

            await facade.write(end)
            return "given up"

        async def late() -> str:
            await facade.put_part(up, 3, slowly(100_000), lambda _: NewObject())
            return "late"

        outcomes = await asyncio.gather(late(), complete(), abort(), complete(), late(), return_exceptions=True)
        done = [each for each in outcomes if each in ("completed", "given up")]
        assert len(done) == 1
        assert all(isinstance(each, NoSuchUpload) for each in outcomes if not isinstance(each, str))
        rows = await look(cloud, lambda tx: [len(tx.sql.execute(each.select()).all()) for each in (upload, part)])
        assert rows == [0, 0]
        size = (await cloud.head("~/c")).headers["x-container-bytes-used"]
        assert size == ("200000" if done == ["completed"] else "0")
        pieces = await look(cloud, lambda tx: len(tx.sql.execute(extent.select()).all()))
        assert pieces == (2 if done == ["completed"] else 0)

    run(tmp_path, test)
