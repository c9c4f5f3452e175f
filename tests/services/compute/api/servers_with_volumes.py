"""Servers and volumes in a whole simulated cloud, made through the APIs."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from altostratus.app.wiring import System
from altostratus.kernel.testing.client import ApiClient
from tests.harness import eventually, running_system
from tests.services.compute.test_servers import body_for, create, status_is

SERVERS, VOLUMES, SNAPSHOTS = "/compute/v2.1/servers", "/volume/v3/volumes", "/volume/v3/snapshots"
Scenario = Callable[[System, ApiClient], Awaitable[None]]


def in_cloud(tmp_path: Path, scenario: Scenario, **options: Any) -> None:
    async def main() -> None:
        async with running_system(tmp_path / "cloud", **options) as (system, client):
            await scenario(system, client)

    asyncio.run(main())


def at(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": f"compute {version}"}


async def make_server(client: ApiClient, **more: Any) -> str:
    """One that runs."""
    made = await create(client, await body_for(client, networks=[], **more))
    await status_is(client, made["id"], "ACTIVE")
    return str(made["id"])


async def make_volume(client: ApiClient, **more: Any) -> str:
    """One that is available."""
    made = await client.post(VOLUMES, {"volume": {"size": 1, **more}})
    assert made.status_code == 202, made.text
    volume_id = str(made.json()["volume"]["id"])
    await volume_is(client, volume_id, "available")
    return volume_id


async def make_snapshot(client: ApiClient, volume: str) -> str:
    """One that is available."""
    made = await client.post(SNAPSHOTS, {"snapshot": {"volume_id": volume}})
    assert made.status_code == 202, made.text
    snapshot_id = str(made.json()["snapshot"]["id"])

    async def look() -> bool:
        found = (await client.get(f"{SNAPSHOTS}/{snapshot_id}")).json()["snapshot"]
        return bool(found["status"] == "available")

    await eventually(look)
    return snapshot_id


async def volume_is(client: ApiClient, volume_id: str, status: str) -> dict[str, Any]:
    async def look() -> Any:
        volume = (await client.get(f"{VOLUMES}/{volume_id}")).json()["volume"]
        return volume if volume["status"] == status else None

    found: dict[str, Any] = await eventually(look)
    return found


async def volume_is_gone(client: ApiClient, volume_id: str) -> None:
    async def look() -> bool:
        return (await client.get(f"{VOLUMES}/{volume_id}")).status_code == 404

    await eventually(look)


async def attach(client: ApiClient, server: str, asked: dict[str, Any], version: str = "2.79") -> httpx.Response:
    body = {"volumeAttachment": asked}
    return await client.post(f"{SERVERS}/{server}/os-volume_attachments", body, headers=at(version))


async def attachments(client: ApiClient, server: str) -> dict[str, str]:
    """Devices by volume."""
    found = (await client.get(f"{SERVERS}/{server}/os-volume_attachments")).json()["volumeAttachments"]
    return {row["volumeId"]: row["device"] for row in found}
