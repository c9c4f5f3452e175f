"""Lanes of a simulation keep what thread lanes promise, in virtual time."""

import asyncio
import random
from collections.abc import Callable

import pytest

from altostratus.kernel.errors import DeadlineExceeded
from altostratus.kernel.log import correlation
from altostratus.kernel.testing.faults import Faults, Hang
from altostratus.kernel.testing.lanes import InlineLane
from altostratus.kernel.testing.loop import Simulation, run_seeded


def now() -> float:
    return asyncio.get_running_loop().time()


def lane_of(threads: int = 1, deadline: float = 10.0, slowest: float = 1.0) -> InlineLane:
    return InlineLane("test", threads, deadline, random.Random(5), slowest)


def test_a_call_takes_a_while_and_acts_in_between() -> None:
    async def main(simulation: Simulation) -> None:
        lane = simulation.lane("test", 4, 10.0)
        asked = now()
        acted = await lane.run(now)
        assert asked < acted < now() < asked + 0.4

    for seed in range(10):
        run_seeded(seed, main)


def test_errors_and_context_follow() -> None:
    async def main(_: Simulation) -> None:
        lane = lane_of()
        correlation.set("req-1")
        assert await lane.run(correlation.get) == "req-1"
        with pytest.raises(ZeroDivisionError):
            await lane.run(divmod, 1, 0)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await lane.run(next, iter(()))
        with pytest.raises(TimeoutError):
            await lane.run(_raise, TimeoutError)
        lane.close()
        with pytest.raises(RuntimeError, match="closed"):
            lane.run(int)

    run_seeded(1, main)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_lane_is_bounded(threads: int) -> None:
    """Ten calls of up to 2 s each: one after the other they take long, and at most `threads` are under way."""

    async def main(_: Simulation) -> tuple[float, int]:
        lane, most = lane_of(threads), 0
        calls = [asyncio.ensure_future(lane.run(now, deadline=100.0)) for _ in range(10)]
        while not all(call.done() for call in calls):
            before = sum(call.done() for call in calls)
            await asyncio.sleep(0.001)
            most = max(most, sum(call.done() for call in calls) - before)
        return now(), most

    took, finished_at_once = run_seeded(1, main)
    assert took > 10 / threads * 0.5
    assert finished_at_once <= threads


def test_a_hang_is_a_deadline_exceeded_and_frees_its_place() -> None:
    async def main(_: Simulation) -> None:
        lane, acts = lane_of(threads=1, deadline=30.0), list[str]()
        faults = Faults(ValueError)
        faults.inject("act", "hang")
        behind = asyncio.ensure_future(lane.run(acts.append, "behind", deadline=100.0))
        with pytest.raises(DeadlineExceeded, match="lane test"):
            await lane.run(faults.call, "act", lambda: acts.append("never"))
        assert now() == pytest.approx(30.0, abs=0.01)
        await behind
        await lane.run(acts.append, "after", deadline=5.0)
        assert acts == ["behind", "after"]

    run_seeded(1, main)


def test_a_call_that_waits_too_long_for_its_turn_is_never_made() -> None:
    async def main(_: Simulation) -> None:
        lane, acts = lane_of(threads=1, deadline=30.0), list[str]()
        hanging = asyncio.ensure_future(lane.run(_raise, Hang))
        await asyncio.sleep(5)
        with pytest.raises(DeadlineExceeded):
            await lane.run(acts.append, "late", deadline=10.0)
        with pytest.raises(DeadlineExceeded):
            await hanging
        assert acts == []

    run_seeded(1, main)


def _raise(kind: Callable[[], Exception]) -> None:
    raise kind()
