"""What has expired goes, with its bytes; where versions are kept, only from the list."""

from pathlib import Path

import pytest

from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.containers import change_container, find_container
from altostratus.services.objectstore.store.objects import find_latest, find_newest_old
from altostratus.services.objectstore.usecases import remove_expired
from altostratus.services.objectstore.usecases.collect_garbage import collect_garbage
from altostratus.services.objectstore.usecases.delete_object import delete_version
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import blobs_of, fill, look, store_of


def test_expired_objects_go_a_batch_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove_expired, "MOST", 2)

    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, stays=b"1")
        for name, seconds in (("a", 5), ("b", 5), ("d", 6), ("late", 50)):
            await cloud.put(f"~/c/{name}", b"12", headers={"X-Delete-After": str(seconds)})
        cloud.clock.advance(10)
        assert (await cloud.get("~/c/a")).status == 404
        assert await remove_expired.remove_expired(store_of(cloud))
        assert (await cloud.head("~/c")).headers["x-container-bytes-used"] == "5"
        assert not await remove_expired.remove_expired(store_of(cloud))
        assert (await cloud.head("~/c")).headers["x-container-bytes-used"] == "3"
        assert await cloud.names("~/c") == ["late", "stays"]
        cloud.clock.advance(61)
        await collect_garbage(store_of(cloud))
        assert len(await blobs_of(cloud)) == 2

    run(tmp_path, test)


def test_what_was_written_anew_does_not_expire(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        await cloud.put("~/c/a", b"old", headers={"X-Delete-After": "5"})
        await cloud.put("~/c/a", b"new")
        cloud.clock.advance(10)
        await remove_expired.remove_expired(store_of(cloud))
        assert (await cloud.get("~/c/a")).body == b"new"

    run(tmp_path, test)


def test_where_versions_are_kept_a_marker_says_that_there_is_nothing(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)
        where = await look(cloud, lambda tx: find_container(tx, "AUTH_mine", "c"))
        assert where
        await cloud.cloud.objects.write(lambda tx: change_container(tx, where.id, versioning="enabled"))
        await cloud.put("~/c/a", b"bytes", headers={"X-Delete-After": "5"})
        cloud.clock.advance(10)
        for _ in range(2):  # the second finds nothing to do
            assert not await remove_expired.remove_expired(store_of(cloud))
        latest = await look(cloud, lambda tx: find_latest(tx, where.id, "a"))
        old = await look(cloud, lambda tx: find_newest_old(tx, where.id, "a"))
        assert latest
        assert latest.marker
        assert latest.versioned
        assert old
        assert (old.size, old.expires_at) == (5, None)
        assert (await cloud.head("~/c")).headers["x-container-object-count"] == "0"

        def restore(tx: Tx) -> None:
            found = find_container(tx, "AUTH_mine", "c")
            assert found
            delete_version(tx, found, "a", latest.version)

        await cloud.cloud.objects.write(restore)
        assert (await cloud.get("~/c/a")).body == b"bytes"

    run(tmp_path, test)
