"""Bytes go when nothing refers to them any more, and not before; whoever reads them reads on."""

from pathlib import Path

from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.blobs import drop
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from altostratus.services.objectstore.usecases.remove_orphans import OrphanSweep
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import LARGE, SMALL, blobs_of, files, fill, opened, store_of, wait_until_old


def test_what_was_replaced_or_deleted_goes_after_a_while(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE, b=SMALL, d=LARGE)
        await cloud.put("~/c/a", SMALL)
        await cloud.delete("~/c/b")
        await collect_garbage(store_of(cloud))
        assert len(await blobs_of(cloud)) == 4
        cloud.clock.advance(61)
        assert not await collect_garbage(store_of(cloud))
        assert len(await blobs_of(cloud)) == 2
        assert len(files(cloud)) == 1
        assert [(await cloud.get(f"~/c/{name}")).body for name in "ad"] == [SMALL, LARGE]

    run(tmp_path, test)


def test_what_a_copy_refers_to_stays(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE)
        await cloud.copy("~/c/a", "c/b")
        await cloud.delete("~/c/a")
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert (await cloud.get("~/c/b")).body == LARGE
        await cloud.delete("~/c/b")
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert not files(cloud)

    run(tmp_path, test)


def test_whoever_reads_goes_on(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE, b=SMALL)
        large, small = await opened(cloud, "a"), await opened(cloud, "b")
        chunks = large.chunks(0, len(LARGE))
        read = await anext(chunks)
        await cloud.delete("~/c/a")
        await cloud.delete("~/c/b")
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert [blob.size for blob in await blobs_of(cloud)] == [len(LARGE)]
        assert read + b"".join([chunk async for chunk in chunks]) == LARGE
        assert [chunk async for chunk in small.chunks(0, len(SMALL))] == [SMALL]  # its pack is there
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert not files(cloud)
        assert not store_of(cloud).reading

    run(tmp_path, test)


def test_a_process_that_dies_before_it_unlinks_leaves_an_orphan(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE)
        await cloud.delete("~/c/a")
        wait_until_old(cloud, 25 * 3600)
        (file,) = files(cloud)
        content = file.read_bytes()
        await collect_garbage(store_of(cloud))
        file.write_bytes(content)  # as if it had not come to that
        wait_until_old(cloud, 25 * 3600)
        await OrphanSweep(store_of(cloud))()
        assert not files(cloud)
        assert not await blobs_of(cloud)

    run(tmp_path, test)


def test_what_never_was_a_row_can_be_dropped(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=LARGE)

        def nobodys(tx: Tx) -> None:
            drop(tx, ["ab" * 16])

        await cloud.cloud.objects.write(nobodys)
        stray = cloud.cloud.data_dir / "objects" / "files" / "ab" / ("ab" * 16)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"stray")
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert not stray.exists()
        assert len(files(cloud)) == 1

    run(tmp_path, test)
