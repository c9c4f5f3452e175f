"""What the simulation of the cloud found wrong with volumes."""

import asyncio
from pathlib import Path
from typing import Any

from tests.regressions.little_universe import LOOK, Little, play

VOLUMES = f"/volume/v3/{'0' * 32}"
AGES = 400.0
"""Seconds in which every call that hangs is given up."""


async def _make_volume(cloud: Little) -> str:
    made = await cloud.api.post(f"{VOLUMES}/volumes", {"volume": {"size": 1}})
    await asyncio.sleep(LOOK)
    return str(made.json()["volume"]["id"])


async def _volume(cloud: Little, volume: str) -> Any:
    return (await cloud.api.get(f"{VOLUMES}/volumes/{volume}")).json()["volume"]


async def _attach(cloud: Little, server: str, volume: str, goes: bool = False) -> None:
    wish = {"volumeAttachment": {"volumeId": volume, "delete_on_termination": goes}}
    headers = {"OpenStack-API-Version": "compute 2.79"}
    made = await cloud.api.post(f"{server}/os-volume_attachments", wish, headers=headers)
    assert made.status_code == 200


def test_a_volume_with_snapshots_does_not_go_with_its_server(tmp_path: Path) -> None:
    """It was `deleting` for as long as the snapshots were there."""

    async def scenario(cloud: Little) -> None:
        server, volume = await cloud.make_server(networks=[]), await _make_volume(cloud)
        await _attach(cloud, server, volume, goes=True)
        await asyncio.sleep(LOOK)
        wish = {"snapshot": {"volume_id": volume, "force": True}}
        assert (await cloud.api.post(f"{VOLUMES}/snapshots", wish)).status_code == 202
        assert (await cloud.api.delete(server)).status_code == 204
        await asyncio.sleep(LOOK)
        assert (await cloud.api.get(server)).status_code == 404
        assert (await _volume(cloud, volume))["status"] == "available"

    play(tmp_path, scenario)


def test_a_connection_that_comes_late_keeps_nobody_away(tmp_path: Path) -> None:
    """The attachment was gone, and the storage let it in."""

    async def scenario(cloud: Little) -> None:
        server, volume = await cloud.make_server(networks=[]), await _make_volume(cloud)
        await asyncio.sleep(LOOK)
        cloud.storage_faults.inject("ensure_connected", "hang")
        await _attach(cloud, server, volume)
        await asyncio.sleep(1.0)
        assert cloud.storage_faults.hanging == 1
        assert (await cloud.api.delete(f"{server}/os-volume_attachments/{volume}")).status_code == 202
        await asyncio.sleep(AGES)
        assert (await _volume(cloud, volume))["status"] == "available"
        cloud.storage_faults.release()
        await _attach(cloud, server, volume)
        await asyncio.sleep(AGES)
        assert (await _volume(cloud, volume))["status"] == "in-use"

    play(tmp_path, scenario)
