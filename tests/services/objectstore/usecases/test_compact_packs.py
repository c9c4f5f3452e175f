"""Packs that are mostly dead go, and whoever reads or writes meanwhile notices nothing."""

import asyncio
from pathlib import Path

from altostratus.services.objectstore.drivers.files import Files
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from altostratus.services.objectstore.usecases.compact_packs import MANY, Compaction
from altostratus.services.objectstore.usecases.settle_small import settle_small
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import (
    blobs_of,
    fill,
    flip,
    folder,
    packs,
    settled,
    store_of,
    wait_until_old,
)

HOURS = 3 * 3600
DATA = {f"{number:02}": bytes([number]) * 1000 * (number + 1) for number in range(40)}


async def full_round(cloud: ObjectCloud) -> None:
    compaction = Compaction(store_of(cloud))
    while await compaction():
        pass


async def fill_and_delete_most(cloud: ObjectCloud) -> list[str]:
    """A pack of which little is alive: the names of what is."""
    await fill(cloud, **DATA)
    cloud.rebuild()
    alive = [name for name in DATA if int(name) % 4 == 1]
    for name in DATA.keys() - set(alive):
        await cloud.delete(f"~/c/{name}")
    wait_until_old(cloud, HOURS)
    await collect_garbage(store_of(cloud))
    return alive


def test_what_is_alive_moves_and_the_rest_goes(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        alive = await fill_and_delete_most(cloud)
        (old,) = packs(cloud)
        size = old.stat().st_size
        await full_round(cloud)
        (new,) = packs(cloud)
        assert new != old
        assert new.stat().st_size < size / 2
        assert {blob.pack for blob in await blobs_of(cloud)} == {new.name}
        assert [(await cloud.get(f"~/c/{name}")).body for name in alive] == [DATA[name] for name in alive]

    run(tmp_path, test)


def test_a_pack_that_is_alive_or_young_stays(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, **DATA)
        cloud.rebuild()
        before = packs(cloud)
        wait_until_old(cloud, HOURS)
        await full_round(cloud)
        assert packs(cloud) == before
        for name in DATA:
            await cloud.delete(f"~/c/{name}")
        await collect_garbage(store_of(cloud))
        wait_until_old(cloud, 0)
        await full_round(cloud)
        assert packs(cloud) == before

    run(tmp_path, test)


def test_tiny_blobs_count_with_what_a_pack_has_for_each(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, **{f"tiny{number}": b"1" for number in range(20)})
        cloud.rebuild()
        before = packs(cloud)
        wait_until_old(cloud, HOURS)
        await full_round(cloud)
        assert packs(cloud) == before

    run(tmp_path, test)


def test_many_small_packs_become_one(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        for number in range(MANY):
            cloud.rebuild()
            await cloud.put(f"~/c/{number}", b"%d" % number)
            await settled(cloud)
        cloud.rebuild()
        assert len(packs(cloud)) == MANY
        wait_until_old(cloud, HOURS)
        await full_round(cloud)
        assert len(packs(cloud)) == 1
        assert [(await cloud.get(f"~/c/{number}")).body for number in range(MANY)] == [b"%d" % n for n in range(MANY)]

    run(tmp_path, test)


def test_what_cannot_be_read_keeps_the_pack(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        alive = await fill_and_delete_most(cloud)
        (old,) = packs(cloud)
        bad = (await blobs_of(cloud))[0]
        flip(cloud, bad, 17)
        for _ in range(2):
            await full_round(cloud)
        assert [blob.id for blob in await blobs_of(cloud) if blob.damaged] == [bad.id]
        assert [blob.id for blob in await blobs_of(cloud) if blob.pack == old.name] == [bad.id]
        assert len(packs(cloud)) == 2
        statuses = [(await cloud.get(f"~/c/{name}")).status for name in alive]
        assert sorted(statuses) == [200] * (len(alive) - 1) + [503]

    run(tmp_path, test)


def test_readers_and_writers_notice_nothing(tmp_path: Path) -> None:
    """Packs of a few records come and go under many who read, overwrite and delete."""

    async def test(cloud: ObjectCloud) -> None:
        cloud.rebuild(Files(folder(cloud), pack_bytes=20_000))
        await fill(cloud)
        wait_until_old(cloud, HOURS)
        busy = True

        async def work(worker: int) -> None:
            for turn in range(25):
                name, data = f"~/c/{worker}-{turn % 3}", bytes([worker, turn]) * 2000
                await cloud.put(name, data)
                assert (await cloud.get(name)).body == data
                for older in range(max(0, turn - 2), turn):
                    assert (await cloud.get(f"~/c/{worker}-{older % 3}")).body == bytes([worker, older]) * 2000

        async def compact() -> None:
            while busy:
                cloud.clock.advance(HOURS)
                await settle_small(store_of(cloud))
                await collect_garbage(store_of(cloud))
                await full_round(cloud)

        compacting = asyncio.ensure_future(compact())
        await asyncio.gather(*map(work, range(6)))
        busy = False
        await compacting
        await settled(cloud)
        cloud.clock.advance(HOURS)
        await collect_garbage(store_of(cloud))
        await full_round(cloud)
        assert len(await blobs_of(cloud)) == 18
        assert sum(pack.stat().st_size for pack in packs(cloud)) < 6 * 25 * 4000 / 2
        for worker in range(6):
            for turn in range(22, 25):
                assert (await cloud.get(f"~/c/{worker}-{turn % 3}")).body == bytes([worker, turn]) * 2000

    run(tmp_path, test)
