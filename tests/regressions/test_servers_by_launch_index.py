"""Listing servers by a launch index that is no number was a 500 on PostgreSQL, which compares no text with numbers."""

import asyncio
from pathlib import Path

import pytest

from tests import harness
from tests.harness import running_system

SERVERS = "/compute/v2.1/servers"


def test_a_launch_index_is_a_number(tmp_path: Path, db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            body = {"name": "empty", "disk_format": "raw", "container_format": "bare"}
            image = (await client.post("/image/v2/images", body)).json()["id"]
            binary = {"Content-Type": "application/octet-stream"}
            await client.put(f"/image/v2/images/{image}/file", content=b"\0", headers=binary)
            server = {"name": "vm", "imageRef": image, "flavorRef": "42"}
            assert (await client.post(SERVERS, {"server": server})).status_code == 202
            for index, number in (("0", 1), ("1", 0), ("", 0), ("x", 0), ("²", 0)):
                found = await client.get(SERVERS, params={"launch_index": index})
                assert (found.status_code, len(found.json()["servers"])) == (200, number), index

    monkeypatch.setattr(harness, "postgres", db_url)  # whichever it is
    asyncio.run(scenario())
