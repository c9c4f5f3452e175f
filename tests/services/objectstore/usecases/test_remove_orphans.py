"""What no row knows goes, once it is old; nothing else does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from altostratus.services.objectstore.usecases import remove_orphans
from altostratus.services.objectstore.usecases.remove_orphans import REST_SECONDS, OrphanSweep
from tests.harness import eventually
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import (
    LARGE,
    SMALL,
    files,
    fill,
    folder,
    make_old,
    packs,
    settled,
    store_of,
    wait_until_old,
)

DAY = 24 * 3600


async def sweep(cloud: ObjectCloud) -> None:
    """A whole round."""
    orphans = OrphanSweep(store_of(cloud))
    while await orphans():
        pass


def stray(cloud: ObjectCloud, name: str) -> Path:
    """A file, or a part of one, that no row knows."""
    path = folder(cloud) / "files" / name[:2] / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"nobody's")
    return path


def test_a_clock_that_jumps_makes_nothing_old_that_arrives(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)

        async def body() -> AsyncIterator[bytes]:
            yield LARGE
            await eventually(has_begun)
            cloud.clock.advance(2 * DAY)
            await sweep(cloud)
            assert await has_begun()
            yield LARGE

        async def has_begun() -> bool:
            return len(files(cloud)) == 1

        assert (await cloud.put("~/c/late", body())).status == 201
        assert (await cloud.get("~/c/late")).body == LARGE * 2
        assert not store_of(cloud).arriving

    run(tmp_path, test)


def test_old_strays_go_and_what_rows_know_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove_orphans, "MOST", 2)

    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE, b=LARGE, d=LARGE, e=SMALL)
        cloud.rebuild()
        for number in range(5):
            stray(cloud, f"{number:032x}")
        stray(cloud, f"{9:032x}.part")
        pack = folder(cloud) / "packs" / ("ab" * 16)
        pack.write_bytes(b"")
        wait_until_old(cloud, DAY)
        await sweep(cloud)
        assert len(files(cloud)) == 3
        assert len(packs(cloud)) == 1
        assert [(await cloud.get(f"~/c/{name}")).body for name in "abde"] == [LARGE, LARGE, LARGE, SMALL]

    run(tmp_path, test)


def test_young_strays_stay(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        old, young = stray(cloud, "01" * 16), stray(cloud, "02" * 16)
        wait_until_old(cloud, 0)
        make_old(old, DAY)
        await sweep(cloud)
        assert files(cloud) == [young]

    run(tmp_path, test)


def test_what_is_being_written_stays_however_slowly_it_comes(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, small=SMALL)

        async def body() -> AsyncIterator[bytes]:
            yield LARGE
            yield LARGE
            wait_until_old(cloud, DAY)
            assert len(files(cloud)) == 1
            await sweep(cloud)
            yield LARGE

        await cloud.put("~/c/slow", body())
        assert (await cloud.get("~/c/slow")).body == LARGE * 3
        await cloud.delete("~/c/small")
        wait_until_old(cloud, DAY)
        await sweep(cloud)
        await cloud.put("~/c/small", SMALL)
        await settled(cloud)  # its pack is open
        assert (await cloud.get("~/c/small")).body == SMALL

    run(tmp_path, test)


def test_after_a_round_it_rests(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        wait_until_old(cloud, 0)
        orphans = OrphanSweep(store_of(cloud))
        while await orphans():
            pass
        old = stray(cloud, "01" * 16)
        make_old(old, DAY)
        assert not await orphans()
        assert old.exists()
        cloud.clock.advance(REST_SECONDS)
        assert await orphans()
        assert not old.exists()

    run(tmp_path, test)


def test_a_clock_that_was_set_back_ends_the_rest(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        wait_until_old(cloud, DAY)
        orphans = OrphanSweep(store_of(cloud))
        while await orphans():
            pass
        old = stray(cloud, "01" * 16)
        make_old(old, 3 * DAY)
        cloud.clock.advance(-2 * DAY)
        assert await orphans()
        assert not old.exists()

    run(tmp_path, test)
