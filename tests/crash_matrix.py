"""The crash matrix: every step of every reconciler, in a scenario that needs it, with everything that can go wrong.

A scenario brings a simulated cloud into a state, asks for one change through the API, and says what must hold in the
end. For each of its steps the process dies before it or after it, the driver's reply is lost, the driver hangs past
its deadline (and does the work late), or the step runs twice. Time, order and randomness are the seed's. In the end
everything made is deleted again, and nothing may be left: see tests/universe.py.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from altostratus.app.wiring import System
from altostratus.kernel.actor import Actor
from altostratus.kernel.reconcile.loop import CrashPoint
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.testing.crash import CrashAt
from altostratus.kernel.testing.faults import Kind
from altostratus.kernel.testing.loop import Simulation
from altostratus.kernel.tx import Tx
from altostratus.services.compute.store import tables as compute_tables
from altostratus.services.image.store import uploads
from altostratus.services.network.store import tables as network_tables
from tests.universe import BASE, Universe, make_settings

PROJECT = "0123456789abcdef0123456789abcdef"
ADMIN = Actor(user_id="tester", project_id=PROJECT, roles=frozenset({"admin", "member", "reader"}))
SETTLE_SECONDS = 3000.0
OPTIONS = {"unused_base_seconds": 900.0}
MODES = ("dies before", "dies after", "reply lost", "hangs", "twice")
METHODS = {
    "EnsureBase": "ensure_base",
    "EnsureDefined": "ensure_defined",
    "EnsureRunning": "ensure_running",
    "AskShutdown": "request_shutdown",
    "EnsureOff": "ensure_off",
    "Reboot": "reboot",
    "EnsureAbsent": "ensure_absent",
    "EnsureNetwork": "ensure_network",
    "EnsureRouter": "ensure_router",
    "EnsurePort": "ensure_port",
    "RemoveNetwork": "remove_network",
    "RemoveRouter": "remove_router",
    "RemovePort": "remove_port",
    "RemoveBase": "ensure_base_absent",
}
"""The driver's method behind each step that calls one; other steps only write rows."""


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
        super().__init__(simulation, make_settings(data_dir, compute=OPTIONS), authenticate)
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


async def _is(universe: Scene, status: str, power: str) -> None:
    server = await universe.server()
    assert (server["status"], server["OS-EXT-STS:task_state"]) == (status, None), server
    machine = universe.machines.machines[server["id"]]
    assert str(machine.power) == power
    universe.machines.assert_clean([server["id"]])


async def _active(universe: Scene) -> None:
    await _is(universe, "ACTIVE", "running")


async def _shut_off(universe: Scene) -> None:
    await _is(universe, "SHUTOFF", "off")


async def _gone(universe: Scene) -> None:
    await universe.ask("GET", f"/compute/v2.1/servers/{universe.gone}", None, 404)
    universe.machines.assert_clean()


async def _rebooted(universe: Scene) -> None:
    await _active(universe)
    assert universe.machines.machines[universe.names["server"]].starts == 2, "when it was made, and now"


async def _floating(universe: Scene) -> None:
    found = await universe.ask("GET", f"/network/v2.0/floatingips/{universe.names['floatingip']}")
    assert universe.floating_on_host() == [found["floatingip"]["floating_ip_address"]]


async def _not_floating(universe: Scene) -> None:
    assert universe.floating_on_host() == []


async def _no_network(universe: Scene) -> None:
    assert [t for t in universe.networks.leftovers() if universe.names["public"] not in t] == []


async def _no_files(universe: Scene) -> None:
    left = [path for path in (universe.data_dir / "images").rglob("*") if path.is_file()]
    assert left == []


async def _create(universe: Scene) -> None:
    await universe.make_server()


async def _settle(universe: Scene) -> None:
    await universe.settle()


async def _deaf(universe: Scene) -> None:
    universe.machines.make_deaf(universe.names["server"])


async def _stop(universe: Scene) -> None:
    await universe.act({"os-stop": None})


async def _start(universe: Scene) -> None:
    await universe.act({"os-start": None})


async def _reboot(universe: Scene) -> None:
    await universe.act({"reboot": {"type": "HARD"}})


async def _reboot_softly(universe: Scene) -> None:
    await universe.act({"reboot": {"type": "SOFT"}})


async def _lose_rows(universe: Scene) -> None:
    """As after a restore of an old backup: the host has a machine and a port that no row knows."""

    def forget(tx: Tx) -> None:
        port = network_tables.port
        lost = list(tx.sql.execute(select(port.c.id).where(port.c.device_owner == "compute:nova")).scalars())
        for table in (network_tables.port_address, network_tables.port_security_group):
            tx.sql.execute(table.delete().where(table.c.port_id.in_(lost)))
        tx.sql.execute(port.delete().where(port.c.id.in_(lost)))
        tx.sql.execute(compute_tables.server.delete())

    universe.names.pop("server")
    universe.system.db.write_now(forget)


async def _abandon_upload(universe: Scene) -> None:
    """As after an upload whose process died: its lease is there, and half a file."""
    body = {"name": "half", "disk_format": "raw", "container_format": "bare"}
    image = (await universe.ask("POST", "/image/v2/images", body, 201))["id"]
    universe.system.db.write_now(lambda tx: uploads.claim(tx, image, f"{image}.half", 1))
    (universe.data_dir / "images" / f"{image}.half").write_bytes(b"half")
    universe.names["half"] = image


def _upload_is_over(universe: Scene) -> bool:
    dead = universe.system.db.write_now(lambda tx: uploads.files(tx) - {universe.names["half"]})
    return not any(name.endswith(".half") for name in dead)


async def _queued(universe: Scene) -> None:
    found = await universe.ask("GET", f"/image/v2/images/{universe.names['half']}")
    assert found["status"] == "queued"


def _no_orphans(universe: Scene) -> bool:
    return not universe.machines.leftovers() and not universe.networks.ports


def _no_bases(universe: Scene) -> bool:
    return not universe.machines.bases


def _no_image_files(universe: Scene) -> bool:
    return not [path for path in (universe.data_dir / "images").rglob("*") if path.is_file()]


SERVER: tuple[Act, ...] = (_create, _settle)
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "create a server",
            {
                "compute.server": ("Place", "EnsureBase", "EnsureDefined", "EnsureRunning"),
                "network.network": ("EnsureNetwork",),
                "network.port": ("EnsurePort",),
                "network.membership": ("SpreadMembership",),
            },
            _create,
            _active,
        ),
        Scenario(
            "start a server",
            {"compute.server": ("EnsureRunning",)},
            _start,
            _active,
            (*SERVER, _stop, _settle),
        ),
        Scenario("stop a server", {"compute.server": ("AskShutdown",)}, _stop, _shut_off, SERVER),
        Scenario(
            "stop a deaf server",
            {"compute.server": ("AskShutdown", "EnsureOff")},
            _stop,
            _shut_off,
            (*SERVER, _deaf),
        ),
        Scenario(
            "reboot a server",
            {"compute.server": ("Reboot", "FinishVerb")},
            _reboot,
            _rebooted,
            SERVER,
        ),
        Scenario(
            "reboot a server softly",
            {"compute.server": ("AskShutdown", "Reboot", "FinishVerb")},
            _reboot_softly,
            _rebooted,
            SERVER,
        ),
        Scenario(
            "reboot a deaf server softly",
            {"compute.server": ("AskShutdown", "Reboot", "FinishVerb")},
            _reboot_softly,
            _rebooted,
            (*SERVER, _deaf),
        ),
        Scenario(
            "delete a server",
            {
                "compute.server": ("EnsureAbsent", "Forget"),
                "network.port": ("RemovePort",),
                "network.network": ("RemoveNetwork",),
            },
            Scene.delete_server,
            _gone,
            SERVER,
        ),
        Scenario(
            "attach a floating IP",
            {"network.router": ("EnsureRouter",)},
            Scene.attach_floating_ip,
            _floating,
            SERVER,
        ),
        Scenario(
            "detach a floating IP",
            {"network.router": ("EnsureRouter",)},
            Scene.detach_floating_ip,
            _not_floating,
            (*SERVER, Scene.attach_floating_ip, _settle),
        ),
        Scenario(
            "delete a router and its network",
            {"network.router": ("RemoveRouter",)},
            Scene.delete_network,
            _no_network,
            (*SERVER, Scene.delete_server, _settle),
        ),
        Scenario(
            "find orphans",
            {"compute.orphans": ("RemoveOrphan",), "network.orphans": ("RemoveOrphan",)},
            _lose_rows,
            _not_floating,
            SERVER,
            _no_orphans,
        ),
        Scenario(
            "forget the copy of an image",
            {"compute.orphans": ("RemoveBase",)},
            Scene.delete_server,
            _gone,
            SERVER,
            _no_bases,
        ),
        Scenario(
            "delete an image",
            {"image.files": ("RemoveFiles",)},
            Scene.delete_image,
            _no_files,
            (),
            _no_image_files,
        ),
        Scenario(
            "an upload that nobody finishes",
            {"image.files": ("ForgetDeadUploads", "RemoveFiles")},
            _abandon_upload,
            _queued,
            (),
            _upload_is_over,
        ),
    )
}


def _covered() -> dict[str, frozenset[str]]:
    """Step names by reconciler that some scenario needs."""
    found: dict[str, set[str]] = {}
    for scenario in SCENARIOS.values():
        for kind, steps in scenario.steps.items():
            found.setdefault(kind, set()).update(steps)
    return {kind: frozenset(steps) for kind, steps in found.items()}


COVERED = _covered()


def cases() -> list[tuple[str, str, str]]:
    """(scenario, step, mode) for all that can go wrong."""
    return [
        (scenario.name, step, mode)
        for scenario in SCENARIOS.values()
        for steps in scenario.steps.values()
        for step in steps
        for mode in MODES
        if mode in ("dies before", "dies after", "twice") or step in METHODS
    ]


def arm(universe: Scene, step: str, mode: str) -> None:
    """From now on this goes wrong, once."""
    match mode:
        case "dies before":
            universe.crash = CrashAt("before", step)
        case "dies after":
            universe.crash = CrashAt("after", step)
        case "twice":
            universe.twice = step
        case "reply lost" | "hangs":
            kind: Kind = "lost" if mode == "reply lost" else "hang"
            network = step.endswith(("Network", "Router", "Port"))
            faults = universe.network_faults if network else universe.machine_faults
            faults.inject(METHODS[step], kind)


async def run_case(simulation: Simulation, template: Path, data_dir: Path, names: dict[str, str], case: Any) -> Scene:
    """One cell of the matrix, from a copy of the template to a clean slate."""
    scenario = SCENARIOS[case[0]]
    shutil.copytree(template, data_dir)
    universe = Scene(simulation, data_dir, dict(names))
    await universe.live()
    await universe.settle()
    for step in scenario.before:
        await step(universe)
    universe.taken.clear()
    if len(case) == 3:
        arm(universe, case[1], case[2])
    await scenario.act(universe)
    await universe.settle(lambda: scenario.also(universe))
    await scenario.check(universe)
    universe.machine_faults.release()  # what hung does its work late, and must not undo anything
    await universe.settle()
    await scenario.check(universe)
    universe.happened = frozenset(universe.taken)
    universe.twice = None
    await universe.remove_everything()
    await universe.settle()
    universe.assert_clean_slate(universe.names["public"])
    await universe.system.stop()
    return universe
