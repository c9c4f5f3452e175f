"""Quotas, counted from rows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from altostratus.kernel.db import quota
from tests.services.image.cloud import ImageCloud, make, run, show, upload

MIB = 1 << 20


async def unannounced(size: int) -> AsyncIterator[bytes]:
    yield bytes(size)


def test_so_many_images_a_project(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = [await make(client) for _ in range(2)]
        refused = await client.post("/image/v2/images", {})
        assert refused.status_code == 413
        assert "image_count_total" in refused.text
        await make(cloud.client("other"))
        await client.delete(f"/image{made[0]['self']}")
        await make(client)

    run(tmp_path, test, image_count_total=2)


def test_so_much_data_a_project(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        first, second = await make(client), await make(client)
        assert await upload(client, first, bytes(2 * MIB)) == 204
        assert await upload(client, second, bytes(2 * MIB)) == 413
        assert await upload(client, second, unannounced(2 * MIB)) == 413
        assert (await show(client, second))["status"] == "queued"
        assert len(cloud.files) == 1
        assert await upload(client, second, unannounced(MIB)) == 204

    run(tmp_path, test, image_size_total=3)


def test_so_many_uploads_at_once(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        first, second = await make(client), await make(client)
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            begun.set()
            yield b"x"
            await go_on.wait()

        task = asyncio.create_task(upload(client, first, slow()))
        await begun.wait()
        assert await upload(client, second, b"x") == 413
        go_on.set()
        assert await task == 204
        assert await upload(client, second, b"x") == 204

    run(tmp_path, test, image_count_uploading=1)


def test_an_operator_may_set_a_projects_own_limit(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        await cloud.cloud.db.write(lambda tx: quota.set_limits(tx, "mine", "image", {"image_count_total": 0}))
        assert (await cloud.client().post("/image/v2/images", {})).status_code == 413
        await make(cloud.client("other"))

    run(tmp_path, test)
