"""One simulation from its seed to a clean slate, and what a failure tells."""

import asyncio
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from altostratus.kernel.testing.loop import Simulation, run_seeded
from tests.harness import database_url, objects_url
from tests.simulation.audit import audit_quota
from tests.simulation.client import COMPUTE, NETWORK, Client
from tests.simulation.cloud import Cloud, Violation
from tests.simulation.compute_actions import leave
from tests.simulation.rest import restless
from tests.simulation.schedule import Schedule
from tests.simulation.trace import Trace
from tests.simulation.volume_actions import remove_volumes
from tests.simulation.workload import recover, work

ACTIONS = 32
CALM_SECONDS = 900.0
"""In which everything must be as it was last asked for, once nothing goes wrong any more: a crash loop waits 300."""
CLEAN_SECONDS = 1800.0
"""In which nothing may be left once everything is deleted: orphans have a grace period of 600."""
LINES = 120


class Failed(AssertionError):
    """A seed that fails. Its message says how to replay it."""


def simulate(seed: object, data_dir: Path, actions: int = ACTIONS) -> Trace:
    """The trace of the whole run."""
    trace = Trace()
    data_dir.mkdir()
    database_url(data_dir)
    objects_url(data_dir)
    try:
        run_seeded(seed, lambda simulation: _Run(simulation, data_dir, trace, actions).whole())
    except Exception as error:
        raise Failed(_report(seed, trace, error)) from error
    finally:
        shutil.rmtree(data_dir)
    return trace


def _report(seed: object, trace: Trace, error: Exception) -> str:
    return (
        f"seed {seed} fails: {type(error).__name__}: {error}\n"
        f"replay it: ALTO_SEEDS={seed} ./alto test tests/simulation -k test_a_seed\n"
        f"the last of {len(trace.lines)} lines:\n{trace.tail(LINES)}"
    )


class _Run:
    def __init__(self, simulation: Simulation, data_dir: Path, trace: Trace, actions: int) -> None:
        self._seed = simulation.seed
        self._actions = actions
        self._cloud = Cloud(simulation, data_dir, trace)
        trace.now = asyncio.get_running_loop().time
        self._schedule = Schedule(self._cloud, self._random("schedule"))

    def _random(self, what: str) -> random.Random:
        return random.Random(f"{self._seed}/{what}")

    async def whole(self) -> None:
        await self._cloud.live()
        try:
            clients = await self._clients()
            await self._torment(clients)
            self._schedule.calm()
            await self._come_to_rest(clients)
            await self._remove_everything(clients)
        finally:
            self._cloud.system.db.close()

    async def _clients(self) -> list[Client]:
        """Two in one project, and one or two in others."""
        image, public = await self._image(), await self._public()
        names = ["a1", "a2", "b1", "c1"][: self._random("clients").choice((3, 4))]
        clients = [Client(name, self._cloud, self._random(name), image, public) for name in names]
        for client in clients:
            client.fellows = [c for c in clients if c.project == client.project and c is not client]
            client.strangers = [c for c in clients if c.project != client.project]
        return clients

    async def _admin(self, method: str, path: str, body: Any = None) -> Any:
        return (await self._cloud.ask("admin", "admin", method, path, body))[1]

    async def _image(self) -> str:
        wish = {"name": "image", "disk_format": "raw", "container_format": "bare", "visibility": "public"}
        image = str((await self._admin("POST", "/image/v2/images", wish))["id"])
        headers = {"X-Auth-Token": "admin", "Content-Type": "application/octet-stream"}
        path = f"/image/v2/images/{image}/file"
        assert (await self._cloud._http.put(path, content=b"\0" * 4096, headers=headers)).status_code == 204
        return image

    async def _public(self) -> str:
        return str((await self._admin("GET", f"{NETWORK}/networks?name=public"))["networks"][0]["id"])

    async def _torment(self, clients: Sequence[Client]) -> None:
        """Until every client has done its work. An event that has begun (a restart) is brought to its end."""
        fate = asyncio.ensure_future(self._schedule.run(lambda: all(job.done() for job in jobs)))
        jobs = [asyncio.ensure_future(work(client, self._actions)) for client in clients]
        await asyncio.gather(fate, *jobs)
        self._check_broken()

    async def _come_to_rest(self, clients: Sequence[Client]) -> None:
        for client in clients:
            await recover(client)
            await audit_quota(client)
            for server in [server for server in client.model.staying() if server.failed]:
                await leave(client, server)
        await self._until_none(lambda: restless(self._cloud, clients), CALM_SECONDS, "not at rest")
        for client in clients:
            await recover(client)
        self._check_broken()

    async def _remove_everything(self, clients: Sequence[Client]) -> None:
        for client in clients:
            for floating in list(client.model.floating.values()):
                await client.ask("DELETE", f"{NETWORK}/floatingips/{floating.id}", None, (204,))
                del client.model.floating[floating.id]
            for server in client.model.staying():
                await leave(client, server)
        await self._until_none(self._servers, CALM_SECONDS, "not deleted")
        for client in clients:
            await recover(client)
            await remove_volumes(client)
        for client in clients:
            await _remove_networks(client)
        for client in clients:
            await _remove_groups(client)
        public = clients[0].public

        async def left() -> list[str]:
            return self._cloud.left(public)

        await self._until_none(left, CLEAN_SECONDS, "no clean slate")

    async def _servers(self) -> list[str]:
        found = await self._admin("GET", f"{COMPUTE}/servers?all_tenants=1")
        return [server["id"] for server in found["servers"]]

    async def _until_none(self, look: Any, seconds: float, otherwise: str) -> None:
        """Look again and again, ever more seldom, until there is nothing to see twice in a row."""
        end, calm, pause = asyncio.get_running_loop().time() + seconds, 0, 2.0
        while calm < 2:
            found = await look()
            calm = 0 if found else calm + 1
            if asyncio.get_running_loop().time() > end:
                raise Violation(f"{otherwise} after {seconds:.0f} s: {[each[:800] for each in found[:5]]}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, 30.0)

    def _check_broken(self) -> None:
        if self._cloud.broken:
            raise Violation("; ".join(self._cloud.broken[:5]))


async def _remove_networks(client: Client) -> None:
    for router in client.model.routers.values():
        for subnet in sorted(router.subnets):
            path = f"{NETWORK}/routers/{router.id}/remove_router_interface"
            await client.ask("PUT", path, {"subnet_id": subnet}, (200,))
        await client.ask("DELETE", f"{NETWORK}/routers/{router.id}", None, (204,))
    for port in client.model.ports:
        await client.ask("DELETE", f"{NETWORK}/ports/{port}", None, (204,))
    for network in client.model.networks:
        await client.ask("DELETE", f"{NETWORK}/networks/{network}", None, (204,))


async def _remove_groups(client: Client) -> None:
    for group in client.model.groups:
        await client.ask("DELETE", f"{NETWORK}/security-groups/{group}", None, (204,))
