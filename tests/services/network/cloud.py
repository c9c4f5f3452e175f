"""A network service on a database and a simulated host of its own, with people in two projects."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from altostratus.app.asgi import build_asgi
from altostratus.contracts.network import PortWish
from altostratus.kernel.actor import Actor
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.reconcile.lease import MemoryLeases
from altostratus.kernel.reconcile.loop import CrashPoint
from altostratus.kernel.service import Service
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.tx import Tx
from altostratus.services.network.drivers.simulated.network import SimulatedNetwork
from altostratus.services.network.drivers.simulated.world import SimulatedWorld
from altostratus.services.network.service import build
from tests.harness import BASE, open_test_cloud, prepare

T = TypeVar("T")
HOST = "host-1"


def person(project: str | None, *roles: str) -> Actor:
    return Actor(user_id=f"user-of-{project}", project_id=project, roles=frozenset(roles))


ACTORS = {
    "admin": person("ops", "admin", "member", "reader"),
    "member": person("mine", "member", "reader"),
    "reader": person("mine", "reader"),
    "other": person("theirs", "member", "reader"),
}


class NetworkCloud:
    """The service, its people and its host. `restart` is what a new process finds."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        defaults = {"external_network": False, "check_seconds": 0.05, "orphan_grace_seconds": 0.0}
        self.cloud = open_test_cloud(data_dir, options={"network": {**defaults, **options}})
        self.world = SimulatedWorld()
        self.driver = SimulatedNetwork(self.world)
        self.woken: list[Any] = []
        self.restart()

    def restart(self) -> None:
        """A new process over the same database and host."""
        self.service: Service = build(self.cloud, driver=self.driver)
        prepare(self.cloud, [self.service])

        async def authenticate(token: str) -> Actor | None:
            return ACTORS.get(token)

        self._asgi = build_asgi([self.service], authenticate, BASE, random.SystemRandom())

    def client(self, who: str | None = "member") -> ApiClient:
        client = ApiClient(self._asgi, BASE)
        client.token = who
        return client

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self.cloud.db.write(fn)

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self.cloud.db.read(fn)

    def engine(self, crash_point: CrashPoint = lambda when, wake, step: None) -> Engine:
        """The reconcilers of one process."""
        engine = Engine(
            self.cloud.db,
            MemoryLeases(1),
            self.cloud.clock,
            self.service.reconcilers,
            scan_seconds=0.05,
            crash_point=crash_point,
        )

        def wake(wakes: Any, cause: str) -> None:
            self.woken += wakes
            engine.wake(wakes, cause)

        self.cloud.db.on_wake = wake
        return engine

    async def settle(self, seconds: float = 10.0) -> None:
        """Let the reconcilers work until the rows' wishes are fulfilled."""
        engine = self.engine()
        await engine.start()
        try:
            await self.until_settled(engine, seconds)
        finally:
            await engine.stop()

    async def until_settled(self, engine: Engine, seconds: float = 10.0) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while not (engine.idle and not await self.behind()):
            assert asyncio.get_running_loop().time() < end, f"still behind: {await self.behind()}"
            await asyncio.sleep(0.005)

    async def behind(self) -> list[str]:
        """Keys that have work to do."""
        resources = [r for r in self.service.reconcilers if r.kind != "network.orphans"]
        return [key for each in resources for key in await self.read(lambda tx, r=each: list(r.due(tx)))]


def run(data_dir: Path, test: Callable[[NetworkCloud], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a test on a cloud of its own."""
    cloud = NetworkCloud(data_dir, **options)
    try:
        asyncio.run(test(cloud))
    finally:
        cloud.cloud.db.close()


async def make(client: ApiClient, kind: str, **attributes: Any) -> dict[str, Any]:
    """A new resource of that kind: 'network', 'security_group' …"""
    response = await client.post(f"/network/v2.0/{kind.replace('_', '-')}s", {kind: attributes})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()[kind]
    return made


async def show(client: ApiClient, kind: str, key: str) -> dict[str, Any]:
    response = await client.get(f"/network/v2.0/{kind.replace('_', '-')}s/{key}")
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()[kind]
    return shown


async def listed(client: ApiClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """The resources of a collection ('ports', 'security-groups')."""
    response = await client.get(f"/network/v2.0/{path}", params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()[path.replace("-", "_")]
    return found


async def change(client: ApiClient, kind: str, key: str, **attributes: Any) -> dict[str, Any]:
    path = f"/network/v2.0/{kind.replace('_', '-')}s/{key}"
    response = await client.put(path, {kind: attributes})
    assert response.status_code == 200, response.text
    changed: dict[str, Any] = response.json()[kind]
    return changed


async def fault(response: Any) -> tuple[int, str]:
    """(status, type) of a refusal."""
    answer = await response
    return answer.status_code, answer.json()["NeutronError"]["type"]


async def make_segment(client: ApiClient, cidr: str = "10.0.0.0/24", **attributes: Any) -> tuple[str, str]:
    """(network, subnet) ids of a new network with one subnet."""
    network = await make(client, "network", name="net")
    version = 6 if ":" in cidr else 4
    subnet = await make(client, "subnet", network_id=network["id"], ip_version=version, cidr=cidr, **attributes)
    return network["id"], subnet["id"]


async def make_external(cloud: NetworkCloud, cidr: str = "198.51.100.0/24") -> str:
    """The id of an external network with a subnet."""
    admin = cloud.client("admin")
    network = await make(admin, "network", name="public", **{"router:external": True})
    await make(admin, "subnet", network_id=network["id"], ip_version=4, cidr=cidr, enable_dhcp=False)
    return str(network["id"])


async def make_server(
    cloud: NetworkCloud, server: str, *wishes: PortWish, who: str = "member", bind: bool = True
) -> list[Any]:
    """Ports for a server, as compute asks for them."""
    owner = f"compute.server/{server}"
    facade = cloud.service.facade

    def create(tx: Tx) -> list[Any]:
        facade.create_ports(tx, ACTORS[who], owner, f"name-of-{server}", wishes or None, [])
        if bind:
            facade.bind_ports(tx, owner, HOST)
        return list(facade.ports_of(tx, [owner])[owner])

    return await cloud.write(create)
