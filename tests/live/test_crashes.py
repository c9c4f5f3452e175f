"""The control plane is killed at the boundary of a step, started again, and must reach what was wanted: seeded."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.live.clean_slate import assert_clean_slate
from tests.live.cloud import LiveCloud, wait
from tests.live.conftest import launch_with_drive
from tests.live.guest import FAREWELL, Guest, connects

pytestmark = [pytest.mark.live, pytest.mark.slow]

NAME = "victim"
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(5, 200))]


@dataclass
class Scene:
    """One server on a network of its own, so that its first port brings the network and its last takes it away."""

    one: Guest
    network: str
    floating: str  # the id of an address

    @property
    def cloud(self) -> LiveCloud:
        return self.one.cloud

    def found(self) -> Guest | None:
        servers = self.cloud.api.get("/compute/v2.1/servers", name=NAME)["servers"]
        return Guest(self.cloud, servers[0]["id"]) if servers else None

    @property
    def victim(self) -> Guest:
        found = self.found()
        assert found
        return found

    def address(self) -> str:
        path = f"/network/v2.0/floatingips/{self.floating}"
        return str(self.cloud.api.get(path)["floatingip"]["floating_ip_address"])

    def attach(self, port: str | None) -> None:
        path = f"/network/v2.0/floatingips/{self.floating}"
        self.cloud.api.put(path, {"floatingip": {"port_id": port}})

    # -- what must be there before the crash

    def running(self) -> None:
        if self.found() is None:
            launch_with_drive(self.cloud, self.one, NAME, self.network)
        if self.victim.server["status"] == "SHUTOFF":
            self.victim.act("os-start")
        self.victim.wait_status("ACTIVE")

    def booted(self) -> None:
        """It hears the power button."""
        self.running()
        self.attached()
        self.victim.wait_login(self.address())

    def stopped(self) -> None:
        self.booted()
        self.victim.act("os-stop")
        self.victim.wait_status("SHUTOFF")

    def absent(self) -> None:
        if victim := self.found():
            self.attach(None)
            self.cloud.api.delete(f"/compute/v2.1/servers/{victim.id}")
            self.cloud.wait_gone(victim.id)

    def attached(self) -> None:
        self.attach(self.victim.port["id"])

    def detached(self) -> None:
        self.booted()
        self.attach(None)
        wait("it is cut", lambda: not connects(self.address(), 22, 1), 30)


@dataclass(frozen=True)
class Deed:
    """What is asked of the cloud that will die: from where, how, at which steps it may die, and what must come of it.
    `do` returns the check."""

    before: Callable[[Scene], None]
    do: Callable[[Scene], Callable[[], object]]
    steps: tuple[str, ...]


def _create(scene: Scene) -> Callable[[], object]:
    made = Guest(scene.cloud, launch_with_drive(scene.cloud, scene.one, NAME, scene.network))
    return lambda: _is_up(scene, made, 1)


def _start(scene: Scene) -> Callable[[], object]:
    victim, boots = scene.victim, scene.victim.boots()
    victim.act("os-start")
    return lambda: _is_up(scene, victim, boots + 1)


def _stop(scene: Scene) -> Callable[[], object]:
    victim = scene.victim
    victim.act("os-stop")
    return lambda: _is_off(victim)


def _reboot(kind: str) -> Callable[[Scene], Callable[[], object]]:
    def do(scene: Scene) -> Callable[[], object]:
        victim, boots = scene.victim, scene.victim.boots()
        victim.act("reboot", {"type": kind})
        return lambda: _is_up(scene, victim, boots + 1)

    return do


def _delete(scene: Scene) -> Callable[[], object]:
    victim = scene.victim
    scene.cloud.api.delete(f"/compute/v2.1/servers/{victim.id}")
    return lambda: scene.cloud.wait_gone(victim.id)


def _attach(scene: Scene) -> Callable[[], object]:
    scene.attached()
    return lambda: scene.victim.wait_login(scene.address())


def _detach(scene: Scene) -> Callable[[], object]:
    address = scene.address()
    scene.attach(None)
    return lambda: wait("it is cut", lambda: not connects(address, 22, 1), 30)


def _is_off(victim: Guest) -> None:
    """It powered itself off: nobody cut its power."""
    victim.wait_status("SHUTOFF")
    assert FAREWELL in victim.console_log()[-2000:]


def _is_up(scene: Scene, victim: Guest, boots: int) -> None:
    """It runs, and came up as often as it was told to and no more."""
    victim.wait_status("ACTIVE")
    wait("it comes up", lambda: victim.boots() >= boots, 60)
    assert victim.boots() == boots


DEEDS = {
    "create": Deed(Scene.absent, _create, ("Place", "EnsureNetwork", "EnsurePort", "EnsureDefined", "EnsureRunning")),
    "soft reboot": Deed(Scene.booted, _reboot("SOFT"), ("AskShutdown", "Reboot", "FinishVerb")),
    "attach": Deed(Scene.detached, _attach, ("EnsureRouter",)),
    "stop": Deed(Scene.booted, _stop, ("AskShutdown",)),
    "delete": Deed(Scene.running, _delete, ("EnsureAbsent", "Forget", "RemovePort", "RemoveNetwork")),
    "detach": Deed(Scene.booted, _detach, ("EnsureRouter",)),
    "start": Deed(Scene.stopped, _start, ("EnsureRunning",)),
    "hard reboot": Deed(Scene.booted, _reboot("HARD"), ("Reboot", "FinishVerb")),
}
"""In an order that starts few guests; each begins from wherever the last has left the scene."""


@pytest.fixture(scope="module")
def scene(pair: tuple[Guest, Guest]) -> Iterator[Scene]:
    """The victim's network, router and address; all gone at the end."""
    one = pair[0]
    api = one.cloud.api
    external = one.cloud.find("/network/v2.0/networks", "networks", **{"router:external": True})["id"]
    network = api.post("/network/v2.0/networks", {"network": {"name": NAME}})["network"]["id"]
    body = {"network_id": network, "ip_version": 4, "cidr": "10.43.0.0/24"}
    subnet = api.post("/network/v2.0/subnets", {"subnet": body})["subnet"]["id"]
    gateway = {"external_gateway_info": {"network_id": external}}
    router = api.post("/network/v2.0/routers", {"router": gateway})["router"]["id"]
    api.put(f"/network/v2.0/routers/{router}/add_router_interface", {"subnet_id": subnet})
    wanted = {"floating_network_id": external}
    floating = api.post("/network/v2.0/floatingips", {"floatingip": wanted})["floatingip"]["id"]
    made = Scene(one, network, floating)
    yield made
    made.absent()
    api = one.cloud.api
    api.delete(f"/network/v2.0/floatingips/{floating}")
    api.put(f"/network/v2.0/routers/{router}/remove_router_interface", {"subnet_id": subnet})
    api.delete(f"/network/v2.0/routers/{router}")
    api.delete(f"/network/v2.0/networks/{network}")
    assert_clean_slate(one.cloud)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_a_step_it_still_gets_there(scene: Scene, seed: int) -> None:
    name = list(DEEDS)[seed % len(DEEDS)]
    deed, chance = DEEDS[name], random.Random(seed)
    step, when = chance.choice(deed.steps), chance.choice(("before", "after"))
    deed.before(scene)
    assert_clean_slate(scene.cloud)
    scene.cloud.kill()
    doomed = scene.cloud.up_to_die(when, step)
    try:
        check = deed.do(scene)
        wait(f"{name}: it dies {when} {step}", lambda: doomed.poll() is not None, 60)
    finally:
        doomed.kill()
        assert doomed.wait() == -signal.SIGKILL
    scene.cloud.up()
    check()
    assert_clean_slate(scene.cloud)
