"""Objects that Swift has put together, as the other doors see them."""

from pathlib import Path
from typing import Any

import pytest

from altostratus.contracts.objectstore import Listing, NewObject, Object, Prefix
from altostratus.kernel.errors import NotImplementedHere
from altostratus.kernel.tx import Tx
from tests.services.objectstore.cloud import ObjectCloud, run

WHOLE = b"a" * 70_000 + b"b" * 10


async def make(cloud: ObjectCloud) -> Any:
    """~/c/large, and the facade."""
    await cloud.put("~/c")
    await cloud.put("~/c/a", WHOLE[:70_000])
    await cloud.put("~/c/b", WHOLE[70_000:])
    await cloud.put("~/c/large?multipart-manifest=put", b'[{"path":"c/a"},{"path":"c/b"}]')
    return cloud.service.facade


async def find(objects: Any, name: str) -> tuple[Object, bytes]:
    def look(tx: Tx) -> Any:
        found = objects.find_object(tx, objects.find_container(tx, "AUTH_mine", "c").id, name)
        return found, objects.open_object(tx, found)

    found, reading = await objects.read(look)
    assert found.size == reading.size
    return found, b"".join([chunk async for chunk in reading.chunks(0, reading.size)])


def test_doors_see_the_whole(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        objects = await make(cloud)
        found, body = await find(objects, "large")
        head = await cloud.head("~/c/large")
        assert (f'"{found.etag}"', found.size, body) == (head.headers["etag"], len(WHOLE), WHOLE)

        def look(tx: Tx) -> Any:
            where = objects.find_container(tx, "AUTH_mine", "c").id
            return objects.list_objects(tx, where, Listing(9, delimiter="x")), objects.list_versions(
                tx, where, Listing(9)
            )

        for rows in await objects.read(look):
            sizes = {row.name: row.size for row in rows if not isinstance(row, Prefix)}
            assert sizes == {"a": 70_000, "b": 10, "large": len(WHOLE)}

    run(tmp_path, test)


def test_a_copy_by_another_door_is_one_for_swift_too(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        objects = await make(cloud)
        source, _ = await find(objects, "large")

        def copy(tx: Tx) -> Any:
            where = objects.find_container(tx, "AUTH_mine", "c")
            return objects.copy_object(tx, source, where, "copy", NewObject("text/x", etag=source.etag))

        made = await objects.write(copy)
        assert (made.size, made.etag) == (len(WHOLE), source.etag)
        got = await cloud.get("~/c/copy")
        assert (got.body, got.headers["x-static-large-object"], got.headers["content-type"]) == (
            WHOLE,
            "True",
            "text/x",
        )
        manifest = (await cloud.get("~/c/copy?multipart-manifest=get")).headers["etag"]
        assert manifest == got.headers["x-manifest-etag"]
        assert (await find(objects, "copy"))[1] == WHOLE

    run(tmp_path, test)


def test_no_part_is_copied_of_a_manifest(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        objects = await make(cloud)
        source, _ = await find(objects, "large")

        def copy(tx: Tx) -> None:
            where = objects.find_container(tx, "AUTH_mine", "c")
            upload = objects.begin_upload(tx, where, "up", NewObject())
            objects.copy_part(tx, upload, 1, source, 0, 10, "etag", {})

        with pytest.raises(NotImplementedHere):
            await objects.write(copy)

    run(tmp_path, test)
