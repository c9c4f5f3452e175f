"""Keys rotate and access comes back, while the cloud runs and while it does not."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, event, select, update

from altostratus.app import administer
from altostratus.app.schema import CLOUD, OBJECTS, alembic_config
from altostratus.app.settings import Settings
from altostratus.app.wiring import System, admin_password
from altostratus.contracts.objectstore import ENCRYPTED
from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.revocations import revoked_after
from altostratus.services.objectstore.store.tables import blob, container
from tests.harness import running_system

V3 = "/identity/v3"
EC2 = {"credential": {"type": "cert", "blob": "a secret of mine", "user_id": "somebody"}}


def log_in(password: str, name: str = "admin") -> dict[str, Any]:
    user = {"name": name, "domain": {"name": "Default"}, "password": password}
    scope = {"project": {"name": "admin", "domain": {"name": "Default"}}}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}


@asynccontextmanager
async def migrated_system(tmp_path: Path, **options: Any) -> AsyncIterator[tuple[System, ApiClient]]:
    """A running system whose database says which version it is of, as a real one does."""
    async with running_system(tmp_path, **options) as found:
        settings: Settings = found[0].settings
        for url, history in ((settings.database_url, CLOUD), (settings.objects_url, OBJECTS)):
            engine = create_engine(url)
            with engine.begin() as connection:
                command.stamp(alembic_config(connection, history), history.head)
            engine.dispose()
        yield found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Signals that were sent instead of being sent."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(administer, "holder", lambda data_dir: 4711)
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    return sent


def test_a_rotation_ends_no_token_and_the_running_cloud_seals_with_the_new_key(
    tmp_path: Path, told: list[tuple[int, int]]
) -> None:
    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, client):
            settings: Settings = system.settings
            kept = (await client.post(f"{V3}/credentials", EC2)).json()["credential"]["id"]
            said = await asyncio.to_thread(administer.rotate_keys, settings, master=True)
            assert "1 older" in said
            assert told == [(4711, signal.SIGUSR1)]
            identity = next(s.state for s in system.services if s.name == "identity")
            before = identity.keys._loaded.keys
            late = (await client.post(f"{V3}/credentials", EC2)).json()["credential"]["id"]
            await system.refresh()
            assert len(identity.keys._loaded.keys) == 2
            assert identity.keys._loaded.keys[0] is not before[0]
            assert (await client.get(f"{V3}/users")).status_code == 200, "the token that an old key has sealed"
            (settings.data_dir / "keys" / "1").unlink()
            MasterKey(settings.data_dir / "keys")
            await system.refresh()
            for one in (kept, late):
                blob = (await client.get(f"{V3}/credentials/{one}")).json()["credential"]["blob"]
                assert blob == "a secret of mine"

    asyncio.run(scenario())


def test_a_forgotten_password_is_replaced_and_the_running_cloud_knows(
    tmp_path: Path, told: list[tuple[int, int]]
) -> None:
    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, client):
            me = (await client.get(f"{V3}/users?name=admin")).json()["users"][0]["id"]
            await asyncio.to_thread(administer.set_password, system.settings, "admin", "Default", "a new one")
            await system.refresh()
            assert (await client.get(f"{V3}/users/{me}")).status_code == 401, "its tokens have ended"
            made = await client.post(f"{V3}/auth/tokens", log_in("a new one"))
            assert made.status_code == 201, made.text
            with pytest.raises(NotFound, match="no user nobody in the domain Default"):
                await asyncio.to_thread(administer.set_password, system.settings, "nobody", "Default", "x")

    asyncio.run(scenario())


def test_whoever_was_given_a_password_may_choose_another_one_but_not_a_former(
    tmp_path: Path, told: list[tuple[int, int]]
) -> None:
    rules = {"identity": {"minimum_password_age": 1, "unique_last_password_count": 2}}

    async def scenario() -> None:
        async with migrated_system(tmp_path, settings={"services": rules}) as (system, client):
            me = (await client.get(f"{V3}/users?name=admin")).json()["users"][0]["id"]
            first = admin_password(system.settings.data_dir)
            await asyncio.to_thread(administer.set_password, system.settings, "admin", "Default", "given")
            ended = await system.db.read(lambda tx: [one.user_id for one in revoked_after(tx, None)])
            assert ended == [me]
            for chosen, status in ((first, 400), ("chosen", 204)):
                body = {"user": {"original_password": "given", "password": chosen}}
                assert (await client.post(f"{V3}/users/{me}/password", body)).status_code == status

    asyncio.run(scenario())


def test_a_cloud_without_administrator_gets_one(tmp_path: Path, told: list[tuple[int, int]]) -> None:
    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, client):
            me = (await client.get(f"{V3}/users?name=admin")).json()["users"][0]["id"]
            assert (await client.patch(f"{V3}/users/{me}", {"user": {"enabled": False}})).status_code == 200
            await asyncio.to_thread(administer.make_administrator, system.settings, "rescue", "a secret")
            await system.refresh()
            made = await client.post(f"{V3}/auth/tokens", log_in("a secret", "rescue"))
            assert made.status_code == 201, made.text
            assert {role["name"] for role in made.json()["token"]["roles"]} >= {"admin", "member", "reader"}
            client.token = made.headers["x-subject-token"]
            enabled = await client.patch(f"{V3}/users/{me}", {"user": {"enabled": True}})
            assert enabled.status_code == 200, enabled.text

    asyncio.run(scenario())


def test_every_secret_of_the_database_is_encrypted_anew(tmp_path: Path, told: list[tuple[int, int]]) -> None:
    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, client):
            await client.post(f"{V3}/credentials", EC2)
            await asyncio.to_thread(administer.rotate_keys, system.settings, master=True)

            def prefixes(tx: Tx) -> set[str]:
                found = [tx.sql.execute(select(column)).scalars().all() for column in administer.SECRETS]
                return {text.split(":")[0] for texts in found for text in texts if text}

            assert await system.db.read(prefixes) == {"2"}

    asyncio.run(scenario())


async def put_encrypted(system: System, client: ApiClient, *names: str) -> list[str]:
    """Objects whose bytes are their names, in a container that encrypts; their paths."""
    box = f"/object-store/v1/AUTH_{client.project_id}/box"
    await client.put(box)
    settings = {ENCRYPTED: {"algorithm": "AES256"}}
    await system.cloud.objects.write(lambda tx: tx.sql.execute(update(container).values(settings=settings)))
    for name in names:
        assert (await client.put(f"{box}/{name}", content=name.encode())).status_code == 201
    return [f"{box}/{name}" for name in names]


async def keys_of_blobs(system: System) -> list[str]:
    """Which master keys those of blobs are encrypted with."""

    def look(tx: Tx) -> list[str]:
        return sorted(text.split(":")[0] for text in tx.sql.execute(select(blob.c.key)).scalars() if text)

    return await system.cloud.objects.read(look)


@contextmanager
def dying_at(statement: str, times: int) -> Iterator[None]:
    """Nothing goes on from when the database is asked this for the last of so many times."""
    left = [None] * times

    def count(connection: Any, cursor: Any, text: str, *more: Any) -> None:
        if text.startswith(statement):
            left.pop()
            if not left:
                raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def test_encrypted_objects_outlive_their_master_key(
    tmp_path: Path, told: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administer, "BATCH", 2)

    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, client):
            paths = await put_encrypted(system, client, *"abcde")
            assert await keys_of_blobs(system) == ["1"] * 5
            before = await system.cloud.objects.read(lambda tx: tx.sql.execute(select(blob.c.data)).all())
            said = await asyncio.to_thread(administer.rotate_keys, system.settings, master=True)
            assert "secrets are encrypted with master key 2" in said
            assert await keys_of_blobs(system) == ["2"] * 5
            after = await system.cloud.objects.read(lambda tx: tx.sql.execute(select(blob.c.data)).all())
            assert after == before, "keys are encrypted anew, not data"
            (tmp_path / "keys" / "1").unlink()
        async with running_system(tmp_path) as (_, client):  # which knows no key but the new one
            assert [(await client.get(path)).text for path in paths] == list("abcde")

    asyncio.run(scenario())


def test_a_rotation_that_dies_loses_nothing_and_the_next_one_does_all(
    tmp_path: Path, told: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administer, "BATCH", 2)

    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, client):
            paths = await put_encrypted(system, client, *"abcde")
            with dying_at("UPDATE objectstore_blob", 4), pytest.raises(KeyboardInterrupt):
                administer.rotate_keys(system.settings, master=True)
            assert await keys_of_blobs(system) == ["1", "1", "1", "2", "2"]
            assert [(await client.get(path)).text for path in paths] == list("abcde")
            await asyncio.to_thread(administer.rotate_keys, system.settings, master=True)
            assert await keys_of_blobs(system) == ["3"] * 5
            for old in ("1", "2"):
                (tmp_path / "keys" / old).unlink()
        async with running_system(tmp_path) as (_, client):
            assert [(await client.get(path)).text for path in paths] == list("abcde")

    asyncio.run(scenario())


def test_a_password_that_the_rules_refuse_is_refused_here_too(tmp_path: Path, told: list[tuple[int, int]]) -> None:
    async def scenario() -> None:
        async with migrated_system(tmp_path) as (system, _):
            rules = {"identity": {"password_regex": "^.{10,}$", "password_regex_description": "ten characters"}}
            settings = Settings(data_dir=system.settings.data_dir, database=system.settings.database, services=rules)
            with pytest.raises(BadRequest, match="ten characters"):
                await asyncio.to_thread(administer.set_password, settings, "admin", "Default", "short")
            assert not told

    asyncio.run(scenario())
