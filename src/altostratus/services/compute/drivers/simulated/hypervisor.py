"""The Hypervisor over a simulated world: the rules of the protocol, kept strictly.

Owns nothing but its connection: machines are the world's, faults to come are in `Faults`. Safe to call from
many threads. See `world.py` for what can be done to it from outside.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from altostratus.kernel.testing.faults import Faults
from altostratus.services.compute.driver import (
    MAX_VOLUMES,
    BaseImage,
    Capabilities,
    ConsoleStream,
    DriverError,
    FencedOut,
    HostFacts,
    HostUnreachable,
    Impossible,
    MachineEvent,
    MachineSpec,
    Observation,
    OffReason,
    Power,
    VolumeDisk,
)
from altostratus.services.compute.drivers.simulated.console import EchoConsole
from altostratus.services.compute.drivers.simulated.world import GIB, Machine, World

T = TypeVar("T")
DONE_LIMIT = 32
Steps = Generator[None, None, None]  # a change in parts: between two of them the process may die


class SimulatedHypervisor:
    """One driver instance; build another over the same world to stand for a new control plane."""

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        self.world = world
        self.faults = faults or Faults(DriverError)
        self._callback: Callable[[MachineEvent], None] | None = None
        self._unlisten: Callable[[], None] | None = None
        self._consoles: list[EchoConsole] = []

    def capabilities(self) -> Capabilities:
        return Capabilities(virt_type="simulated", hypervisor_type="QEMU", hypervisor_version=7002000)

    def host(self) -> HostFacts:
        return self._read("host", self.world.facts)

    def observe(self, machine_id: str) -> Observation | None:
        def look() -> Observation | None:
            machine = self.world.machines.get(machine_id)
            return _seen(machine, self.world.boot_id) if machine else None

        return self._read("observe", look)

    def observe_all(self) -> list[Observation]:
        return self._read("observe_all", lambda: [_seen(m, self.world.boot_id) for m in self.world.machines.values()])

    def ensure_base(self, image: BaseImage) -> None:
        self._read("ensure_base", lambda: self.world.bases.setdefault(image.id, image))

    def has_base(self, image_id: str) -> bool:
        return self._read("has_base", lambda: image_id in self.world.bases)

    def bases(self) -> set[str]:
        return self._read("bases", lambda: set(self.world.bases))

    def ensure_base_absent(self, image_id: str) -> None:
        def remove() -> None:
            if any(machine.base == image_id for machine in self.world.machines.values()):
                raise DriverError(f"a machine's disk rests on image {image_id}")
            self.world.bases.pop(image_id, None)

        self._read("ensure_base_absent", remove)

    def ensure_defined(self, spec: MachineSpec, fence: int) -> None:
        def steps() -> Steps:
            found = self.world.machines.get(spec.id)
            size = found.disk if found and found.disk is not None else self._root_size(spec)
            machine = self.world.machines.setdefault(spec.id, Machine(spec.id, off_reason=OffReason.UNKNOWN))
            machine.fence = max(fence, machine.fence)
            if machine.disk is None:
                machine.disk, machine.base = size, spec.image_id
            yield
            if machine.spec is None and not machine.alive:
                machine.off_reason = OffReason.NEVER_STARTED
            if machine.spec is None or machine.digest != spec.digest:
                machine.digest = spec.digest
                machine.spec = replace(spec, config_drive=None)  # a thousand of them would not be cheap
                self.world.emit(spec.id, "defined")

        self._change("ensure_defined", spec.id, fence, steps)

    def ensure_running(self, machine_id: str, fence: int) -> None:
        def steps() -> Steps:
            machine = self._defined(machine_id)
            yield
            if not machine.alive:
                self.world.start(machine)
            elif machine.power is Power.PAUSED:
                machine.power = Power.RUNNING

        self._change("ensure_running", machine_id, fence, steps)

    def ensure_paused(self, machine_id: str, fence: int) -> None:
        def steps() -> Steps:
            yield
            machine = self.world.machines.get(machine_id)
            if machine and machine.power is Power.RUNNING:
                machine.power = Power.PAUSED
                self.world.emit(machine_id, "suspended")

        self._change("ensure_paused", machine_id, fence, steps)

    def ensure_attached(self, machine_id: str, disk: VolumeDisk, fence: int) -> None:
        def steps() -> Steps:
            machine = self.world.machines.get(machine_id)
            if machine is None or not machine.alive:
                raise DriverError(f"machine {machine_id} does not run")
            if len(machine.plugged | {disk.attachment_id}) > MAX_VOLUMES:
                raise Impossible("the server has no free slot for another volume: detach one")
            yield
            if disk.attachment_id not in machine.plugged:
                self.world.plug(machine, disk)

        self._change("ensure_attached", machine_id, fence, steps)

    def request_detach(self, machine_id: str, attachment_id: str, fence: int) -> None:
        def steps() -> Steps:
            yield
            if machine := self.world.machines.get(machine_id):
                self.world.ask_to_unplug(machine, attachment_id)

        self._change("request_detach", machine_id, fence, steps)

    def request_shutdown(self, machine_id: str, fence: int) -> None:
        def steps() -> Steps:
            yield
            if machine := self.world.machines.get(machine_id):
                self.world.press_power_button(machine)

        self._change("request_shutdown", machine_id, fence, steps)

    def ensure_off(self, machine_id: str, fence: int) -> None:
        def steps() -> Steps:
            yield
            if machine := self.world.machines.get(machine_id):
                self.world.stop(machine, OffReason.HOST)

        self._change("ensure_off", machine_id, fence, steps)

    def reboot(self, machine_id: str, request_id: str, fence: int) -> None:
        def steps() -> Steps:
            machine = self._defined(machine_id)
            if request_id in machine.done:
                return
            self.world.stop(machine, OffReason.HOST)
            yield
            _remember(machine, request_id)
            self.world.start(machine)

        self._change("reboot", machine_id, fence, steps)

    def ensure_absent(self, machine_id: str, fence: int) -> None:
        def steps() -> Steps:
            machine = self.world.machines.get(machine_id)
            if machine is None:
                return
            self.world.stop(machine, OffReason.HOST)
            self.world.undefine(machine)
            yield
            self.world.remove(machine)

        self._change("ensure_absent", machine_id, fence, steps)

    def console_log(self, machine_id: str, max_bytes: int) -> bytes:
        def tail() -> bytes:
            machine = self.world.machines.get(machine_id)
            return bytes(machine.log[-max_bytes:]) if machine and max_bytes > 0 else b""

        return self._read("console_log", tail)

    def open_console(self, machine_id: str) -> ConsoleStream:
        def connect() -> ConsoleStream:
            machine = self.world.machines.get(machine_id)
            if machine is None or not machine.alive:
                raise DriverError(f"machine {machine_id} does not run")
            for taken_over in machine.consoles:
                taken_over.close()
            console = EchoConsole(b"\r\n# ")
            machine.consoles[:] = [console]
            self._consoles = [c for c in self._consoles if not c.closed] + [console]
            return console

        return self._read("open_console", connect)

    def subscribe(self, callback: Callable[[MachineEvent], None]) -> None:
        if self._callback is not None:
            raise ValueError("subscribed already")
        self._callback = callback
        with self.world.lock:
            self._listen()

    def close(self) -> None:
        self.faults.abandon()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        for console in self._consoles:
            console.close()
        self._consoles.clear()

    # -- inside ----------------------------------------------------------------------------------------------

    def _read(self, method: str, act: Callable[[], T]) -> T:
        def look() -> T:
            with self._connected():
                return act()

        return self.faults.call(method, look)

    def _change(self, method: str, machine_id: str, fence: int, steps: Callable[[], Steps]) -> None:
        def run(whole: bool) -> None:
            with self._connected():
                self._leave_fence(machine_id, fence)
                parts = steps()
                next(parts, None)
                if whole:
                    for _ in parts:
                        pass
                    self._leave_fence(machine_id, fence)

        self.faults.call(method, lambda: run(True), lambda: run(False))

    @contextmanager
    def _connected(self) -> Iterator[None]:
        with self.world.lock:
            if not self.world.reachable:
                raise HostUnreachable("the host does not answer")
            self._listen()
            self.world.settle()
            yield

    def _listen(self) -> None:
        if self._callback is not None and self._unlisten is None:
            self._unlisten = self.world.listen(self._callback)

    def _leave_fence(self, machine_id: str, fence: int) -> None:
        machine = self.world.machines.get(machine_id)
        if machine is None:
            return
        if fence < machine.fence:
            raise FencedOut(f"machine {machine_id} has seen fence {machine.fence}, this call carries {fence}")
        machine.fence = fence

    def _defined(self, machine_id: str) -> Machine:
        machine = self.world.machines.get(machine_id)
        if machine is None or machine.spec is None:
            raise DriverError(f"machine {machine_id} is not defined")
        return machine

    def _root_size(self, spec: MachineSpec) -> int | None:
        if not spec.image_id:
            return None
        base = self.world.bases.get(spec.image_id)
        if base is None:
            raise DriverError(f"this host has no copy of image {spec.image_id}")
        if spec.disk_gb and spec.disk_gb * GIB < base.virtual_size:
            raise Impossible(
                f"the root disk of {spec.disk_gb} GiB is smaller than the image ({base.virtual_size} bytes): "
                "choose a flavor with a larger disk"
            )
        return spec.disk_gb * GIB or base.virtual_size


def _remember(machine: Machine, request_id: str) -> None:
    machine.done.append(request_id)
    del machine.done[:-DONE_LIMIT]


def _seen(machine: Machine, host_boot_id: str) -> Observation:
    plugged = machine.live or machine.spec
    return Observation(
        id=machine.id,
        power=machine.power,
        off_reason=machine.off_reason,
        fence=machine.fence,
        ports=frozenset(nic.port_id for nic in plugged.nics) if plugged else frozenset(),
        done=frozenset(machine.done),
        boot_id=machine.boot_id,
        digest=machine.digest if machine.spec else "",
        host_boot_id=host_boot_id,
        plugged=machine.plugged,
        defined=machine.defined,
    )
