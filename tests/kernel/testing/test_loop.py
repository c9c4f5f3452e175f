"""The seeded loop: time without waiting, orders by seed, exact replay, deadlocks found."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from altostratus.kernel.testing.clock import EPOCH
from altostratus.kernel.testing.loop import Deadlock, Simulation, run_seeded

Trace = list[Any]


def race(seed: int, workers: int = 4) -> Trace:
    """What many tasks did, in order."""
    trace: Trace = []

    async def worker(number: int, simulation: Simulation) -> None:
        lane = simulation.lane("test", 2, 5.0)
        for turn in range(3):
            trace.append((number, turn, simulation.clock.now()))
            await asyncio.sleep(0)
            trace.append(await lane.run(divmod, number, 2))
        trace.append(simulation.entropy.random())

    async def main(simulation: Simulation) -> None:
        await asyncio.gather(*(worker(number, simulation) for number in range(workers)))

    run_seeded(seed, main)
    return trace


def test_a_seed_replays_and_seeds_differ() -> None:
    runs = [race(seed) for seed in range(20)]
    assert runs == [race(seed) for seed in range(20)]
    assert len({str(run) for run in runs}) == 20


def test_tasks_take_steps_in_many_orders() -> None:
    def order(seed: int) -> str:
        said: list[str] = []

        async def say(word: str) -> None:
            for _ in word:
                said.append(word)
                await asyncio.sleep(0)

        async def main(_: Simulation) -> None:
            await asyncio.gather(say("aaa"), say("bbb"))

        run_seeded(seed, main)
        return "".join(word[0] for word in said)

    orders = {order(seed) for seed in range(300)}
    assert orders >= {"aaabbb", "bbbaaa", "ababab", "bababa"}
    assert len(orders) == 20, "all the ways to mix three steps with three"


def test_callbacks_keep_their_order_and_a_task_only_comes_later() -> None:
    def order(seed: int) -> str:
        said: list[str] = []

        async def task() -> None:
            said.append("t")

        async def main(_: Simulation) -> None:
            loop = asyncio.get_running_loop()
            loop.call_soon(said.append, "1")
            loop.call_soon(said.append, "2")
            after = asyncio.ensure_future(task())
            loop.call_soon(said.append, "3")
            loop.call_soon_threadsafe(said.append, "4")
            await after
            await asyncio.sleep(0.1)

        run_seeded(seed, main)
        return "".join(said)

    assert {order(seed) for seed in range(40)} == {"12t34", "123t4", "1234t"}


def test_a_simulated_day_takes_no_time() -> None:
    async def main(simulation: Simulation) -> tuple[float, Any]:
        for _ in range(23):
            await asyncio.sleep(3600)
        return asyncio.get_running_loop().time(), simulation.clock.now()

    began = time.monotonic()
    assert run_seeded(1, main) == (23 * 3600, EPOCH + timedelta(hours=23))
    assert time.monotonic() - began < 2


def test_timers_come_in_the_order_of_their_time() -> None:
    async def main(_: Simulation) -> list[float]:
        woke: list[float] = []

        async def wait(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woke.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(wait(seconds) for seconds in (0.3, 0.1, 1e6, 0.2)))
        return woke

    assert run_seeded(1, main, limit=1e7) == pytest.approx([0.1, 0.2, 0.3, 1e6])


def test_a_deadlock_names_who_waits_and_where() -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    async def main(_: Simulation) -> None:
        await asyncio.create_task(for_ever(), name="the one that waits")

    with pytest.raises(Deadlock, match=r"no timer is set: .*the one that waits at .*test_loop\.py:\d+"):
        run_seeded(1, main)


def test_a_wait_that_only_timers_keep_alive_ends_too() -> None:
    async def main(_: Simulation) -> None:
        while True:  # noqa: ASYNC110 - what is tested
            await asyncio.sleep(5)

    with pytest.raises(Deadlock, match="no end after 600 simulated seconds"):
        run_seeded(1, main, limit=600)


def test_errors_and_results_come_back() -> None:
    async def fails(_: Simulation) -> None:
        raise LookupError("this")

    async def seed_of(simulation: Simulation) -> object:
        return simulation.seed

    with pytest.raises(LookupError, match="this"):
        run_seeded(1, fails)
    assert run_seeded("any seed", seed_of) == "any seed"


def test_threads_are_refused() -> None:
    async def main(_: Simulation) -> None:
        await asyncio.to_thread(print)

    with pytest.raises(RuntimeError, match="no threads"):
        run_seeded(1, main)
