"""A stopped server one of whose ports was deleted, and its network after it, could never be started again: its machine
still asked for the bridge that was gone."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.regressions.little_universe import LOOK, Little, play


@pytest.mark.parametrize("start", [{"os-start": None}, {"reboot": {"type": "HARD"}}])
def test_it_starts_without_it(tmp_path: Path, start: dict[str, Any]) -> None:
    async def scenario(universe: Little) -> None:
        kept, deleted = await universe.make_network("10.1.0.0/24"), await universe.make_network("10.2.0.0/24")
        server = await universe.make_server(networks=[{"uuid": kept}, {"uuid": deleted}])
        await asyncio.sleep(LOOK)
        await universe.api.post(f"{server}/action", {"os-stop": None})
        await asyncio.sleep(LOOK)
        found = await universe.api.get(f"/network/v2.0/ports?network_id={deleted}&device_owner=compute:nova")
        [port] = found.json()["ports"]
        assert (await universe.api.delete(f"/network/v2.0/ports/{port['id']}")).status_code == 204
        assert (await universe.api.delete(f"/network/v2.0/networks/{deleted}")).status_code == 204
        await asyncio.sleep(LOOK)
        assert (await universe.api.post(f"{server}/action", start)).status_code == 202
        await asyncio.sleep(LOOK)
        assert await universe.status(server) == "ACTIVE"
        [machine] = universe.machines.machines.values()
        assert machine.live
        assert [nic.bridge for nic in machine.live.nics] == [f"sim-{kept[:11]}"]

    play(tmp_path, scenario)
