"""Objects that are put together from parts, through the contract that the doors use."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from altostratus.contracts.objectstore import (
    Container,
    Content,
    Listing,
    NewObject,
    NoSuchUpload,
    Object,
    Part,
    Prefix,
    QuotaExceeded,
    Upload,
    unguarded,
)
from altostratus.kernel.errors import PreconditionFailed
from altostratus.kernel.service import Cloud
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.driver import Blob
from altostratus.services.objectstore.facade import ObjectStoreFacade
from altostratus.services.objectstore.service import build
from altostratus.services.objectstore.store.blobs import take_garbage
from altostratus.services.objectstore.store.objects import Span
from altostratus.services.objectstore.store.tables import blob, extent, part, upload
from altostratus.services.objectstore.usecases.copy_part import cut
from tests.harness import open_test_cloud

ACCOUNT, NAME = "AUTH_mine", "whole"
BIG = bytes(range(256)) * 1024


class Bench:
    """The store, with one container."""

    def __init__(self, cloud: Cloud) -> None:
        self.objects: ObjectStoreFacade = build(cloud).facade

    async def open(self, **meta: Any) -> "Bench":
        def make(tx: Tx) -> Container:
            return self.objects.create_container(tx, ACCOUNT, "box", meta, {})

        self.box = await self.objects.write(make)
        return self

    async def begin(self, name: str = NAME) -> Upload:
        return await self.objects.write(lambda tx: self.objects.begin_upload(tx, self.box, name, NewObject()))

    async def put(self, up: Upload, number: int, data: bytes) -> Part:
        return await self.objects.put_part(up, number, stream(data), said)

    async def complete(self, up: Upload, parts: list[Part], **options: Any) -> Object:
        new = NewObject(etag="of-parts", **options)
        return await self.objects.write(
            lambda tx: self.objects.complete_upload(tx, up, self.box, parts, new, unguarded)
        )

    async def read(self, name: str = NAME) -> bytes:
        def look(tx: Tx) -> Any:
            found = self.objects.find_object(tx, self.box.id, name)
            assert found is not None
            return self.objects.open_object(tx, found)

        reading = await self.objects.read(look)
        return b"".join([chunk async for chunk in reading.chunks(0, reading.size)])

    async def count(self, table: Any) -> int:
        def look(tx: Tx) -> int:
            return len(tx.sql.execute(select(table.c.id)).all())

        return await self.objects.read(look)

    async def collect(self) -> None:
        await self.objects.write(lambda tx: take_garbage(tx, 1 << 62, 100_000))


async def stream(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 100_000):
        yield data[at : at + 100_000]


def said(content: Content) -> NewObject:
    return NewObject(system={"s3:md5": content.md5})


def run(tmp_path: Path, test: Callable[[Bench], Coroutine[Any, Any, None]], **meta: Any) -> None:
    cloud = open_test_cloud(tmp_path)

    async def go() -> None:
        await test(await Bench(cloud).open(**meta))

    try:
        asyncio.run(go())
    finally:
        cloud.objects.close()
        cloud.db.close()


def test_parts_become_an_object_in_the_order_asked_for(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()
        second, first = await bench.put(up, 2, b"end"), await bench.put(up, 1, BIG)
        made = await bench.complete(up, [first, second])
        assert (made.size, made.etag, made.latest) == (len(BIG) + 3, "of-parts", True)
        assert await bench.read() == BIG + b"end"
        assert await bench.count(part) == await bench.count(upload) == 0
        usage = await bench.objects.read(lambda tx: bench.objects.container_usage(tx, bench.box.id))
        assert (usage.objects, usage.bytes) == (1, made.size)
        await bench.collect()
        assert await bench.read() == BIG + b"end"

    run(tmp_path, test)


def test_a_part_tells_its_md5_and_what_was_said_of_it(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        made = await bench.put(await bench.begin(), 7, b"abc")
        md5 = hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
        assert (made.number, made.size, made.etag, made.system) == (7, 3, md5, {"s3:md5": md5})

    run(tmp_path, test)


def test_what_is_not_chosen_or_written_again_is_garbage(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()
        await bench.put(up, 1, b"old" * 100_000)
        kept = await bench.put(up, 1, b"new")
        await bench.put(up, 2, b"left out")
        await bench.complete(up, [kept])
        await bench.collect()
        assert await bench.read() == b"new"
        assert await bench.count(blob) == 1

    run(tmp_path, test)


def test_a_single_part_is_the_objects_own_blob(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()
        made = await bench.complete(up, [await bench.put(up, 1, BIG)])
        assert made.blob_id is not None
        assert await bench.count(extent) == 0

    run(tmp_path, test)


def test_an_upload_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()
        await bench.put(up, 1, BIG)
        await bench.objects.write(lambda tx: bench.objects.abort_upload(tx, up))
        await bench.collect()
        for table in (upload, part, extent, blob):
            assert await bench.count(table) == 0
        with pytest.raises(NoSuchUpload):
            await bench.put(up, 2, b"late")
        with pytest.raises(NoSuchUpload):
            await bench.complete(up, [])

    run(tmp_path, test)


def test_a_container_that_is_removed_ends_its_uploads(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        await bench.put(await bench.begin(), 1, b"data")
        await bench.objects.write(lambda tx: bench.objects.delete_container(tx, ACCOUNT, "box"))
        assert await bench.count(upload) == await bench.count(part) == await bench.count(extent) == 0

    run(tmp_path, test)


def test_part_of_an_object_is_copied_by_reference(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        first = await bench.begin("source")
        source = await bench.complete(first, [await bench.put(first, 1, BIG), await bench.put(first, 2, b"0123456789")])
        up = await bench.begin()
        start, stop = len(BIG) - 5, len(BIG) + 4

        def copy(tx: Tx) -> Part:
            return bench.objects.copy_part(tx, up, 1, source, start, stop, "tag", {"k": 1})

        copied = await bench.objects.write(copy)
        assert (copied.size, copied.etag, copied.system) == (9, "tag", {"k": 1})
        await bench.complete(up, [copied])
        await bench.objects.write(lambda tx: bench.objects.delete_object(tx, ACCOUNT, "box", "source"))
        await bench.collect()
        assert await bench.read() == BIG[-5:] + b"0123"

    run(tmp_path, test)


def test_quotas_hold_for_parts_and_for_all_of_them(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()
        with pytest.raises(QuotaExceeded):
            await bench.put(up, 1, b"x" * 11)
        part = await bench.put(up, 1, b"x" * 6)
        other = await bench.begin("other")
        for late, number in ((up, 2), (other, 1)):
            with pytest.raises(QuotaExceeded):
                await bench.put(late, number, b"x" * 6)
        with pytest.raises(QuotaExceeded):
            await bench.objects.put_object(ACCOUNT, "box", "plain", stream(b"x" * 6), said)
        kept = await bench.put(up, 2, b"x" * 4)
        await bench.objects.write(lambda tx: bench.objects.abort_upload(tx, other))
        assert (await bench.complete(up, [part, kept])).size == 10

    run(tmp_path, test, **{"quota-bytes": "10"})


def test_a_guard_may_refuse_and_the_upload_goes_on(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()
        parts = [await bench.put(up, 1, b"x")]

        def refuse(present: Object | None) -> None:
            raise PreconditionFailed()

        with pytest.raises(PreconditionFailed):
            await bench.objects.write(
                lambda tx: bench.objects.complete_upload(tx, up, bench.box, parts, NewObject(), refuse)
            )
        assert (await bench.complete(up, parts)).size == 1

    run(tmp_path, test)


def test_ten_thousand_parts(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        source = await bench.objects.put_object(ACCOUNT, "box", "source", stream(b"0123456789"), said)
        up = await bench.begin()

        def copy(tx: Tx) -> list[Part]:
            made = bench.objects.copy_part(tx, up, 1, source, 0, 1, "t", {})
            rows = [
                {"upload_id": up.id, "number": n, "size": 1, "etag": "t", "modified_at": 0} for n in range(2, 10_001)
            ]
            tx.sql.execute(insert(part), [row | {"system": {}} for row in rows])
            parts = [made, *bench.objects.list_parts(tx, up.id, 1, 10_000)]
            piece = {"blob_id": source.blob_id, "number": 0, "length": 1}
            pieces = [piece | {"part_id": each.id, "start": (each.number - 1) % 10} for each in parts[1:]]
            tx.sql.execute(insert(extent), pieces)
            return parts

        parts = await bench.objects.write(copy)
        page = await bench.objects.read(lambda tx: bench.objects.list_parts(tx, up.id, after=9_990, limit=5))
        assert [each.number for each in page] == [9991, 9992, 9993, 9994, 9995]
        assert (await bench.complete(up, parts)).size == 10_000
        assert await bench.read() == b"0123456789" * 1000

    run(tmp_path, test)


def test_uploads_are_listed_by_name_and_age(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        begun = [await bench.begin(name) for name in ("b", "a/1", "b", "a/2", "b", "c")]
        b = [each.id for each in begun if each.name == "b"]
        assert b == sorted(b)

        async def page(after: str = "", **options: Any) -> list[str]:
            listing = Listing(**{"limit": 10, **options})
            found = await bench.objects.read(lambda tx: bench.objects.list_uploads(tx, bench.box.id, listing, after))
            return [row.name if isinstance(row, Prefix) else row.id for row in found]

        by_name = {each.name: each.id for each in begun}
        assert await page() == [by_name["a/1"], by_name["a/2"], *b, by_name["c"]]
        assert await page(delimiter="/") == ["a/", *b, by_name["c"]]
        assert await page(limit=3) == [by_name["a/1"], by_name["a/2"], b[0]]
        assert await page(b[0], marker="b") == [b[1], b[2], by_name["c"]]
        assert await page(b[0], marker="b", limit=1) == [b[1]]
        assert await page(marker="b") == [by_name["c"]]
        assert await page(prefix="a/", limit=1) == [by_name["a/1"]]

    run(tmp_path, test)


def test_only_its_own_name_finds_an_upload(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        up = await bench.begin()

        async def find(container_id: int, name: str, upload_id: str) -> Upload | None:
            return await bench.objects.read(lambda tx: bench.objects.find_upload(tx, container_id, name, upload_id))

        assert await find(bench.box.id, NAME, up.id) == up
        assert await find(bench.box.id, "other", up.id) is None
        assert await find(bench.box.id + 1, NAME, up.id) is None
        assert await find(bench.box.id, NAME, "nothing") is None

    run(tmp_path, test)


def test_versions_are_listed_by_name_the_newest_first(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        await bench.objects.write(lambda tx: bench.objects.change_container(tx, bench.box.id, versioning="enabled"))
        written = [
            await bench.objects.put_object(ACCOUNT, "box", n, stream(b"x"), said) for n in ("a", "b", "a", "d/1")
        ]
        gone = await bench.objects.write(lambda tx: bench.objects.delete_object(tx, ACCOUNT, "box", "a"))

        async def page(after: str | None = None, **options: Any) -> list[Any]:
            listing = Listing(**{"limit": 10, **options})
            found = await bench.objects.read(lambda tx: bench.objects.list_versions(tx, bench.box.id, listing, after))
            return [row.name if isinstance(row, Prefix) else row.id for row in found]

        a, b, c, d = (each.id for each in written)
        assert await page() == [gone.id, c, a, b, d]
        assert await page(limit=2) == [gone.id, c]
        assert await page(str(c), marker="a", limit=2) == [a, b]
        assert await page(str(gone.id), marker="a", delimiter="/") == [c, a, b, "d/"]
        assert await page(marker="a") == [b, d]

    run(tmp_path, test)


def test_cutting_spans() -> None:
    one, two = Blob("1", 10, b""), Blob("2", 10, b"")
    spans = [Span(one, 2, 5), Span(two, 0, 10)]
    assert cut(spans, 0, 15) == spans
    assert cut(spans, 4, 6) == [Span(one, 6, 1), Span(two, 0, 1)]
    assert cut(spans, 15, 15) == []
