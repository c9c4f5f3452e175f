"""The stage on which scenarios of the crash matrix are played: a simulated cloud, its one user, and what goes wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from altostratus.app.wiring import System
from altostratus.kernel.actor import Actor
from altostratus.kernel.reconcile.loop import CrashPoint
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.testing.crash import CrashAt
from altostratus.kernel.testing.loop import Simulation
from tests.universe import BASE, Universe, make_settings

PROJECT = "0123456789abcdef0123456789abcdef"
ADMIN = Actor(user_id="tester", project_id=PROJECT, roles=frozenset({"admin", "member", "reader"}))
SETTLE_SECONDS = 3000.0
OPTIONS: dict[str, dict[str, Any]] = {
    "compute": {"unused_base_seconds": 900.0},
    "volume": {"copy_seconds": 600.0, "unused_base_seconds": 900.0, "orphan_seconds": 900.0},
}


async def authenticate(token: str) -> Actor | None:
    """One token, the tester's: no passwords are hashed in a simulation."""
    return ADMIN if token == "tester" else None


def client_of(system: System) -> ApiClient:
    system.asgi._authenticate = authenticate
    client = ApiClient(system.asgi, BASE)
    client.token, client.project_id = "tester", PROJECT
    return client


class Scene(Universe):
    """A universe in which a scenario is played. `names` are the ids of what there is, `taken` the steps since the
    change was asked for; `crash` and `twice` are what is to go wrong."""

    def __init__(self, simulation: Simulation, data_dir: Path, names: dict[str, str]) -> None:
        super().__init__(simulation, make_settings(data_dir, **OPTIONS), authenticate)
        self.data_dir = data_dir
        self.names = names
        self.crash: CrashAt | None = None
        self.twice: str | None = None
        self.taken: set[tuple[str, str]] = set()
        self.happened: frozenset[tuple[str, str]] = frozenset()
        self.gone = ""

    async def live(self) -> None:
        await super().live()
        self._double(self.system)
        self.client = client_of(self.system)

    def crash_point(self) -> CrashPoint:
        def reached(when: str, wake: Any, step: Any) -> None:
            self.taken.add((wake.kind, type(step).__name__))
            if self.crash is not None and not self.crash.crashed:
                self.crash(when, wake, step)

        return reached

    def _double(self, system: System) -> None:
        """Make every step of the type `twice` run two times in a row."""
        assert system.engine
        for reconciler in system.engine._reconcilers.values():
            original = reconciler.take

            async def take(step: Any, wanted: Any, turn: Any, original: Any = original) -> None:
                await original(step, wanted, turn)
                if type(step).__name__ == self.twice:
                    await original(step, wanted, turn)

            reconciler.take = take  # type: ignore[method-assign]

    async def settle(self, also: Callable[[], bool] = lambda: True) -> None:
        """Let time pass until nothing is left to do (and `also` holds); a dead control plane is followed by another."""
        calm, waited = 0, 0.0
        while calm < 4:
            await asyncio.sleep(1.0)
            waited += 1.0
            if self._dead:
                await self.die()
                self.crash = None
                await self.live()
            due = self.due()
            assert waited < SETTLE_SECONDS, f"not settled: {due}"
            calm = calm + 1 if not due and also() else 0

    @property
    def _dead(self) -> bool:
        return self.crash is not None and self.crash.crashed

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        response = await self.client.request(method, path, **({} if body is None else {"json": body}))
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    # -- what scenarios say ----------------------------------------------------------------------------------

    async def make_server(self) -> None:
        wish = {
            "name": "vm",
            "imageRef": self.names["image"],
            "flavorRef": "42",
            "networks": [{"uuid": self.names["network"]}],
        }
        made = await self.ask("POST", "/compute/v2.1/servers", {"server": wish}, 202)
        self.names["server"] = made["server"]["id"]

    async def act(self, action: dict[str, Any]) -> None:
        await self.ask("POST", f"/compute/v2.1/servers/{self.names['server']}/action", action, 202)

    async def server(self) -> dict[str, Any]:
        found = await self.ask("GET", f"/compute/v2.1/servers/{self.names['server']}")
        return dict(found["server"])

    async def port_id(self) -> str:
        found = await self.ask("GET", f"/network/v2.0/ports?device_id={self.names['server']}")
        return str(found["ports"][0]["id"])

    async def attach_floating_ip(self) -> None:
        wish = {"floating_network_id": self.names["public"], "port_id": await self.port_id()}
        made = await self.ask("POST", "/network/v2.0/floatingips", {"floatingip": wish}, 201)
        self.names["floatingip"] = made["floatingip"]["id"]

    async def detach_floating_ip(self) -> None:
        path = f"/network/v2.0/floatingips/{self.names['floatingip']}"
        await self.ask("PUT", path, {"floatingip": {"port_id": None}})

    async def delete_server(self) -> None:
        await self.ask("DELETE", f"/compute/v2.1/servers/{self.names['server']}", None, 204)
        self.gone = self.names.pop("server")

    async def delete_stored(self, kind: str) -> None:
        """A 'volume' or a 'snapshot'."""
        await self.ask("DELETE", f"/volume/v3/{PROJECT}/{kind}s/{self.names.pop(kind)}", None, 202)

    async def delete_network(self) -> None:
        router, subnet = self.names.pop("router"), self.names.pop("subnet")
        path = f"/network/v2.0/routers/{router}"
        await self.ask("PUT", f"{path}/remove_router_interface", {"subnet_id": subnet})
        await self.ask("DELETE", path, None, 204)
        await self.ask("DELETE", f"/network/v2.0/networks/{self.names.pop('network')}", None, 204)

    async def delete_image(self) -> None:
        await self.ask("DELETE", f"/image/v2/images/{self.names.pop('image')}", None, 204)

    def floating_on_host(self) -> list[str]:
        return [str(ip.floating) for router in self.networks.routers.values() for ip in router.floating]

    async def remove_everything(self) -> None:
        if "floatingip" in self.names:
            path = f"/network/v2.0/floatingips/{self.names.pop('floatingip')}"
            await self.ask("DELETE", path, None, 204)
        if "server" in self.names:
            await self.delete_server()
            await self.settle()
        for kind in ("snapshot", "volume"):
            if kind in self.names:
                await self.delete_stored(kind)
                await self.settle()
        if "network" in self.names:
            await self.delete_network()


Act = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """`before` brings the state about, `act` asks for the change, `check` says what must hold, `also` what else to
    wait for. `steps` are those that the change needs, by reconciler."""

    name: str
    steps: dict[str, tuple[str, ...]]
    act: Act
    check: Act
    before: tuple[Act, ...] = ()
    also: Callable[[Scene], bool] = lambda universe: True
