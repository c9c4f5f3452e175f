"""All data is read once in a while; what is damaged is known, and refused, before somebody has half of it."""

from pathlib import Path

import pytest

from altostratus.kernel.metrics import REGISTRY
from altostratus.services.objectstore.driver import BLOCK
from altostratus.services.objectstore.usecases import scrub
from altostratus.services.objectstore.usecases.scrub import Scrub
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import LARGE, SMALL, blobs_of, files, fill, flip, place, store_of

MONTH = 30 * 24 * 3600


def counted() -> float:
    return REGISTRY.get_sample_value("altostratus_blobs_damaged_total") or 0.0


async def damaged(cloud: ObjectCloud) -> list[int]:
    """The sizes of the blobs that are."""
    return sorted(blob.size for blob in await blobs_of(cloud) if blob.damaged)


def test_damage_is_found_said_counted_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE, b=SMALL, fine=SMALL * 2)
        before = counted()
        cloud.clock.advance(MONTH + 1)
        bad = [blob for blob in await blobs_of(cloud) if blob.size != 2 * len(SMALL)]
        for blob in bad:
            flip(cloud, blob, blob.size - 1)
        await Scrub(store_of(cloud))()
        assert await damaged(cloud) == [len(SMALL), len(LARGE)]
        assert counted() == before + 2
        assert capsys.readouterr().err.count("a blob is damaged") == 2
        assert [(await cloud.get(f"~/c/{name}")).status for name in ("a", "b", "fine")] == [503, 503, 200]
        assert (await cloud.get("~/c/a", headers={"Range": "bytes=0-9"})).body == LARGE[:10]
        for blob in bad:
            flip(cloud, blob, blob.size - 1)
        cloud.clock.advance(MONTH + 1)
        await Scrub(store_of(cloud))()
        assert await damaged(cloud) == []
        assert [(await cloud.get(f"~/c/{name}")).body for name in "ab"] == [LARGE, SMALL]

    run(tmp_path, test)


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE)
        files(cloud)[0].unlink()
        assert (await cloud.get("~/c/a")).status == 503
        cloud.clock.advance(MONTH + 1)
        await Scrub(store_of(cloud))()
        assert await damaged(cloud) == [len(LARGE)]

    run(tmp_path, test)


def test_a_file_that_was_cut_off_is_damage(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE)
        (blob,) = await blobs_of(cloud)
        with place(cloud, blob)[0].open("r+b") as file:
            file.truncate(BLOCK + 5)
        cloud.clock.advance(MONTH + 1)
        await Scrub(store_of(cloud))()
        assert await damaged(cloud) == [len(LARGE)]

    run(tmp_path, test)


def test_it_reads_no_faster_than_it_may_and_everything_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "MOST_BYTES", BLOCK)

    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE, b=LARGE)
        cloud.clock.advance(MONTH + 1)
        for blob in await blobs_of(cloud):
            flip(cloud, blob, len(LARGE) - 1)  # in the third block
        found, turn = [], Scrub(store_of(cloud))
        for _ in range(6):
            assert not await turn()
            found.append(len(await damaged(cloud)))
        assert found == [0, 0, 1, 1, 1, 2]

    run(tmp_path, test)


def test_what_was_read_lately_is_not_read_again(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE)
        cloud.clock.advance(MONTH + 1)
        turn = Scrub(store_of(cloud))
        await turn()
        flip(cloud, (await blobs_of(cloud))[0], 0)
        cloud.clock.advance(MONTH - 1)
        await turn()
        assert await damaged(cloud) == []
        cloud.clock.advance(2)
        await turn()
        assert await damaged(cloud) == [len(LARGE)]

    run(tmp_path, test)
