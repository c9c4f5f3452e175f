"""What every Hypervisor promises, tried by random sequences of calls, repeats, old fences and meddling from
outside.

A model says what `observe` must answer after each; the simulated driver and libvirt are held to the same
model.
"""

import os
import random
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from altostratus.services.compute.driver import (
    MAX_VOLUMES,
    BaseImage,
    DriverError,
    FencedOut,
    Hypervisor,
    Impossible,
    MachineEvent,
    MachineSpec,
    Nic,
    Observation,
    OffReason,
    Power,
    VolumeDisk,
)
from altostratus.services.compute.drivers.simulated.hypervisor import SimulatedHypervisor
from altostratus.services.compute.drivers.simulated.world import World

BRIDGE = "altocontract0"
IMAGE = "blank"


class SimulatedHost:
    """A world in memory, and what can happen to it."""

    guests_listen = True

    def __init__(self) -> None:
        self.world = World(lambda: 0.0, random.Random(1))

    def driver(self) -> Hypervisor:
        return SimulatedHypervisor(self.world)

    def image(self) -> BaseImage:
        return BaseImage(IMAGE, Path("/none"), "raw", 1 << 20)

    def volume(self, name: str) -> str:
        return f"/{name}"

    def boot_id(self) -> str:
        return self.world.boot_id

    def kill(self, machine_id: str) -> None:
        self.world.kill_guest(machine_id)

    def undefine(self, machine_id: str) -> None:
        self.world.undefine_behind_our_back(machine_id)

    def reboot(self) -> None:
        self.world.reboot_host()

    def leftovers(self) -> list[str]:
        self.world.refused.clear()
        return self.world.leftovers() + list(self.world.writers)

    def end(self) -> None:
        pass


class LibvirtHost:
    """This host's libvirt, with machines that have a blank disk and so never boot."""

    guests_listen = False
    """Nothing in them hears of a power button, nor of a disk that is to go."""

    def __init__(self) -> None:
        import libvirt

        self._folder = tempfile.TemporaryDirectory(prefix="alto-contract-", dir="/var/tmp")
        self.root = Path(self._folder.name)
        self.root.chmod(0o711)
        (self.root / "blank.img").write_bytes(bytes(1 << 20))
        self._gone = libvirt.libvirtError
        self._connection = libvirt.open("qemu:///system")
        self._boots = 0
        subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)

    def driver(self) -> Hypervisor:
        from altostratus.services.compute.drivers.libvirt.hypervisor import LibvirtHypervisor

        return LibvirtHypervisor(self.root / "data", "qemu", boot_id=self.boot_id)

    def image(self) -> BaseImage:
        return BaseImage(IMAGE, self.root / "blank.img", "raw", 1 << 20)

    def volume(self, name: str) -> str:
        path = self.root / name
        if not path.exists():
            path.write_bytes(bytes(1 << 20))
        return str(path)

    def boot_id(self) -> str:
        return f"boot-{self._boots}"

    def kill(self, machine_id: str) -> None:
        domain = self._connection.lookupByUUIDString(machine_id)
        os.kill(int(Path(f"/run/libvirt/qemu/{domain.name()}.pid").read_text()), signal.SIGKILL)
        wait_until(lambda: machine_id not in self._active())

    def undefine(self, machine_id: str) -> None:
        self._connection.lookupByUUIDString(machine_id).undefine()

    def reboot(self) -> None:
        for domain in self._ours():
            if domain.isActive():
                domain.destroy()
        self._boots += 1

    def leftovers(self) -> list[str]:
        names = [domain.name() for domain in self._ours()]
        files = [str(path) for path in (self.root / "data" / "machines").iterdir()]
        taps = [path.name for path in Path(f"/sys/class/net/{BRIDGE}/brif").iterdir()]
        return names + files + taps

    def end(self) -> None:
        for domain in self._ours():
            if domain.isActive():
                domain.destroy()
            if domain.isPersistent():
                domain.undefine()
        self._connection.close()
        subprocess.run(["ip", "link", "del", BRIDGE], check=True)
        self._folder.cleanup()

    def _ours(self) -> Iterator[Any]:
        for domain in self._connection.listAllDomains():
            with suppress(self._gone):  # since it was listed
                if str(self.root) in domain.XMLDesc():
                    yield domain

    def _active(self) -> set[str]:
        return {domain.UUIDString() for domain in self._ours() if domain.isActive()}


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.02)


@dataclass
class Expected:
    """What must be seen of one machine that has at least a disk."""

    spec: MachineSpec
    fence: int
    defined: bool = False
    live: MachineSpec | None = None
    reason: OffReason = OffReason.UNKNOWN
    boot_id: str = ""
    done: list[str] = field(default_factory=list)
    plugged: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    paused: bool = False
    rests: bool = False  # its root disk, on the image

    def define(self, spec: MachineSpec) -> None:
        if not self.defined and self.live is None:
            self.reason = OffReason.NEVER_STARTED
        self.spec, self.defined, self.rests = spec, True, self.rests or bool(spec.image_id)

    def start(self, boot_id: str) -> None:
        if self.live is None:
            self.live, self.boot_id = self.spec, boot_id
            self.plugged = {disk.attachment_id for disk in self.spec.volumes}

    def resume(self) -> None:
        """Its guest hears of what it was asked meanwhile."""
        self.paused, self.plugged, self.asked = False, self.plugged - self.asked, set()

    def stop(self, reason: OffReason) -> None:
        if self.live is not None:
            self.live, self.reason, self.plugged, self.asked, self.paused = None, reason, set(), set(), False
            if not self.defined:
                self.forget()

    def undefine(self) -> None:
        self.defined = False
        if self.live is None:
            self.forget()

    def forget(self) -> None:
        self.reason, self.boot_id, self.done = OffReason.UNKNOWN, "", []

    def observation(self, host_boot_id: str) -> Observation:
        plugged = self.live or (self.spec if self.defined else None)
        crashed = self.live is None and self.reason is OffReason.CRASH
        off = Power.CRASHED if crashed else Power.OFF
        return Observation(
            id=self.spec.id,
            power=(Power.PAUSED if self.paused else Power.RUNNING) if self.live else off,
            off_reason=None if self.live else self.reason,
            fence=self.fence,
            ports=frozenset(nic.port_id for nic in plugged.nics) if plugged else frozenset(),
            done=frozenset(self.done),
            boot_id=self.boot_id,
            digest=self.spec.digest if self.defined else "",
            host_boot_id=host_boot_id,
            plugged=frozenset(self.plugged),
            defined=frozenset(disk.attachment_id for disk in self.spec.volumes) if self.defined else frozenset(),
        )


slots = st.integers(0, 1)
more = st.integers(0, 1)
numbers = st.integers(0, 2)
BOOTS_FROM_VOLUME = 3
requests = st.sampled_from(["request-a", "request-b"])


class HypervisorContract(RuleBasedStateMachine):
    """`make_host` is set by subclasses."""

    make_host: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.host = type(self).make_host()
        self.ids = [str(uuid.uuid4()), str(uuid.uuid4())]
        self.expected: dict[str, Expected] = {}
        self.driver: Hypervisor = self.host.driver()

    @initialize()
    def has_image(self) -> None:
        assert not self.driver.has_base(IMAGE)
        with pytest.raises(DriverError):
            self.driver.ensure_defined(self.spec(0, 0), 1)
        self.driver.ensure_base(self.host.image())
        self.driver.ensure_base(self.host.image())
        assert self.driver.has_base(IMAGE)

    @rule()
    def base_goes_unless_a_disk_rests_on_it(self) -> None:
        assert self.driver.bases() == {IMAGE}
        self.driver.ensure_base_absent("another")
        if any(expected.rests for expected in self.expected.values()):
            with pytest.raises(DriverError):
                self.driver.ensure_base_absent(IMAGE)
        else:
            self.driver.ensure_base_absent(IMAGE)
            self.driver.ensure_base_absent(IMAGE)
            assert self.driver.bases() == set()
            self.driver.ensure_base(self.host.image())
        assert self.driver.has_base(IMAGE)

    def spec(self, slot: int, variant: int) -> MachineSpec:
        tap = f"altoc{self.ids[slot][:8]}"
        nic = Nic(str(uuid.uuid5(uuid.NAMESPACE_URL, tap)), f"fa:16:3e:00:00:0{slot}", BRIDGE, tap, 1400)
        nics, drive = ((), None) if variant == 0 else ((nic,), b"\x01" * 4096)
        spec = MachineSpec(self.ids[slot], f"n{variant}", "project", 1, 64, 1, IMAGE, nics, drive)
        if variant == BOOTS_FROM_VOLUME:
            return replace(spec, image_id="", volumes=(replace(self.disk(slot, 0), device="vda", boot_index=0),))
        return replace(spec, volumes=tuple(self.disk(slot, number) for number in range(variant)))

    def disk(self, slot: int, number: int) -> VolumeDisk:
        """The last is the same file for both machines, which no two can write to; so it is read."""
        name = f"volume-{slot}-{number}" if number < 2 else "shared"
        attachment_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.ids[slot]}/{number}"))
        device, readonly = "vd" + "cde"[number], number == 2
        return VolumeDisk(attachment_id, name, device, self.host.volume(name), "raw", readonly=readonly)

    def change(self, slot: int, raised: int, call: Callable[[int], None]) -> Expected | None:
        """Make the call, with a fence that may be newer, twice: the second must change nothing. Before it, an
        old fence must be refused and change nothing either."""
        expected = self.expected.get(self.ids[slot])
        if expected:
            self.is_as_expected()
            with pytest.raises(FencedOut):
                call(expected.fence - 1)
            self.is_as_expected()
            expected.fence += raised
        fence = expected.fence if expected else 7
        call(fence)
        first = self.driver.observe(self.ids[slot])
        call(fence)
        assert self.driver.observe(self.ids[slot]) == first
        return expected

    @rule(slot=slots, raised=more, variant=st.integers(0, BOOTS_FROM_VOLUME))
    def define(self, slot: int, raised: int, variant: int) -> None:
        spec = self.spec(slot, variant)
        expected = self.change(slot, raised, lambda fence: self.driver.ensure_defined(spec, fence))
        expected = expected or self.expected.setdefault(spec.id, Expected(spec, 7))
        expected.define(spec)

    @rule(slot=slots, raised=more)
    def run(self, slot: int, raised: int) -> None:
        machine_id = self.ids[slot]
        if not self.is_defined(slot):
            with pytest.raises(DriverError):
                self.driver.ensure_running(machine_id, self.fence(slot))
            return
        expected = self.change(slot, raised, lambda fence: self.driver.ensure_running(machine_id, fence))
        assert expected
        expected.start(self.host.boot_id())
        expected.resume()

    @rule(slot=slots, raised=more)
    def pause(self, slot: int, raised: int) -> None:
        expected = self.change(slot, raised, lambda fence: self.driver.ensure_paused(self.ids[slot], fence))
        if expected:
            expected.paused = expected.live is not None

    @rule(slot=slots, raised=more, number=numbers)
    def attach(self, slot: int, raised: int, number: int) -> None:
        disk, expected = self.disk(slot, number), self.expected.get(self.ids[slot])
        if expected is None or expected.live is None:
            with pytest.raises(DriverError):
                self.driver.ensure_attached(self.ids[slot], disk, self.fence(slot))
            return
        self.change(slot, raised, lambda fence: self.driver.ensure_attached(self.ids[slot], disk, fence))
        expected.plugged.add(disk.attachment_id)

    @rule(slot=slots, raised=more, number=numbers)
    def detach(self, slot: int, raised: int, number: int) -> None:
        attachment_id = self.disk(slot, number).attachment_id
        expected = self.change(
            slot, raised, lambda fence: self.driver.request_detach(self.ids[slot], attachment_id, fence)
        )
        if expected and self.host.guests_listen and attachment_id in expected.plugged:
            expected.asked.add(attachment_id)
            if not expected.paused:
                expected.resume()

    @rule(slot=slots, raised=more)
    def turn_off(self, slot: int, raised: int) -> None:
        expected = self.change(slot, raised, lambda fence: self.driver.ensure_off(self.ids[slot], fence))
        if expected:
            expected.stop(OffReason.HOST)

    @rule(slot=slots, raised=more)
    def ask_to_shut_down(self, slot: int, raised: int) -> None:
        expected = self.change(slot, raised, lambda fence: self.driver.request_shutdown(self.ids[slot], fence))
        if expected and self.host.guests_listen and not expected.paused:
            expected.stop(OffReason.GUEST)

    @rule(slot=slots, raised=more, request=requests)
    def reboot(self, slot: int, raised: int, request: str) -> None:
        machine_id = self.ids[slot]
        if not self.is_defined(slot):
            with pytest.raises(DriverError):
                self.driver.reboot(machine_id, request, self.fence(slot))
            return
        expected = self.change(slot, raised, lambda fence: self.driver.reboot(machine_id, request, fence))
        assert expected
        if request not in expected.done:
            expected.done.append(request)
            expected.stop(OffReason.HOST)
            expected.start(self.host.boot_id())

    @rule(slot=slots, raised=more)
    def remove(self, slot: int, raised: int) -> None:
        machine_id = self.ids[slot]
        expected = self.expected.get(machine_id)
        if expected:
            with pytest.raises(FencedOut):
                self.driver.ensure_absent(machine_id, expected.fence - 1)
            self.is_as_expected()
        for _ in range(2):
            self.driver.ensure_absent(machine_id, self.fence(slot) + raised)
            assert self.driver.observe(machine_id) is None
        assert self.driver.console_log(machine_id, 1000) == b""
        self.expected.pop(machine_id, None)

    @rule(slot=slots)
    def open_console(self, slot: int) -> None:
        expected = self.expected.get(self.ids[slot])
        if expected is None or expected.live is None:
            with pytest.raises(DriverError):
                self.driver.open_console(self.ids[slot])
            return
        console = self.driver.open_console(self.ids[slot])
        console.close()
        console.close()
        while console.read():
            pass

    @precondition(lambda self: any(e.live for e in self.expected.values()))
    @rule()
    def kill(self) -> None:
        machine_id, expected = next((i, e) for i, e in self.expected.items() if e.live)
        self.host.kill(machine_id)
        expected.stop(OffReason.CRASH)

    @precondition(lambda self: any(e.defined for e in self.expected.values()))
    @rule()
    def undefine(self) -> None:
        machine_id, expected = next((i, e) for i, e in self.expected.items() if e.defined)
        self.host.undefine(machine_id)
        expected.undefine()

    @rule()
    def reboot_host(self) -> None:
        self.host.reboot()
        for expected in self.expected.values():
            expected.stop(OffReason.UNKNOWN)
            if expected.boot_id:
                expected.reason = OffReason.UNKNOWN

    @rule()
    def restart_control_plane(self) -> None:
        self.driver.close()
        self.driver = self.host.driver()

    @rule()
    def lose_connection(self) -> None:
        self.driver.close()
        self.driver.close()

    @invariant()
    def is_as_expected(self) -> None:
        seen = {observation.id: observation for observation in self.driver.observe_all()}
        now = self.host.boot_id()
        assert {i: seen[i] for i in self.ids if i in seen} == {i: e.observation(now) for i, e in self.expected.items()}
        for machine_id in self.ids:
            assert self.driver.observe(machine_id) == seen.get(machine_id)

    def is_defined(self, slot: int) -> bool:
        expected = self.expected.get(self.ids[slot])
        return expected is not None and expected.defined

    def fence(self, slot: int) -> int:
        expected = self.expected.get(self.ids[slot])
        return expected.fence if expected else 1

    def teardown(self) -> None:
        try:
            for slot in (0, 1):
                self.driver.ensure_absent(self.ids[slot], self.fence(slot))
            assert self.host.leftovers() == []
        finally:
            self.driver.close()
            self.host.end()


class SimulatedContract(HypervisorContract):
    make_host = SimulatedHost


class LibvirtContract(HypervisorContract):
    make_host = LibvirtHost


class TestSimulated(SimulatedContract.TestCase):
    settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


@pytest.mark.live
class TestLibvirt(LibvirtContract.TestCase):
    settings = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


HOSTS = [SimulatedHost, pytest.param(LibvirtHost, marks=pytest.mark.live)]


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest) -> Iterator[Any]:
    made = request.param()
    yield made
    made.end()


def test_a_change_is_told_to_who_subscribed_also_after_the_connection_was_lost(host: Any) -> None:
    driver, told = host.driver(), []
    driver.subscribe(told.append)
    driver.ensure_base(host.image())
    machine_id = str(uuid.uuid4())
    driver.ensure_defined(MachineSpec(machine_id, "n", "p", 1, 64, 1, IMAGE), 1)
    wait_until(lambda: MachineEvent(machine_id, "defined") in told)
    driver.close()
    driver.ensure_running(machine_id, 1)
    wait_until(lambda: MachineEvent(machine_id, "started") in told)
    driver.ensure_absent(machine_id, 1)
    wait_until(lambda: MachineEvent(machine_id, "undefined") in told)
    assert host.leftovers() == []
    driver.close()


def test_two_machines_never_write_to_one_file(host: Any) -> None:
    driver = host.driver()
    driver.ensure_base(host.image())
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    disk = VolumeDisk("a-1", "v", "vdb", host.volume("v"), "raw")
    driver.ensure_defined(MachineSpec(first, "n", "p", 1, 64, 1, IMAGE, volumes=(disk,)), 1)
    driver.ensure_defined(MachineSpec(second, "n", "p", 1, 64, 1, IMAGE), 1)
    for machine_id in (first, second):
        driver.ensure_running(machine_id, 1)
    with pytest.raises(DriverError):
        driver.ensure_attached(second, replace(disk, attachment_id="a-2"), 1)
    assert driver.observe(second).plugged == frozenset()
    assert driver.observe(first).plugged == {"a-1"}
    driver.ensure_off(first, 1)
    driver.ensure_attached(second, replace(disk, attachment_id="a-2"), 1)
    with pytest.raises(DriverError):
        driver.ensure_running(first, 1)
    assert driver.observe(second).plugged == {"a-2"}
    for machine_id in (first, second):
        driver.ensure_absent(machine_id, 1)
    assert host.leftovers() == []
    driver.close()


def test_there_is_room_for_so_many_volumes_and_no_more(host: Any) -> None:
    driver = host.driver()
    driver.ensure_base(host.image())
    machine_id = str(uuid.uuid4())
    letters = "cdefghijklmnopq"
    disks = [VolumeDisk(f"a-{x}", f"v-{x}", f"vd{x}", host.volume(f"v-{x}"), "raw") for x in letters]
    spec = MachineSpec(machine_id, "n", "p", 1, 64, 1, IMAGE, config_drive=b"x", volumes=tuple(disks[:2]))
    driver.ensure_defined(spec, 1)
    driver.ensure_running(machine_id, 1)
    driver.request_detach(machine_id, disks[2].attachment_id, 1)  # there is none such
    for disk in disks[2:MAX_VOLUMES]:
        driver.ensure_attached(machine_id, disk, 1)
    with pytest.raises(Impossible, match="no free slot"):
        driver.ensure_attached(machine_id, disks[MAX_VOLUMES], 1)
    assert len(driver.observe(machine_id).plugged) == MAX_VOLUMES
    driver.ensure_absent(machine_id, 1)
    assert host.leftovers() == []
    driver.close()


def test_a_driver_takes_one_subscriber(host: Any) -> None:
    driver = host.driver()
    driver.subscribe(lambda _event: None)
    with pytest.raises(ValueError, match="already"):
        driver.subscribe(lambda _event: None)
    driver.close()


def test_only_the_last_32_requests_are_remembered(host: Any) -> None:
    driver = host.driver()
    driver.ensure_base(host.image())
    machine_id = str(uuid.uuid4())
    driver.ensure_defined(MachineSpec(machine_id, "n", "p", 1, 64, 1, IMAGE), 1)
    for number in range(34):
        driver.reboot(machine_id, f"r{number}", fence=1)
    seen = driver.observe(machine_id)
    assert seen
    assert seen.done == {f"r{number}" for number in range(2, 34)}
    driver.ensure_absent(machine_id, 1)
    driver.close()


def test_the_host_says_what_it_is(host: Any) -> None:
    driver = host.driver()
    facts, capabilities = driver.host(), driver.capabilities()
    assert facts.boot_id == host.boot_id()
    assert facts.vcpus > 0
    assert facts.memory_mb > 0
    assert 0 <= facts.disk_free_gb <= facts.disk_gb
    assert capabilities.hypervisor_type == "QEMU"
    assert capabilities.hypervisor_version >= 4_000_000
    driver.close()
