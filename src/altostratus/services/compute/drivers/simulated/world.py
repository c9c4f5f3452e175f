"""A host that exists in memory only: its machines, disks, base images and power, and what happens to them
from outside.

Owns the state and the physics of it; knows no rules of the driver (fences, idempotency), which are in
`hypervisor.py`. It outlives driver instances, so that a test may kill the control plane and start another
over the same world. Time and randomness are the caller's; nothing happens here between calls except by
`settle`.
"""

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from altostratus.services.compute.driver import (
    BaseImage,
    DriverError,
    HostFacts,
    MachineEvent,
    MachineSpec,
    OffReason,
    Power,
    VolumeDisk,
)
from altostratus.services.compute.drivers.simulated.console import EchoConsole

LOG_LIMIT = 64 * 1024
GIB = 1 << 30


@dataclass(slots=True)
class Machine:
    """One machine and everything of it on the host. `live` is what runs, `spec` what is defined."""

    id: str
    fence: int = 0
    spec: MachineSpec | None = None
    digest: str = ""  # of `spec`
    live: MachineSpec | None = None
    disk: int | None = None  # bytes of the root disk; None: there is none
    base: str = ""  # the image that it rests on
    power: Power = Power.OFF
    off_reason: OffReason | None = OffReason.NEVER_STARTED
    boot_id: str = ""
    ready_at: float | None = None  # while it starts
    deaf: bool = False  # its guest ignores ACPI
    disks: dict[str, VolumeDisk] = field(default_factory=dict)  # volumes that its process has open, by attachment
    leaving: dict[str, float] = field(default_factory=dict)  # when its guest lets go of what it was asked for
    clinging: bool = False  # its guest lets go of no disk
    starts: int = 0
    done: list[str] = field(default_factory=list)
    log: bytearray = field(default_factory=bytearray)
    consoles: list[EchoConsole] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """There is a process, even if it does not run yet."""
        return self.live is not None

    @property
    def plugged(self) -> frozenset[str]:
        """Attachments."""
        return frozenset(self.disks)

    @property
    def defined(self) -> frozenset[str]:
        return frozenset(disk.attachment_id for disk in self.spec.volumes) if self.spec else frozenset()

    @property
    def parts(self) -> list[str]:
        """What there is of it on the host."""
        found = {"process": self.alive, "definition": self.spec, "root disk": self.disk is not None}
        return [name for name, there in found.items() if there]


class World:
    """`start_delay`: seconds (least, most) from the start of a machine until it runs; `detach_delay`: until a guest
    lets go of a disk. `has_bridge` says whether a machine's NIC has a link to be plugged into, `has_volume` whether
    there is a file for a disk; without them it does not start, as on a real host. `refused` are the attempts to
    write to a file to which another machine writes: QEMU refuses, and nobody should have tried."""

    def __init__(
        self,
        clock: Callable[[], float],
        rng: random.Random,
        *,
        hostname: str = "simulated",
        vcpus: int = 4096,
        memory_mb: int = 16 * 1024 * 1024,
        disk_gb: int = 1024 * 1024,
        start_delay: tuple[float, float] = (0.0, 0.0),
        detach_delay: tuple[float, float] = (0.0, 0.0),
        has_bridge: Callable[[str], bool] = lambda _bridge: True,
        has_volume: Callable[[str], bool] = lambda _path: True,
    ) -> None:
        self.clock = clock
        self.rng = rng
        self.start_delay = start_delay
        self.detach_delay = detach_delay
        self.has_bridge = has_bridge
        self.has_volume = has_volume
        self.writers: dict[str, str] = {}  # path -> machine
        self.refused: list[str] = []
        self.reachable = True
        self.machines: dict[str, Machine] = {}
        self.bases: dict[str, BaseImage] = {}
        self.lock = threading.RLock()
        self._size = (hostname, vcpus, memory_mb, disk_gb)
        self._boots = 0
        self._boot_id = self._new_boot_id()
        self._starting: dict[str, None] = {}
        self._listeners: list[Callable[[MachineEvent], None]] = []

    # -- the host ----------------------------------------------------------------------------------------

    @property
    def boot_id(self) -> str:
        return self._boot_id

    def facts(self) -> HostFacts:
        hostname, vcpus, memory_mb, disk_gb = self._size
        used = sum(m.disk or 0 for m in self.machines.values()) // GIB
        return HostFacts(hostname, self._boot_id, vcpus, memory_mb, disk_gb, max(0, disk_gb - used))

    def listen(self, callback: Callable[[MachineEvent], None]) -> Callable[[], None]:
        """Returns what ends it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    def emit(self, machine_id: str, what: str) -> None:
        for listener in list(self._listeners):
            listener(MachineEvent(machine_id, what))

    def settle(self) -> None:
        """Machines whose time to run has come, run; guests whose time to let go of a disk has come, do."""
        with self.lock:
            now = self.clock()
            due = [self.machines[i] for i in self._starting if (self.machines[i].ready_at or 0.0) <= now]
            for machine in due:
                self._come_up(machine)
            for machine in self._letting_go():
                for attachment_id in [i for i, at in machine.leaving.items() if at <= now]:
                    self._unplug(machine, attachment_id)
                    self.emit(machine.id, "device-removed")

    def next_due(self) -> float | None:
        """When `settle` will next have something to do, on the given clock; None: nothing waits."""
        with self.lock:
            starts = (self.machines[i].ready_at or 0.0 for i in self._starting)
            ends = (at for machine in self._letting_go() for at in machine.leaving.values())
            return min((*starts, *ends), default=None)

    # -- what the driver does to a machine ---------------------------------------------------------------

    def start(self, machine: Machine) -> None:
        """Give it a process; it runs after the start delay."""
        spec = machine.spec
        if spec is None:
            raise DriverError(f"machine {machine.id} is not defined")
        for nic in spec.nics:
            if not self.has_bridge(nic.bridge):
                raise DriverError(f"there is no bridge {nic.bridge}")
        for disk in spec.volumes:
            self._require_free(machine, disk)
        for disk in spec.volumes:
            self._open(machine, disk)
        machine.live, machine.boot_id = spec, self._boot_id
        machine.ready_at = self.clock() + self.rng.uniform(*self.start_delay)
        self._starting[machine.id] = None
        self.settle()

    def stop(self, machine: Machine, reason: OffReason) -> None:
        """End its process, if it has one."""
        if not machine.alive:
            return
        self._starting.pop(machine.id, None)
        machine.live = machine.ready_at = None
        for attachment_id in list(machine.disks):
            self._unplug(machine, attachment_id)
        machine.power = Power.CRASHED if reason is OffReason.CRASH else Power.OFF
        machine.off_reason = reason
        if machine.spec is None:  # it was undefined as it ran: with its process its memory of itself goes
            self._forget(machine)
        for console in machine.consoles:
            console.close()
        machine.consoles.clear()
        self.emit(machine.id, "crashed" if reason is OffReason.CRASH else "stopped")

    def undefine(self, machine: Machine) -> None:
        machine.spec = None
        if not machine.alive:
            self._forget(machine)
        self.emit(machine.id, "undefined")

    def remove(self, machine: Machine) -> None:
        self.machines.pop(machine.id, None)

    def press_power_button(self, machine: Machine) -> None:
        """ACPI: a guest that listens powers off at once."""
        if machine.power is Power.RUNNING and not machine.deaf:
            self.stop(machine, OffReason.GUEST)

    def plug(self, machine: Machine, disk: VolumeDisk) -> None:
        """While it runs."""
        self._require_free(machine, disk)
        self._open(machine, disk)

    def ask_to_unplug(self, machine: Machine, attachment_id: str) -> None:
        """A guest that is paused hears it once it runs again."""
        if attachment_id in machine.disks and not machine.clinging and attachment_id not in machine.leaving:
            machine.leaving[attachment_id] = self.clock() + self.rng.uniform(*self.detach_delay)
            self.settle()

    # -- what happens from outside -----------------------------------------------------------------------

    def kill_guest(self, machine_id: str) -> None:
        """Its process dies (`kill -9`, out of memory)."""
        with self.lock:
            self.stop(self.machines[machine_id], OffReason.CRASH)

    def guest_powers_off(self, machine_id: str) -> None:
        with self.lock:
            self.stop(self.machines[machine_id], OffReason.GUEST)

    def undefine_behind_our_back(self, machine_id: str) -> None:
        """As `virsh undefine`: the disks stay, and one that runs goes on running."""
        with self.lock:
            self.undefine(self.machines[machine_id])

    def make_deaf(self, machine_id: str, deaf: bool = True) -> None:
        """Its guest ignores, or heeds again, ACPI requests."""
        with self.lock:
            self.machines[machine_id].deaf = deaf

    def make_clinging(self, machine_id: str, clinging: bool = True) -> None:
        """Its guest lets go of no disk, or does again when it is asked."""
        with self.lock:
            self.machines[machine_id].clinging = clinging

    def reboot_host(self) -> None:
        """Everything stops at once and without a word; the host forgets why each machine was off."""
        with self.lock:
            listeners, self._listeners = self._listeners, []
            for machine in self.machines.values():
                self.stop(machine, OffReason.UNKNOWN)
                if machine.boot_id:
                    machine.power, machine.off_reason = Power.OFF, OffReason.UNKNOWN
            self._listeners = listeners
            self._boot_id = self._new_boot_id()

    # -- for tests -----------------------------------------------------------------------------------------

    def leftovers(self, expected: Iterable[str] = ()) -> list[str]:
        """What is here and should not be, or should be and is not, when just the machines `expected`
        exist."""
        with self.lock:
            return list(self._differences(frozenset(expected)))

    def assert_clean(self, expected: Iterable[str] = ()) -> None:
        """AssertionError unless exactly the machines `expected` are here, each with definition and disk."""
        found = self.leftovers(expected)
        if found:
            raise AssertionError("not a clean slate: " + "; ".join(found))

    def _differences(self, expected: frozenset[str]) -> Iterator[str]:
        for machine in self.machines.values():
            if machine.id not in expected:
                yield f"machine {machine.id} left with {', '.join(machine.parts) or 'nothing but a name'}"
            elif machine.spec is None or (machine.disk is None and machine.spec.image_id):
                yield f"machine {machine.id} has only {', '.join(machine.parts) or 'a name'}"
        yield from self.refused
        for missing in sorted(expected - self.machines.keys()):
            yield f"machine {missing} is missing"

    # -- inside ----------------------------------------------------------------------------------------------

    def _new_boot_id(self) -> str:
        self._boots += 1
        return f"{self.rng.getrandbits(96):024x}{self._boots:08x}"

    def _letting_go(self) -> list[Machine]:
        return [machine for machine in self.machines.values() if machine.leaving and machine.power is Power.RUNNING]

    def _require_free(self, machine: Machine, disk: VolumeDisk) -> None:
        """QEMU's lock: who writes is alone."""
        if not self.has_volume(disk.path):
            raise DriverError(f"there is no file {disk.path}")
        if not disk.readonly and self.writers.get(disk.path, machine.id) != machine.id:
            self.refused.append(f"machine {machine.id} would write to {disk.path}, as {self.writers[disk.path]} does")
            raise DriverError(f"another machine writes to {disk.path}")

    def _open(self, machine: Machine, disk: VolumeDisk) -> None:
        machine.disks[disk.attachment_id] = disk
        if not disk.readonly:
            self.writers[disk.path] = machine.id

    def _unplug(self, machine: Machine, attachment_id: str) -> None:
        disk = machine.disks.pop(attachment_id)
        machine.leaving.pop(attachment_id, None)
        if not disk.readonly:
            del self.writers[disk.path]

    def _come_up(self, machine: Machine) -> None:
        self._starting.pop(machine.id, None)
        machine.ready_at = None
        machine.power, machine.off_reason = Power.RUNNING, None
        machine.starts += 1
        self._boot_log(machine)
        self.emit(machine.id, "started")

    def _forget(self, machine: Machine) -> None:
        """The definition carried these."""
        machine.power, machine.off_reason = Power.OFF, OffReason.UNKNOWN
        machine.boot_id = ""
        machine.done.clear()

    def _boot_log(self, machine: Machine) -> None:
        name = machine.live.name if machine.live else machine.id
        machine.log += (
            f"[    0.000000] Simulated machine {machine.id} at {self._boot_id}\r\n"
            f"[    0.000001] There is nothing behind this console\r\n\r\n{name} login: "
        ).encode(errors="replace")
        del machine.log[:-LOG_LIMIT]
