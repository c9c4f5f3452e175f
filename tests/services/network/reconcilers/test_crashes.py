"""The crash matrix: each step of each reconciler, each way to die or fail in it, then a restart."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from altostratus.contracts.network import PortWish
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.testing.faults import Faults
from altostratus.kernel.tx import Wake
from altostratus.services.network.domain import steps
from altostratus.services.network.driver import DriverError
from altostratus.services.network.reconcilers.membership import MembershipReconciler
from altostratus.services.network.reconcilers.orphans import OrphansReconciler
from altostratus.services.network.reconcilers.resource import NetworkReconciler, PortReconciler, RouterReconciler
from tests.services.network.cloud import HOST, NetworkCloud, make, make_external, make_segment, make_server, run

CALLS = {
    "EnsureNetwork": "ensure_network",
    "RemoveNetwork": "remove_network",
    "EnsureRouter": "ensure_router",
    "RemoveRouter": "remove_router",
    "EnsurePort": "ensure_port",
    "RemovePort": "remove_port",
    "RemoveOrphan": "remove_port",
}
ENSURES = ("EnsureNetwork", "EnsureRouter", "EnsurePort", "SpreadMembership")
REMOVES = ("RemovePort", "RemoveRouter", "RemoveNetwork")
WAYS = ("before", "after", "fail", "lost", "hang")


class Killed(BaseException):
    """The process died here."""


def kill_at(when: str, step: str) -> Callable[[str, Wake, Any], None]:
    """Dies at the first step of that kind, and at every step from then on: a dead process does nothing more."""
    dead = False

    def crash_point(now: str, wake: Wake, taken: Any) -> None:
        nonlocal dead
        dead = dead or (now == when and type(taken).__name__ == step)
        if dead:
            raise Killed

    return crash_point


async def run_until_dead(cloud: NetworkCloud, when: str, step: str) -> None:
    """A process that dies at a step."""
    reached = asyncio.Event()
    crash = kill_at(when, step)

    def crash_point(now: str, wake: Wake, taken: Any) -> None:
        try:
            crash(now, wake, taken)
        except Killed:
            reached.set()
            raise asyncio.CancelledError from None

    engine = cloud.engine(crash_point)
    await engine.start()
    await asyncio.wait_for(reached.wait(), 10)
    await engine.stop(grace=0.1)


async def go_wrong(cloud: NetworkCloud, way: str, step: str) -> None:
    """Let the step go wrong that way, then restart."""
    if way in ("before", "after"):
        await run_until_dead(cloud, way, step)
    else:
        cloud.driver.faults.inject(CALLS[step], way)  # type: ignore[arg-type]
    cloud.restart()
    await cloud.settle(20)


async def build_all(cloud: NetworkCloud) -> dict[str, str]:
    """Everything there is, wished for: a server behind a router with a floating IP."""
    client = cloud.client()
    external = await make_external(cloud)
    network_id, subnet_id = await make_segment(client)
    router = await make(client, "router", external_gateway_info={"network_id": external})
    await client.put(f"/network/v2.0/routers/{router['id']}/add_router_interface", {"subnet_id": subnet_id})
    [port] = await make_server(cloud, "s1", PortWish(network_id=network_id))
    floating = await make(client, "floatingip", floating_network_id=external, port_id=port.id)
    return {
        "external": external, "network": network_id, "subnet": subnet_id,
        "router": router["id"], "port": port.id, "floating": floating["id"],
    }  # fmt: skip


async def remove_all(cloud: NetworkCloud, made: dict[str, str]) -> None:
    client, base = cloud.client(), "/network/v2.0"
    await cloud.write(lambda tx: cloud.service.facade.release_ports(tx, "compute.server/s1"))
    parted = await client.put(f"{base}/routers/{made['router']}/remove_router_interface", {"subnet_id": made["subnet"]})
    answers = [parted]
    answers.append(await client.delete(f"{base}/floatingips/{made['floating']}"))
    answers.append(await client.delete(f"{base}/routers/{made['router']}"))
    answers.append(await client.delete(f"{base}/networks/{made['network']}"))
    answers.append(await cloud.client("admin").delete(f"{base}/networks/{made['external']}"))
    assert [answer.status_code for answer in answers] == [200, 204, 204, 204, 204]


async def assert_as_wished(cloud: NetworkCloud, made: dict[str, str]) -> None:
    """Rows and host agree, and everybody who waited was told."""
    assert set(cloud.world.networks) == {made["network"], made["external"]}
    assert set(cloud.world.routers) == {made["router"]}
    assert set(cloud.world.ports) == {made["port"]}
    assert len(cloud.world.routers[made["router"]].floating) == 1
    ports = await cloud.read(lambda tx: cloud.service.facade.ports_of(tx, ["compute.server/s1"]))
    assert [port.ready for port in ports["compute.server/s1"]] == [True]
    floating = await cloud.client().get(f"/network/v2.0/floatingips/{made['floating']}")
    assert floating.json()["floatingip"]["status"] == "ACTIVE"


async def assert_clean_slate(cloud: NetworkCloud) -> None:
    """Nothing is left, neither on the host nor in rows but default security groups."""
    assert cloud.driver.leftovers() == []
    from altostratus.services.network.store import tables

    def count(tx: Any) -> dict[str, int]:
        found = {}
        for table in (tables.network, tables.subnet, tables.port, tables.port_address, tables.router,
                      tables.floating_ip, tables.tombstone):  # fmt: skip
            found[table.name] = len(tx.sql.execute(table.select()).all())
        return found

    assert set((await cloud.read(count)).values()) == {0}


def with_faults(cloud: NetworkCloud, way: str) -> None:
    """Hangs block a thread until they are released, so their lane must give up early."""
    if way == "hang":
        cloud.driver.faults = Faults(DriverError, threaded=True)
        object.__setattr__(cloud.cloud, "lane", hasty(cloud.cloud.lane))
        cloud.restart()


def hasty(lane: Any) -> Any:
    return lambda name, threads, deadline, *more: lane(name, threads, 0.2, *more)


BUILDING = [(step, way) for step in ENSURES for way in WAYS if step in CALLS or way in ("before", "after")]


@pytest.mark.parametrize(("step", "way"), BUILDING)
def test_building_survives(tmp_path: Path, step: str, way: str) -> None:
    async def test(cloud: NetworkCloud) -> None:
        with_faults(cloud, way)
        made = await build_all(cloud)
        await go_wrong(cloud, way, step)
        await assert_as_wished(cloud, made)
        cloud.driver.faults.release()

    run(tmp_path, test)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", REMOVES)
def test_removing_survives(tmp_path: Path, step: str, way: str) -> None:
    async def test(cloud: NetworkCloud) -> None:
        with_faults(cloud, way)
        made = await build_all(cloud)
        await cloud.settle()
        await remove_all(cloud, made)
        await go_wrong(cloud, way, step)
        await until_clean(cloud)
        await assert_clean_slate(cloud)
        cloud.driver.faults.release()

    run(tmp_path, test)


async def until_clean(cloud: NetworkCloud) -> None:
    """What an abandoned call did late is an orphan; the orphans reconciler finds it."""
    engine = cloud.engine()
    await engine.start()
    for _ in range(200):
        if not cloud.driver.leftovers():
            break
        await asyncio.sleep(0.02)
    await engine.stop()


@pytest.mark.parametrize("way", WAYS)
def test_orphans_are_removed_whatever_happens(tmp_path: Path, way: str) -> None:
    async def test(cloud: NetworkCloud) -> None:
        with_faults(cloud, way)
        made = await build_all(cloud)
        await cloud.settle()
        spec = cloud.world.ports[made["port"]]
        cloud.world.put("port", type(spec)(**{**fields(spec), "id": "orphan"}))
        await go_wrong(cloud, way, "RemoveOrphan")
        engine = cloud.engine()
        await engine.start()
        for _ in range(200):
            if "orphan" not in cloud.world.ports:
                break
            await asyncio.sleep(0.02)
        await engine.stop()
        await assert_as_wished(cloud, made)
        cloud.driver.faults.release()

    run(tmp_path, test)


def fields(spec: Any) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in spec.__dataclass_fields__}


def test_an_abandoned_call_that_acts_late_is_cleaned_up(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        with_faults(cloud, "hang")
        made = await build_all(cloud)
        cloud.driver.faults.inject("ensure_port", "hang")
        await cloud.settle()
        await remove_all(cloud, made)
        await cloud.settle()
        cloud.driver.faults.release()  # the thread wakes up and makes the port's filters after all
        for _ in range(100):
            if cloud.world.ports:
                break
            await asyncio.sleep(0.01)
        assert cloud.world.ports
        await until_clean(cloud)
        await assert_clean_slate(cloud)

    run(tmp_path, test)


async def settled(cloud: NetworkCloud) -> tuple[dict[str, str], Engine]:
    """Everything made and reconciled, by an engine that goes on."""
    made, engine = await build_all(cloud), cloud.engine()
    await engine.start()
    await cloud.until_settled(engine)
    return made, engine


def test_a_rebooted_or_damaged_host_is_mended(tmp_path: Path) -> None:
    damages: list[Callable[[NetworkCloud, dict[str, str]], None]] = [
        lambda cloud, made: cloud.world.reboot(),
        lambda cloud, made: cloud.world.kill_dhcp(made["network"]),
        lambda cloud, made: cloud.world.flush_filter(made["port"]),
        lambda cloud, made: cloud.world.remove_router_namespace(made["router"]),
        lambda cloud, made: cloud.world.remove_bridge(made["network"]),
    ]

    async def test(cloud: NetworkCloud) -> None:
        made, engine = await settled(cloud)
        wanted = cloud.world.seen()
        for damage in damages:
            damage(cloud, made)
            assert cloud.world.seen() != wanted
            await wait_until(lambda: cloud.world.seen() == wanted)
        await assert_as_wished(cloud, made)
        await engine.stop()

    run(tmp_path, test)


def test_a_reboot_that_is_noted_is_mended_at_once_whatever_was_seen_just_before(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        made, engine = await settled(cloud)
        wanted = cloud.world.seen()
        cloud.world.reboot()
        await cloud.write(lambda tx: cloud.service.facade.host_rebooted(tx, HOST))
        await cloud.until_settled(engine)
        assert cloud.world.seen().ports == wanted.ports
        assert cloud.world.seen().networks[made["network"]] == wanted.networks[made["network"]]
        await engine.stop()

    run(tmp_path, test, check_seconds=3600.0)


async def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.01)


def test_every_step_is_in_the_matrix() -> None:
    kinds = (NetworkReconciler, RouterReconciler, PortReconciler, MembershipReconciler, OrphansReconciler)
    known = {step.__name__ for kind in kinds for step in kind.steps}
    assert known == {*ENSURES, *REMOVES, "RemoveOrphan"}
    assert known == {name for name, value in vars(steps).items() if isinstance(value, type) and name != "dataclass"}


def test_steps_repeat_harmlessly(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        made = await build_all(cloud)
        for _ in range(2):
            await cloud.settle()
            await assert_as_wished(cloud, made)
        calls = dict(cloud.driver.faults.calls)
        await cloud.settle()
        again = dict(cloud.driver.faults.calls)
        assert {name: again[name] - calls[name] for name in again if name.startswith(("ensure", "remove"))} == {
            name: 0 for name in again if name.startswith(("ensure", "remove"))
        }

    run(tmp_path, test)
