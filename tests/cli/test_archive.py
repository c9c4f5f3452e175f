"""What `alto backup` keeps of a cloud that runs, and what `alto restore` makes of it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from altostratus.cli import Problem
from altostratus.cli.archive import backup, restore
from altostratus.contracts.objectstore import ENCRYPTED
from altostratus.kernel.testing.client import ApiClient
from altostratus.services.objectstore.store.tables import container
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.settle_small import settle_small
from tests.harness import running_system

SMALL, LARGE = b"small", bytes(range(256)) * 10_000


async def put(client: ApiClient, path: str, content: bytes = b"") -> None:
    answer = await client.put(f"/object-store/v1/AUTH_{client.project_id}{path}", content=content)
    assert answer.status_code == 201


async def get(client: ApiClient, path: str) -> bytes:
    answer = await client.get(f"/object-store/v1/AUTH_{client.project_id}{path}")
    assert answer.status_code == 200
    return answer.content


def test_objects_come_back_from_a_backup_of_a_running_cloud(tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "backup.tar"

    async def live() -> None:
        async with running_system(here) as (system, client):
            await put(client, "/box")
            await put(client, "/box/packed", SMALL)
            store: ObjectStore = next(each.state for each in system.services if each.name == "object-store")
            await settle_small(store)
            await put(client, "/box/small", SMALL * 2)
            await put(client, "/box/large", LARGE)
            settings = {ENCRYPTED: {"algorithm": "AES256"}}
            await system.cloud.objects.write(lambda tx: tx.sql.execute(update(container).values(settings=settings)))
            await put(client, "/box/encrypted", LARGE)
            await asyncio.to_thread(backup, here, file)
            await put(client, "/box/large", b"later")
        assert not list(here.glob(".backup-*"))

    async def again() -> None:
        async with running_system(there) as (_, client):
            found = [await get(client, f"/box/{name}") for name in ("packed", "small", "large", "encrypted")]
            assert found == [SMALL, SMALL * 2, LARGE, LARGE]

    asyncio.run(live())
    restore(there, file)
    asyncio.run(again())
    with pytest.raises(Problem, match="holds a cloud's state"):
        restore(there, file)
