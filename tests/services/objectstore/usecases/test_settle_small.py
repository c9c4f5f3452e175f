"""Small objects are committed with their rows and move into packs; nobody who reads or removes them notices."""

import asyncio
from pathlib import Path

import pytest

from altostratus.services.objectstore.usecases import settle_small
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import SMALL, blobs_of, flip, opened, packs, settled, store_of

EDGE = 64 << 10


async def in_database(cloud: ObjectCloud) -> int:
    return sum(found.data is not None for found in await blobs_of(cloud))


def test_they_move_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle_small, "MOST", 3)
    monkeypatch.setattr(settle_small, "MOST_BYTES", 2 * EDGE)
    data = {"a": SMALL, "b": bytes(EDGE), "d": b"\xff" * EDGE, "e": b"e", "f": b"f", "g": b"g"}

    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        for name, content in data.items():
            await cloud.put(f"~/c/{name}", content)
        assert await in_database(cloud) == 6
        assert packs(cloud) == []
        assert [(await cloud.get(f"~/c/{name}")).body for name in data] == list(data.values())
        assert (await cloud.get("~/c/d", headers={"Range": "bytes=5-9"})).body == b"\xff" * 5
        while await settle_small.settle_small(store_of(cloud)):
            assert [(await cloud.get(f"~/c/{name}")).body for name in data] == list(data.values())
        assert await in_database(cloud) == 0
        assert len(packs(cloud)) == 1
        cloud.rebuild()
        assert [(await cloud.get(f"~/c/{name}")).body for name in data] == list(data.values())

    run(tmp_path, test)


def test_what_is_removed_first_never_comes_into_a_pack(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/a", SMALL)
        await cloud.delete("~/c/a")
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert await in_database(cloud) == 0
        assert not await settle_small.settle_small(store_of(cloud))
        assert packs(cloud) == []
        assert await blobs_of(cloud) == []

    run(tmp_path, test)


def test_two_who_settle_at_once_and_many_who_write_lose_nothing(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")

        async def write(worker: int) -> None:
            for number in range(10):
                await cloud.put(f"~/c/{worker}-{number}", bytes([worker, number]) * 1000)

        await asyncio.gather(*map(write, range(4)), settled(cloud), settled(cloud))
        await asyncio.gather(settled(cloud), settled(cloud))
        assert await in_database(cloud) == 0
        for worker in range(4):
            for number in range(10):
                assert (await cloud.get(f"~/c/{worker}-{number}")).body == bytes([worker, number]) * 1000

    run(tmp_path, test)


def test_whoever_looked_before_it_moved_reads_it(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/a", SMALL)
        early = await opened(cloud, "a")
        await settled(cloud)
        assert [chunk async for chunk in early.chunks(0, len(SMALL))] == [SMALL]

    run(tmp_path, test)


def test_damage_in_a_pack_is_refused(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await cloud.put("~/c")
        await cloud.put("~/c/a", SMALL)
        await settled(cloud)
        (blob,) = await blobs_of(cloud)
        flip(cloud, blob, 2)
        assert (await cloud.get("~/c/a")).status == 503

    run(tmp_path, test)
