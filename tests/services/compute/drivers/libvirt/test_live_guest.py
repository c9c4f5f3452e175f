"""A real guest under the libvirt driver: it boots, talks, reboots, obeys, is killed, is adopted, and leaves
nothing."""

import json
import os
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from altostratus.cli.guest import ensure_guest_image
from altostratus.services.compute.domain import config_drive
from altostratus.services.compute.driver import BaseImage, MachineSpec, Observation, OffReason, Power, VolumeDisk
from altostratus.services.compute.drivers.libvirt.disks import Base

libvirt = pytest.importorskip("libvirt")

from altostratus.services.compute.drivers.libvirt.hypervisor import LibvirtHypervisor  # noqa: E402

pytestmark = pytest.mark.live

GUEST = os.environ.get("ALTO_TEST_GUEST")
SCRIPT = b"#!/bin/sh\necho first-boot-of-this-instance > /dev/console\n"
BOOTED = b"metadata from config"


@dataclass
class Machine:
    """A driver, one machine of it, and what can be done to it from outside."""

    data: Path
    driver: LibvirtHypervisor
    id: str
    told: list[str] = field(default_factory=list)

    def seen(self) -> Observation:
        observation = self.driver.observe(self.id)
        assert observation
        return observation

    def state(self) -> tuple[Power, OffReason | None]:
        return self.seen().power, self.seen().off_reason

    def log(self) -> bytes:
        return self.driver.console_log(self.id, 1 << 20)

    def process(self) -> int:
        return int(Path(f"/run/libvirt/qemu/alto-{self.id}.pid").read_text())

    def wait(self, true: Callable[[], bool], seconds: float = 90.0) -> None:
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, (self.seen(), self.log()[-2000:])
            time.sleep(0.05)


@pytest.fixture(scope="module")
def image() -> BaseImage:
    path = Path(GUEST) if GUEST else ensure_guest_image(Path.home() / ".cache/altostratus/guest", print)
    return BaseImage("tiny", path, "qcow2", Base(path, "qcow2").virtual_size)


@pytest.fixture
def machine(image: BaseImage) -> Iterator[Machine]:
    machine_id = str(uuid.uuid4())
    with tempfile.TemporaryDirectory(prefix="alto-live-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        made = Machine(Path(folder), LibvirtHypervisor(Path(folder), "qemu"), machine_id)
        made.driver.subscribe(lambda event: made.told.append(event.what))
        made.driver.ensure_base(image)
        meta_data = {"uuid": machine_id, "hostname": "live", "public_keys": {}}
        files = {"meta_data.json": json.dumps(meta_data).encode(), "user_data": SCRIPT}
        drive = config_drive.build({f"openstack/latest/{name}": content for name, content in files.items()})
        spec = MachineSpec(machine_id, "live", "project", 1, 96, 1, image.id, (), drive)
        made.driver.ensure_defined(spec, 1)
        try:
            yield made
        finally:
            made.driver.ensure_absent(machine_id, 1 << 40)
            made.driver.close()


def test_a_guest_boots_talks_reboots_and_obeys(machine: Machine) -> None:
    driver = machine.driver
    driver.ensure_running(machine.id, 1)
    machine.wait(lambda: BOOTED in machine.log())
    machine.wait(lambda: b"first-boot-of-this-instance" in machine.log())

    console = driver.open_console(machine.id)
    console.write(b"\n")
    said = console.read()
    while b"login:" not in said:
        said += console.read()
    console.close()
    assert console.read() in (b"", b"\r\n")

    process = machine.process()
    for _ in range(2):
        driver.reboot(machine.id, "reboot", fence=1)
    machine.wait(lambda: machine.log().count(BOOTED) == 2)
    driver.reboot(machine.id, "reboot", fence=1)
    assert machine.process() != process
    assert machine.state() == (Power.RUNNING, None)

    driver.request_shutdown(machine.id, 1)
    machine.wait(lambda: machine.seen().power is Power.OFF)
    assert machine.state() == (Power.OFF, OffReason.GUEST)
    assert machine.log().count(BOOTED) == 2


def test_a_machine_is_adopted_and_how_it_ended_is_told_apart(machine: Machine) -> None:
    driver = machine.driver
    assert machine.state() == (Power.OFF, OffReason.NEVER_STARTED)
    driver.ensure_running(machine.id, 1)
    process = machine.process()
    driver.close()
    adopted = LibvirtHypervisor(machine.data, "qemu")
    adopted.ensure_running(machine.id, 2)
    assert machine.process() == process
    adopted.close()

    driver.reboot(machine.id, "reboot", fence=2)
    again = machine.process()
    driver.reboot(machine.id, "reboot", fence=2)
    assert machine.process() == again != process
    assert machine.seen().done == {"reboot"}

    os.kill(machine.process(), signal.SIGKILL)
    machine.wait(lambda: machine.seen().power is not Power.RUNNING)
    assert machine.state() == (Power.CRASHED, OffReason.CRASH)

    driver.ensure_running(machine.id, 2)
    os.kill(machine.process(), signal.SIGTERM)
    machine.wait(lambda: machine.seen().power is not Power.RUNNING)
    assert machine.state() == (Power.OFF, OffReason.UNKNOWN)

    driver.ensure_running(machine.id, 2)
    driver.ensure_off(machine.id, 2)
    assert machine.state() == (Power.OFF, OffReason.HOST)

    driver.ensure_absent(machine.id, 2)
    assert driver.observe(machine.id) is None
    assert list((machine.data / "machines").iterdir()) == []


def test_the_guest_may_read_its_base_image_but_not_write_it(machine: Machine, image: BaseImage) -> None:
    base = machine.data / "bases" / "tiny.qcow2"
    before = base.stat()
    machine.driver.ensure_running(machine.id, 1)
    running = base.stat()
    assert (running.st_uid, running.st_mode) == (before.st_uid, before.st_mode) == (os.geteuid(), 0o100640)
    assert (machine.data / "machines" / machine.id / "root.qcow2").stat().st_uid != os.geteuid()


def test_a_guest_lets_go_of_a_volume_and_its_machine_tells(machine: Machine) -> None:
    path = machine.data / "volume.raw"
    path.touch(mode=0o600)
    os.truncate(path, 1 << 20)
    disk = VolumeDisk(str(uuid.uuid4()), str(uuid.uuid4()), "vdc", str(path), "raw")
    machine.driver.ensure_running(machine.id, 1)
    machine.wait(lambda: BOOTED in machine.log())
    for _ in range(2):
        machine.driver.ensure_attached(machine.id, disk, 1)
        assert machine.seen().plugged == {disk.attachment_id}
        told = len(machine.told)
        machine.driver.request_detach(machine.id, disk.attachment_id, 1)
        machine.wait(lambda: machine.seen().plugged == frozenset())
        machine.wait(lambda first=told: "device-removed" in machine.told[first:])
    assert path.stat().st_uid == os.geteuid(), "the host has its file back"
