"""The sweep, and what a crash leaves behind."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from altostratus.kernel.tx import Tx
from altostratus.services.image.store import uploads
from altostratus.services.image.store.tables import image_upload
from altostratus.services.image.usecases.upload_image import begin_upload
from tests.services.image.cloud import ACTORS, ImageCloud, make, run, show, upload


def age(tx: Tx, seconds: float) -> None:
    """As if so many seconds had passed without renewal."""
    tx.sql.execute(update(image_upload).values(expires_at=tx.now - timedelta(seconds=seconds)))


def leftovers(folder: Path) -> None:
    (folder / "images" / "0000.part").write_bytes(b"x")
    (folder / "images" / "1111").write_bytes(b"x")


def begin_file(folder: Path, name: str) -> None:
    (folder / "images" / f"{name}.part").touch()


def test_files_of_nobody_go_and_others_stay(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        await upload(client, made, b"data")
        kept = cloud.files
        leftovers(tmp_path)
        await cloud.sweep()
        assert cloud.files == kept
        assert (await client.get(f"/image{made['file']}")).content == b"data"
        await cloud.sweep()
        assert cloud.files == kept

    run(tmp_path, test)


def test_after_a_crash_an_upload_can_begin_again_at_once(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        if cloud.cloud.db.dialect != "sqlite":
            pytest.skip("where others may be alive, an upload's lease has to run out")
        client, service = cloud.client(), cloud.service.state
        made = await make(client)
        begun = await service.db.write(lambda tx: begin_upload(service, tx, ACTORS["member"], made["id"], 0))
        begin_file(tmp_path, begun.file)
        assert (await show(client, made))["status"] == "saving"
        cloud.rebuild()  # the process died here
        assert (await show(client, made))["status"] == "queued"
        await cloud.sweep()
        assert cloud.files == set()
        assert await upload(client, made, b"data") == 204

    run(tmp_path, test)


def test_the_file_of_an_upload_under_way_stays(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        service = cloud.service.state
        made = await make(cloud.client())
        begun = await service.db.write(lambda tx: begin_upload(service, tx, ACTORS["member"], made["id"], 0))
        begin_file(tmp_path, begun.file)
        await cloud.sweep()
        assert cloud.files == {f"{begun.file}.part"}

    run(tmp_path, test)


def test_an_upload_that_nobody_renews_means_nothing(tmp_path: Path) -> None:
    """What happens where several processes share a database and one of them is gone."""

    async def test(cloud: ImageCloud) -> None:
        service = cloud.service.state
        made = await make(cloud.client())
        begun = await service.db.write(lambda tx: begin_upload(service, tx, ACTORS["member"], made["id"], 0))
        begin_file(tmp_path, begun.file)
        assert await service.db.write(lambda tx: uploads.renew(tx, begun.file))
        await service.db.write(lambda tx: age(tx, 1))
        assert (await show(cloud.client(), made))["status"] == "queued"
        assert not await service.db.write(lambda tx: uploads.renew(tx, begun.file))
        await cloud.sweep()
        assert cloud.files == set()
        assert await service.db.read(uploads.count_dead) == 0

    run(tmp_path, test)
