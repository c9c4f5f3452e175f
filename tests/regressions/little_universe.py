"""A universe with one client, for tests of what happens in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.testing.loop import Simulation, run_seeded
from tests.harness import database_url
from tests.universe import Universe, make_settings

ADMIN = Actor(user_id="tester", project_id="0" * 32, roles=frozenset({"admin", "member", "reader"}))
LOOK = 25.0
"""Seconds in which the cloud finds out how its host is."""


async def authenticate(token: str) -> Actor | None:
    return ADMIN


class Little(Universe):
    """With a client, and an image to make servers from."""

    async def begin(self) -> None:
        await self.live()
        self.api = self.client_as("tester", "0" * 32)
        wish = {"name": "image", "disk_format": "raw", "container_format": "bare"}
        self.image = (await self.api.post("/image/v2/images", wish)).json()["id"]
        binary = {"Content-Type": "application/octet-stream"}
        await self.api.put(f"/image/v2/images/{self.image}/file", content=b"\0" * 512, headers=binary)
        await asyncio.sleep(LOOK)

    async def make_server(self, **more: Any) -> str:
        """Its path."""
        wish = {"name": "vm", "imageRef": self.image, "flavorRef": "42", **more}
        made = await self.api.post("/compute/v2.1/servers", {"server": wish})
        return f"/compute/v2.1/servers/{made.json()['server']['id']}"

    async def make_network(self, cidr: str) -> str:
        made = await self.api.post("/network/v2.0/networks", {"network": {"name": cidr}})
        network = str(made.json()["network"]["id"])
        subnet = {"network_id": network, "ip_version": 4, "cidr": cidr}
        await self.api.post("/network/v2.0/subnets", {"subnet": subnet})
        return network

    async def status(self, server: str) -> str:
        return str((await self.api.get(server)).json()["server"]["status"])


def play(tmp_path: Path, scenario: Callable[[Little], Awaitable[None]]) -> None:
    async def main(simulation: Simulation) -> None:
        universe = Little(simulation, make_settings(tmp_path), authenticate)
        await universe.begin()
        await scenario(universe)
        await universe.system.stop()

    database_url(tmp_path)
    run_seeded(0, main)
