"""The simulated driver's own gifts: faults on demand, slow starts, deaf guests, consoles, a clean slate
proved."""

import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from altostratus.kernel.testing.faults import Faults, Hang, Kind
from altostratus.services.compute.driver import (
    BaseImage,
    DriverError,
    FencedOut,
    HostUnreachable,
    Impossible,
    MachineSpec,
    Nic,
    OffReason,
    Power,
    VolumeDisk,
)
from altostratus.services.compute.drivers.simulated.hypervisor import SimulatedHypervisor
from altostratus.services.compute.drivers.simulated.world import World

SPEC = MachineSpec("m", "name", "project", 1, 64, 1, "image")
IMAGE = BaseImage("image", Path("/none"), "raw", 1 << 20)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    world = World(clock, random.Random(7))
    driver = SimulatedHypervisor(world)
    driver.ensure_base(IMAGE)
    driver.ensure_defined(SPEC, 1)
    return world


def seen_power(world: World) -> Power:
    observation = SimulatedHypervisor(world).observe("m")
    assert observation
    return observation.power


def test_a_slow_start_shows_off_until_its_time_and_is_not_begun_again_by_a_repeat(world: World, clock: Clock) -> None:
    world.start_delay = (5.0, 5.0)
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    assert world.next_due() == 105.0
    clock.now = 104.0
    driver.ensure_running("m", 1)
    seen = driver.observe("m")
    assert seen
    assert (seen.power, seen.off_reason) == (Power.OFF, OffReason.NEVER_STARTED)
    told: list[str] = []
    driver.subscribe(lambda event: told.append(event.what))
    clock.now = 105.0
    world.settle()
    assert told == ["started"]
    assert seen_power(world) is Power.RUNNING
    assert world.next_due() is None
    assert world.machines["m"].starts == 1


def test_a_start_called_off_does_not_come_about_later(world: World, clock: Clock) -> None:
    world.start_delay = (5.0, 5.0)
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    driver.ensure_off("m", 1)
    clock.now = 200.0
    assert seen_power(world) is Power.OFF
    assert world.machines["m"].starts == 0


def test_it_is_started_once_and_power_cycled_once_for_a_request(world: World) -> None:
    driver = SimulatedHypervisor(world)
    for _ in range(3):
        driver.ensure_running("m", 1)
        driver.reboot("m", "r", fence=1)
    assert world.machines["m"].starts == 2


def test_what_is_off_is_started_by_a_reboot(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.reboot("m", "r", fence=1)
    assert seen_power(world) is Power.RUNNING
    assert world.machines["m"].starts == 1


@pytest.mark.parametrize(
    ("kind", "error", "acted"),
    [
        ("fail", DriverError, False),
        ("lost", DriverError, True),
        ("hang", Hang, False),
        ("hang-after", Hang, True),
    ],
)
def test_a_fault_raises_and_acts_or_not_as_it_says(
    world: World, kind: Kind, error: type[Exception], acted: bool
) -> None:
    driver = SimulatedHypervisor(world)
    driver.faults.inject("ensure_running", kind)
    with pytest.raises(error):
        driver.ensure_running("m", 1)
    assert (seen_power(world) is Power.RUNNING) is acted
    driver.ensure_running("m", 1)
    assert seen_power(world) is Power.RUNNING
    assert world.machines["m"].starts == 1


@pytest.mark.parametrize("threaded", [False, True])
def test_a_call_that_hung_acts_late_and_is_fenced_out_by_then(world: World, threaded: bool) -> None:
    faults = Faults(DriverError, threaded=threaded)
    faults.inject("ensure_off", "hang")
    late = SimulatedHypervisor(world, faults)
    SimulatedHypervisor(world).ensure_running("m", 1)
    outcome: list[object] = []

    def call() -> None:
        try:
            late.ensure_off("m", 1)
        except (Hang, DriverError) as error:
            outcome.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    while not faults.hanging:
        thread.join(0.001)
    SimulatedHypervisor(world).ensure_running("m", 2)
    outcome += faults.release()
    thread.join()

    assert isinstance(outcome[-1], FencedOut)
    assert seen_power(world) is Power.RUNNING


def test_closing_the_connection_frees_threads_that_hang_without_their_acting(world: World) -> None:
    faults = Faults(DriverError, threaded=True)
    faults.inject("ensure_running", "hang")
    driver = SimulatedHypervisor(world, faults)
    outcome: list[Exception] = []

    def call() -> None:
        try:
            driver.ensure_running("m", 1)
        except DriverError as error:
            outcome.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    while not faults.hanging:
        thread.join(0.001)
    driver.close()
    thread.join()

    assert len(outcome) == 1
    assert seen_power(world) is Power.OFF


def test_a_removal_cut_short_leaves_disks_that_are_seen_and_can_be_removed(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.faults.inject("ensure_absent", "torn")
    with pytest.raises(DriverError):
        driver.ensure_absent("m", 1)
    seen = driver.observe("m")
    assert seen
    assert (seen.digest, seen.off_reason) == ("", OffReason.UNKNOWN)
    assert world.leftovers() == ["machine m left with root disk"]
    driver.ensure_absent("m", 1)
    world.assert_clean()


def test_a_reboot_cut_short_is_made_up_for_by_a_repeat(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    driver.faults.inject("reboot", "torn")
    with pytest.raises(DriverError):
        driver.reboot("m", "r", fence=1)
    assert seen_power(world) is Power.OFF
    driver.reboot("m", "r", fence=1)
    assert seen_power(world) is Power.RUNNING
    assert world.machines["m"].starts == 2


def test_a_share_of_calls_fails_by_the_seed() -> None:
    def failures(seed: int) -> list[bool]:
        faults = Faults(DriverError)
        faults.chaos(random.Random(seed), rate=0.3)
        world = World(Clock(), random.Random(0))
        driver = SimulatedHypervisor(world, faults)
        return [fails(driver) for _ in range(60)]

    def fails(driver: SimulatedHypervisor) -> bool:
        try:
            driver.observe_all()
        except DriverError:
            return True
        return False

    assert failures(1) == failures(1) != failures(2)
    assert 5 < sum(failures(1)) < 35


def test_a_deaf_guest_ignores_requests_until_it_listens_again(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    world.make_deaf("m")
    driver.request_shutdown("m", 1)
    assert seen_power(world) is Power.RUNNING
    world.make_deaf("m", False)
    driver.request_shutdown("m", 1)
    assert seen_power(world) is Power.OFF


def test_a_machine_does_not_start_without_its_bridge(world: World) -> None:
    nic = Nic("port", "fa:16:3e:00:00:01", "missing", "tap", 1400)
    driver = SimulatedHypervisor(world)
    driver.ensure_defined(MachineSpec("n", "name", "p", 1, 64, 1, "image", (nic,)), 1)
    world.has_bridge = lambda bridge: bridge != "missing"
    with pytest.raises(DriverError, match="no bridge"):
        driver.ensure_running("n", 1)
    world.has_bridge = lambda _bridge: True
    driver.ensure_running("n", 1)


def test_an_unreachable_host_answers_nothing(world: World) -> None:
    driver = SimulatedHypervisor(world)
    world.reachable = False
    for call in (driver.host, driver.observe_all, lambda: driver.ensure_off("m", 1)):
        with pytest.raises(HostUnreachable):
            call()
    world.reachable = True
    assert driver.observe("m")


def test_a_root_disk_smaller_than_its_image_is_impossible(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_base(BaseImage("big", Path("/none"), "raw", 5 << 30))
    with pytest.raises(Impossible, match="larger disk"):
        driver.ensure_defined(MachineSpec("n", "name", "p", 1, 64, 4, "big"), 1)
    assert driver.observe("n") is None


def test_the_console_log_tells_each_boot_and_can_be_cut(world: World) -> None:
    driver = SimulatedHypervisor(world)
    assert driver.console_log("m", 1000) == b""
    driver.ensure_running("m", 1)
    log = driver.console_log("m", 1000)
    assert b"Simulated machine m" in log
    assert log.endswith(b"name login: ")
    assert driver.console_log("m", 7) == b"login: "
    driver.reboot("m", "r", fence=1)
    assert driver.console_log("m", 10_000).count(b"login: ") == 2


def test_the_console_echoes_is_taken_over_and_ends_with_the_machine(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    first = driver.open_console("m")
    first.write(b"uptime\r")
    assert first.read() == b"\r\n# uptime\r\n# "
    second = driver.open_console("m")
    assert first.read() == b""
    driver.ensure_off("m", 1)
    assert second.read() == b"\r\n# "
    assert second.read() == b""


def test_a_clean_slate_is_refused_for_what_is_left_and_for_what_is_missing(world: World) -> None:
    world.assert_clean(["m"])
    with pytest.raises(AssertionError, match="machine m left with definition, root disk"):
        world.assert_clean()
    with pytest.raises(AssertionError, match="machine other is missing"):
        world.assert_clean(["m", "other"])


DISK = VolumeDisk("a", "v", "vdb", "/v", "raw")


def plugged(world: World) -> frozenset[str]:
    observation = SimulatedHypervisor(world).observe("m")
    assert observation
    return observation.plugged


def test_a_guest_lets_go_of_a_disk_after_a_while_and_tells(world: World, clock: Clock) -> None:
    world.detach_delay = (5.0, 5.0)
    driver, told = SimulatedHypervisor(world), []
    driver.subscribe(lambda event: told.append(event.what))
    driver.ensure_running("m", 1)
    driver.ensure_attached("m", DISK, 1)
    driver.request_detach("m", "a", 1)
    assert (plugged(world), world.writers, world.next_due()) == ({"a"}, {"/v": "m"}, 105.0)
    clock.now = 104.0
    driver.request_detach("m", "a", 1)
    assert plugged(world) == {"a"}
    clock.now = 105.0
    assert (plugged(world), world.writers, world.next_due()) == (frozenset(), {}, None)
    assert told == ["started", "device-removed"]


def test_a_guest_that_clings_keeps_its_disk_until_it_is_off(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    driver.ensure_attached("m", DISK, 1)
    world.make_clinging("m")
    driver.request_detach("m", "a", 1)
    assert plugged(world) == {"a"}
    driver.ensure_off("m", 1)
    assert plugged(world) == frozenset()


def test_a_guest_that_is_paused_lets_go_once_it_runs_again(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    driver.ensure_attached("m", DISK, 1)
    driver.ensure_paused("m", 1)
    driver.request_detach("m", "a", 1)
    assert (seen_power(world), plugged(world)) == (Power.PAUSED, {"a"})
    driver.ensure_running("m", 1)
    assert (seen_power(world), plugged(world)) == (Power.RUNNING, frozenset())


def test_a_disk_needs_its_file(world: World) -> None:
    files: set[str] = set()
    world.has_volume = files.__contains__
    driver = SimulatedHypervisor(world)
    driver.ensure_running("m", 1)
    with pytest.raises(DriverError, match="no file /v"):
        driver.ensure_attached("m", DISK, 1)
    driver.ensure_defined(replace(SPEC, volumes=(DISK,)), 1)
    driver.ensure_off("m", 1)
    with pytest.raises(DriverError, match="no file /v"):
        driver.ensure_running("m", 1)
    files.add("/v")
    driver.ensure_running("m", 1)
    assert plugged(world) == {"a"}


def test_a_second_writer_leaves_no_clean_slate_even_when_it_is_gone(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_defined(replace(SPEC, id="n"), 1)
    for machine_id in ("m", "n"):
        driver.ensure_running(machine_id, 1)
    driver.ensure_attached("m", DISK, 1)
    driver.ensure_attached("n", replace(DISK, attachment_id="r", readonly=True), 1)
    world.assert_clean({"m", "n"})
    with pytest.raises(DriverError, match="another machine writes"):
        driver.ensure_attached("n", replace(DISK, attachment_id="b"), 1)
    driver.ensure_absent("n", 1)
    with pytest.raises(AssertionError, match="machine n would write to /v, as m does"):
        world.assert_clean({"m"})


def test_a_machine_without_an_image_boots_from_its_volume(world: World) -> None:
    driver = SimulatedHypervisor(world)
    driver.ensure_defined(replace(SPEC, id="b", image_id="", volumes=(replace(DISK, device="vda", boot_index=0),)), 1)
    driver.ensure_running("b", 1)
    assert world.machines["b"].disk is None
    world.assert_clean({"m", "b"})


def test_without_volumes_the_digest_is_what_it_was() -> None:
    assert SPEC.digest == "4e489dcf93295197185bf117e053efd980320cb4974a896a575cb9ee1cdb76eb"
    assert replace(SPEC, volumes=(DISK,)).digest != SPEC.digest
