"""The cloud under simulation: requests reach it while it lives, and everything that happens goes into the trace."""

import asyncio
import random
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

import httpx

from altostratus.kernel.actor import Actor
from altostratus.kernel.db.database import Run
from altostratus.kernel.testing.faults import Faults
from altostratus.kernel.testing.loop import Simulation
from altostratus.services.compute.listeners.machine_events import MachineEvents
from altostratus.services.network.driver import DriverError as NetworkError
from altostratus.services.volume.drivers.simulated.world import Content
from tests.simulation.drivers import Doubles, Recorded
from tests.simulation.trace import Trace, short
from tests.universe import Universe, make_settings

PROJECTS = tuple(letter * 32 for letter in "abc")
ADMIN = Actor(user_id="admin", project_id="0" * 32, roles=frozenset({"admin", "member", "reader"}))
ACTORS = {
    "admin": ADMIN,
    **{p[0]: Actor(user_id=f"user-{p[0]}", project_id=p, roles=frozenset({"member", "reader"})) for p in PROJECTS},
}
"""By token; that of a project is its first letter."""
QUOTAS: dict[str, dict[str, Any]] = {
    "compute": {"instances": 5},
    "volume": {"volumes": 8, "snapshots": 5, "copy_seconds": 60.0, "orphan_seconds": 600.0},
    "network": {"quota_floatingip": 3, "quota_network": 4, "quota_router": 2, "quota_security_group": 4},
}
NO_HEADERS: Mapping[str, str] = {}
SLOWEST = 0.6
"""Seconds from a client to the cloud, and as many back, at most."""


class Violation(AssertionError):
    """Something that must hold does not."""


class Lost(Exception):
    """The cloud died before it answered: nobody knows whether it acted."""


async def authenticate(token: str) -> Actor | None:
    """No passwords are hashed in a simulation."""
    return ACTORS.get(token)


class Cloud(Universe):
    """`up` is set while it serves. `lives` counts control planes. `broken` is what was seen to be wrong where nobody
    could say so."""

    def __init__(self, simulation: Simulation, data_dir: Path, trace: Trace) -> None:
        super().__init__(simulation, make_settings(data_dir, **QUOTAS), authenticate)
        self.trace = trace
        self.up = asyncio.Event()
        self.doubles = Doubles()
        self.broken: list[str] = []
        self.off_at: dict[str, float] = {}
        """When the guest of a server last powered itself off."""
        self.unplugged: set[str] = set()
        """Ports that were deleted while their servers ran: these keep them, without filters, until they start anew."""
        self.written: dict[str, list[str]] = {}
        """What guests have written to each volume."""
        self.snapped: dict[str, Content] = {}
        """What each snapshot held when it was first seen."""
        self.was_fenced = False
        self.machines.detach_delay = (0.0, 6.0)
        self.dying = asyncio.Event()
        self._commits_left = 0
        self._wire = random.Random(f"{simulation.seed}/wire")
        self._flying: list[asyncio.Task[httpx.Response]] = []
        self._events: list[MachineEvents] = []

    def drivers(self) -> dict[str, Any]:
        """What hangs in the network driver dies with its process; what hangs in libvirt may act all the same."""
        self.network_faults = Faults(NetworkError)
        return {
            name: Recorded(driver, name, self.trace, self.doubles, self._look)
            for name, driver in super().drivers().items()
        }

    async def live(self) -> None:
        await super().live()
        self.trace.note("cloud", f"life {self.lives} begins")
        for task in self.system._tasks:  # the loop's lag is no matter here, and costs much
            task.cancel()
        listeners = [listener for service in self.system.services for listener in service.listeners]
        self._events = [listener for listener in listeners if isinstance(listener, MachineEvents)]
        for listener in self._events:
            await listener.start()
        self._http = self.client_as("", "")
        self.dying.clear()
        self._count_commits()
        self.up.set()

    def die_after(self, commits: int) -> None:
        """Dies right after so many more transactions while somebody waits for an answer: before anybody hears that the
        last one was committed."""
        self._commits_left = commits

    def _count_commits(self) -> None:
        backend: Any = self.system.db._backend
        original = backend.write

        async def write(run: Run[Any]) -> Any:
            result = await original(run)
            if self._commits_left and self._flying:
                self._commits_left -= 1
                if self._commits_left == 0:
                    self._cut()
            return result

        backend.write = write

    async def die(self) -> None:
        """Requests under way are cut off with it."""
        if not self.dying.is_set():
            self._cut()
        self._commits_left = 0
        await super().die()

    def _cut(self) -> None:
        """From now on nothing of this life acts, or answers."""
        self.trace.note("cloud", f"life {self.lives} ends")
        self.up.clear()
        self.dying.set()
        assert self.system.engine
        self.system.engine.abandon()
        for listener in self._events:
            listener._loop = None
            for task in listener._tasks:
                task.cancel()
        for request in self._flying:
            request.cancel()
        self._flying.clear()
        self.machines._listeners.clear()

    async def stop(self) -> None:
        """In good order: what was asked is answered, no more is taken on."""
        self.trace.note("cloud", f"life {self.lives} stops")
        self.up.clear()
        if self._flying:
            await asyncio.wait(self._flying)
        for listener in self._events:
            await listener.stop()
        await self.system.stop()

    async def ask(
        self, who: str, token: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Any:
        """(status, decoded body or None); Lost when the cloud dies meanwhile. Waits while it is down."""
        while not self.up.is_set():  # it may be dead again by the time that we hear
            await self.up.wait()
        options = {} if body is None else {"json": body}
        self.trace.note(who, f"{method} {path} {'' if body is None else body}")
        sent = self._http.request(method, path, headers={"X-Auth-Token": token, **headers}, **options)
        task = asyncio.ensure_future(self._travel(sent))
        self._flying.append(task)
        await asyncio.wait([task])
        if task.cancelled():
            self.trace.note(who, f"{method} {path}: no answer")
            raise Lost(f"{method} {path}")
        if task in self._flying:
            self._flying.remove(task)
        answer = task.result()
        self.trace.note(who, f"{method} {path}: {answer.status_code} {_words(answer)}")
        return answer.status_code, answer.json() if answer.content else None

    async def _travel(self, sent: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        """There and back takes a while: the cloud may die before it hears, or before its answer arrives."""
        try:
            await asyncio.sleep(self._wire.uniform(0, SLOWEST))
        except asyncio.CancelledError:
            sent.close()
            raise
        answer = await sent
        await asyncio.sleep(self._wire.uniform(0, SLOWEST))
        return answer

    def require(self, truth: Any, otherwise: str) -> None:
        """Violation unless it is true."""
        if not truth:
            raise Violation(otherwise)

    def note_broken(self, what: str) -> None:
        if what not in self.broken:
            self.trace.note("cloud", f"BROKEN {what}")
            self.broken.append(what)

    def reboot_host(self) -> None:
        """Everything that ran on it is off, and nothing of the networks is left."""
        self.trace.note("fate", "the host reboots")
        self.machines.reboot_host()
        self.networks.reboot()

    def guest_writes(self, volume_id: str) -> None:
        """To a disk that it has."""
        written = self.written.setdefault(volume_id, [])
        written.append(f"{volume_id[:8]} {len(written)}")
        self.storage.write(volume_id, written[-1])

    def may_fail(self, server: Mapping[str, Any]) -> bool:
        """As there was no host for it, while the only one was fenced."""
        return self.was_fenced and "No valid host" in server.get("fault", {}).get("message", "")

    async def force_down(self, down: bool) -> None:
        """Say that nothing runs on the host any more, or that it may."""
        path, headers = "/compute/v2.1/os-services", {"OpenStack-API-Version": "compute 2.53"}
        _, found = await self.ask("admin", "admin", "GET", path, None, headers)
        [service] = found["services"]
        status, _ = await self.ask("admin", "admin", "PUT", f"{path}/{service['id']}", {"forced_down": down}, headers)
        self.require(status == 200, f"forced_down {down} is answered {status}")

    def _look(self) -> None:
        self._look_at_machines()
        self._look_at_storage()

    def _look_at_storage(self) -> None:
        """Each volume is open in one machine at most, which the storage has let in; what guests wrote is there."""
        allowed = self.storage.connections()
        for machine in self.machines.machines.values():
            for disk in machine.disks.values():
                if allowed.get(disk.volume_id, ("", ""))[0] != disk.attachment_id:
                    self.note_broken(f"{machine.id} has {disk} open, and {allowed.get(disk.volume_id)} was let in")
        for what in self.machines.refused:
            self.note_broken(what)
        for volume_id, written in self.written.items():
            volume = self.storage.volumes.get(volume_id)
            if volume and volume.size and list(volume.content[-len(written) :]) != written:
                self.note_broken(f"{volume} has not all of {written}")
        for snapshot in self.storage.snapshots.values():
            if self.snapped.setdefault(snapshot.id, snapshot.content) != snapshot.content:
                self.note_broken(f"{snapshot} has changed: it was {self.snapped[snapshot.id]}")

    def _look_at_machines(self) -> None:
        """No guest runs without the filters of its ports."""
        for machine in self.machines.machines.values():
            for nic in machine.live.nics if machine.live else ():
                if nic.port_id not in self.networks.ports and nic.port_id not in self.unplugged:
                    self.note_broken(f"{machine.id} runs, and there is no filter for its port {nic.port_id}")


def _words(answer: httpx.Response) -> str:
    """A refusal's words; else a stand-in for the content."""
    return answer.text[:200] if answer.status_code >= 400 else short(answer.text)
