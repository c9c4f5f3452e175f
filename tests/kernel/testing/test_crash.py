"""A process that dies at any step, at any moment, is replaced by one that ends what it began, and does it once."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.db import Database, open_database
from altostratus.kernel.db.database import Closed
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.reconcile.lease import Leases, open_leases
from altostratus.kernel.testing.crash import Crash, CrashAt, When, kill
from altostratus.kernel.testing.faults import Kind
from altostratus.kernel.testing.loop import Simulation, run_seeded
from altostratus.kernel.tx import Tx, Wake
from tests.kernel.reconcile.lamps import EnsureLight, EnsureWired, Lamps, World, make_lamps, unsettled, want

STEPS = [step.__name__ for step in Lamps.steps]


class Process:
    """A control plane over a world; many may follow one another on one database."""

    def __init__(self, url: str, world: World, simulation: Simulation, **options: Any) -> None:
        self._options = options
        self.simulation = simulation
        self.world = world
        self.database: Database = open_database(url, clock=simulation.clock, entropy=simulation.entropy, inline=True)
        self.lamps = Lamps(world, simulation.lane("lamps", 4, 10.0))

    async def start(self) -> "Process":
        leases: Leases = await open_leases(self.database, "test")
        self.engine = Engine(self.database, leases, self.simulation.clock, [self.lamps], **self._options)
        self.database.on_wake = self.engine.wake
        await self.engine.start()
        return self

    async def settle(self) -> None:
        """Until every lamp is as it is wanted."""
        left = ["not known yet"]
        while left or not self.engine.idle:
            await asyncio.sleep(0.1)
            left = await self.database.read(unsettled)

    async def stop(self) -> None:
        await self.engine.stop()
        self.database.close()


def run(url: str, seed: object, test: Callable[[Callable[..., Process], World], Awaitable[None]]) -> None:
    async def main(simulation: Simulation) -> None:
        world = World()
        await test(lambda **options: Process(url, world, simulation, **options), world)

    run_seeded(seed, main)


async def recover(new: Callable[..., Process]) -> None:
    process = await new().start()
    await process.settle()
    await process.stop()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_death_at_a_step_is_recovered_from(sqlite_url: str, when: When, step: str, nth: int, seed: int) -> None:
    async def test(new: Callable[..., Process], world: World) -> None:
        crash = CrashAt(when, step, nth)
        process = new(crash_point=crash)
        make_lamps(process.database, "a", "b", "c")
        await process.start()
        while not crash.crashed:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.01)
        acts = list(world.acts)
        await asyncio.sleep(60)
        assert world.acts == acts, "the dead do nothing"
        await kill(process.engine)
        await recover(new)
        assert world.lit == {"a": True, "b": True, "c": True}
        assert len(world.acts) == 6, "no step was taken twice: the second process saw what the first had done"

    run(sqlite_url, seed, test)


@pytest.mark.parametrize("seed", range(12))
def test_death_at_any_moment_is_recovered_from(sqlite_url: str, seed: int) -> None:
    async def test(new: Callable[..., Process], world: World) -> None:
        process = new()
        make_lamps(process.database, "a", "b", "c")
        for _ in range(3):
            await process.start()
            await asyncio.sleep(process.simulation.entropy.uniform(0, 1.5))
            await kill(process.engine)
            process = new()
            await process.database.write(lambda tx: want(tx, "a", False))
        process.database.close()
        await recover(new)
        assert {key: world.lit.get(key, False) for key in "abc"} == {"a": False, "b": True, "c": True}

    run(sqlite_url, seed, test)


def test_a_run_with_chaos_and_a_crash_replays(sqlite_template: Path, tmp_path: Path) -> None:
    """Everything that happened, and when: the same for the same seed, another for another."""

    def replay(seed: int, name: str) -> tuple[list[Any], float]:
        ended: list[float] = []

        async def test(new: Callable[..., Process], world: World) -> None:
            world.faults.chaos(random.Random(seed), 0.2, ("fail", "lost", "hang"))
            process = new(crash_point=CrashAt("after", "EnsureLight"))
            make_lamps(process.database, *"abcdef")
            await process.start()
            await asyncio.sleep(60)
            await kill(process.engine)
            await recover(new)
            ended.append(asyncio.get_running_loop().time())
            acts.extend(world.acts)

        acts: list[Any] = []
        path = tmp_path / name
        shutil.copy(sqlite_template, path)
        run(f"sqlite:///{path}", seed, test)
        return acts, ended[0]

    runs = [replay(seed, f"{seed}-first.db") for seed in range(4)]
    assert runs == [replay(seed, f"{seed}-second.db") for seed in range(4)]
    assert len({str(each) for each in runs}) == 4


@pytest.mark.parametrize("kind", ["fail", "lost", "hang"])
@pytest.mark.parametrize("call", ["look", "wire", "switch"])
def test_faults_at_any_call_are_got_over(sqlite_url: str, call: str, kind: Kind) -> None:
    async def test(new: Callable[..., Process], world: World) -> None:
        world.faults.inject(call, kind, times=2)
        process = new()
        make_lamps(process.database, "a", "b")
        await process.start()
        await process.settle()
        await process.stop()
        assert world.lit == {"a": True, "b": True}

    run(sqlite_url, 1, test)


def test_the_dead_write_nothing(sqlite_url: str) -> None:
    async def test(new: Callable[..., Process], world: World) -> None:
        process = new(crash_point=CrashAt("before", "EnsureLight"))
        make_lamps(process.database, "a")
        await process.start()
        await asyncio.sleep(30)
        with pytest.raises(Closed):
            await process.database.write(lambda tx: want(tx, "a", False))
        await kill(process.engine)
        await kill(process.engine)
        await recover(new)
        assert world.lit == {"a": True}

    run(sqlite_url, 1, test)


@pytest.mark.parametrize("seed", range(6))
def test_a_write_under_way_at_death_is_there_or_not_but_never_half(sqlite_url: str, seed: int) -> None:
    async def test(new: Callable[..., Process], world: World) -> None:
        process = new()
        make_lamps(process.database, "a", "b")
        await process.start()
        await process.settle()

        def both(tx: Tx) -> None:
            want(tx, "a", False)
            want(tx, "b", False)

        writing = asyncio.ensure_future(process.database.write(both))
        await asyncio.sleep(0)
        await kill(process.engine)
        await asyncio.gather(writing, return_exceptions=True)
        await recover(new)
        assert world.lit in ({"a": True, "b": True}, {"a": False, "b": False})

    run(sqlite_url, seed, test)


def test_a_crash_point_strikes_once_at_its_time() -> None:
    crash, key = CrashAt("after", "EnsureLight", nth=2), Wake("lamp", "a")
    for when, step in (("before", EnsureLight(True)), ("after", EnsureWired()), ("after", EnsureLight(True))):
        crash(when, key, step)
    assert not crash.crashed
    with pytest.raises(Crash, match="after EnsureLight of lamp/a"):
        crash("after", key, EnsureLight(True))
    crash("after", key, EnsureLight(True))
    assert repr(crash) == "CrashAt('after', 'EnsureLight', 2)"
    assert not issubclass(Crash, Exception)
