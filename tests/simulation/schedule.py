"""What goes wrong, and when: drawn from the seed, at random points of virtual time."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from altostratus.kernel.testing.faults import Faults, Kind
from altostratus.services.compute.driver import Power
from tests.simulation.cloud import Cloud

LEAST, MOST = 0.5, 8.0
"""Seconds between two events."""
KINDS: tuple[Kind, ...] = ("fail", "torn", "lost", "hang", "hang-after")
MACHINE_CALLS = (
    "*", "host", "observe", "observe_all", "ensure_base", "ensure_defined", "ensure_running", "request_shutdown",
    "ensure_off", "reboot", "ensure_absent", "ensure_paused", "ensure_attached", "request_detach",
)  # fmt: skip
NETWORK_CALLS = (
    "*", "observe", "ensure_network", "ensure_router", "ensure_port", "remove_network", "remove_router", "remove_port",
)  # fmt: skip
STORAGE_CALLS = (
    "*", "observe", "ensure_volume", "ensure_size", "ensure_absent", "ensure_snapshot", "ensure_snapshot_absent",
    "ensure_connected", "ensure_disconnected",
)  # fmt: skip


class Schedule:
    """Torments a cloud until it is told to stop."""

    def __init__(self, cloud: Cloud, rng: random.Random) -> None:
        self._cloud = cloud
        self._rng = rng
        self._events: dict[Callable[[], Awaitable[None]], int] = {
            self._machine_fault: 6,
            self._network_fault: 6,
            self._storage_fault: 6,
            self._bad_times: 1,
            self._twice: 3,
            self._wake_late: 3,
            self._guest_powers_off: 3,
            self._guest_crashes: 3,
            self._guest_writes: 12,
            self._guest_clings: 2,
            self._guest_is_deaf: 2,
            self._host_is_silent: 1,
            self._storage_is_silent: 1,
            self._host_is_fenced: 1,
            self._host_is_damaged: 2,
            self._cloud_dies: 9,
            self._cloud_stops: 1,
            self._host_reboots: 1,
        }

    async def run(self, over: Callable[[], bool]) -> None:
        while not over():
            await asyncio.sleep(self._rng.uniform(LEAST, MOST))
            [event] = self._rng.choices(list(self._events), list(self._events.values()))
            await event()

    def calm(self) -> None:
        """From now on nothing goes wrong; what hangs acts, late."""
        self._note("calm")
        self._cloud.machines.reachable = True
        self._cloud.storage.reachable = True
        self._cloud.doubles.left = 0
        self._cloud.network_faults.clear()
        self._cloud.machine_faults.clear()
        self._cloud.storage_faults.clear()

    def _note(self, what: str) -> None:
        self._cloud.trace.note("fate", what)

    async def _machine_fault(self) -> None:
        self._plan(self._cloud.machine_faults, MACHINE_CALLS, "hypervisor")

    async def _network_fault(self) -> None:
        self._plan(self._cloud.network_faults, NETWORK_CALLS, "network")

    async def _storage_fault(self) -> None:
        self._plan(self._cloud.storage_faults, STORAGE_CALLS, "storage")

    def _plan(self, faults: Faults, calls: tuple[str, ...], name: str) -> None:
        method, kind = self._rng.choice(calls), self._rng.choice(KINDS)
        times, after = self._rng.choice((1, 1, 2, 5)), self._rng.randint(0, 3)
        self._note(f"{name}.{method} will {kind} {times} times after {after}")
        faults.inject(method, kind, times, after)

    async def _bad_times(self) -> None:
        """For a while anything may go wrong."""
        cloud = self._cloud
        things = (
            ("hypervisor", cloud.machine_faults),
            ("network", cloud.network_faults),
            ("storage", cloud.storage_faults),
        )
        name, faults = self._rng.choice(things)
        self._note(f"bad times for the {name}")
        faults.chaos(random.Random(self._rng.random()), 0.3, KINDS)
        await asyncio.sleep(self._rng.uniform(5, 20))
        faults.chaos(self._rng, 0.0)
        self._note("bad times are over")

    async def _twice(self) -> None:
        self._cloud.doubles.left = self._rng.randint(1, 5)
        self._note(f"{self._cloud.doubles.left} calls will act twice")

    async def _wake_late(self) -> None:
        """What hangs acts now, after all."""
        self._note("what hangs acts")
        self._cloud.machine_faults.release()
        self._cloud.network_faults.release()
        self._cloud.storage_faults.release()

    def _guest(self) -> str | None:
        """A machine that runs."""
        running = [m.id for m in self._cloud.machines.machines.values() if m.power is Power.RUNNING]
        return self._rng.choice(running) if running else None

    async def _guest_powers_off(self) -> None:
        if guest := self._guest():
            self._note(f"guest {guest} powers off")
            self._cloud.off_at[guest] = asyncio.get_running_loop().time()
            self._cloud.machines.guest_powers_off(guest)

    async def _guest_crashes(self) -> None:
        if guest := self._guest():
            self._note(f"guest {guest} crashes")
            self._cloud.machines.kill_guest(guest)

    async def _guest_is_deaf(self) -> None:
        if guest := self._guest():
            deaf = not self._cloud.machines.machines[guest].deaf
            self._note(f"guest {guest} {'ignores' if deaf else 'heeds'} the power button")
            self._cloud.machines.make_deaf(guest, deaf)

    async def _guest_writes(self) -> None:
        """Each to each of its disks."""
        for machine in self._cloud.machines.machines.values():
            for disk in machine.disks.values() if machine.power is Power.RUNNING else ():
                self._cloud.guest_writes(disk.volume_id)

    async def _guest_clings(self) -> None:
        if guest := self._guest():
            clinging = not self._cloud.machines.machines[guest].clinging
            self._note(f"guest {guest} {'keeps its disks' if clinging else 'lets go of disks'}")
            self._cloud.machines.make_clinging(guest, clinging)

    async def _storage_is_silent(self) -> None:
        self._note("the storage does not answer")
        self._cloud.storage.reachable = False
        await asyncio.sleep(self._rng.uniform(1, 30))
        self._cloud.storage.reachable = True
        self._note("the storage answers again")

    async def _host_is_fenced(self) -> None:
        """An operator switches it off, says so, and only when it has been switched on again takes that back."""
        self._note("the host is switched off")
        self._cloud.was_fenced = True
        self._cloud.reboot_host()
        self._cloud.machines.reachable = False
        self._cloud.machine_faults._hanging.clear()
        await self._cloud.force_down(True)
        await asyncio.sleep(self._rng.uniform(1, 60))
        self._cloud.machines.reachable = True
        await self._cloud.force_down(False)
        self._note("the host is switched on again")

    async def _host_is_silent(self) -> None:
        """libvirt does not answer for a while."""
        self._note("the host does not answer")
        self._cloud.machines.reachable = False
        await asyncio.sleep(self._rng.uniform(1, 30))
        self._cloud.machines.reachable = True
        self._note("the host answers again")

    async def _host_is_damaged(self) -> None:
        """Somebody deletes what the network driver made."""
        world = self._cloud.networks
        harms = [
            *((world.remove_bridge, each) for each in world.networks),
            *((world.kill_dhcp, each) for each in world.networks),
            *((world.remove_router_namespace, each) for each in world.routers),
            *((world.flush_filter, each) for each in world.ports),
        ]
        if harms:
            harm, thing = self._rng.choice(harms)
            self._note(f"{harm.__name__} {thing}")
            harm(thing)

    async def _cloud_dies(self) -> None:
        """At once, or right after one of the next transactions."""
        if self._rng.random() < 0.7:
            self._cloud.die_after(self._rng.randint(1, 8))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._cloud.dying.wait(), 10)
        await self._cloud.die()
        await asyncio.sleep(self._rng.uniform(0, 5))
        await self._cloud.live()

    async def _cloud_stops(self) -> None:
        """In good order, and starts again, say for an upgrade."""
        await self._cloud.stop()
        await self._cloud.live()

    async def _host_reboots(self) -> None:
        """With the cloud on it, or beneath one that runs elsewhere."""
        dies = self._rng.random() < 0.5
        if dies:
            await self._cloud.die()
        self._cloud.reboot_host()
        if dies:
            await asyncio.sleep(self._rng.uniform(0, 30))
            await self._cloud.live()
