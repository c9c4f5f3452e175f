"""Thread lanes: bounded, on time, and never poorer for a call that hangs."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from altostratus.kernel.errors import DeadlineExceeded
from altostratus.kernel.lanes import ThreadLane
from altostratus.kernel.log import correlation

SOON, LONG = 0.05, 10.0


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(10):
            await test()

    asyncio.run(limited())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - polling
        await asyncio.sleep(0.002)


class Crowd:
    """How many are inside at once; each leaves when the door opens."""

    def __init__(self) -> None:
        self.door = threading.Event()
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    def enter(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.door.wait(5)
        with self._lock:
            self.inside -= 1


def test_results_and_errors_come_back() -> None:
    async def test() -> None:
        lane = ThreadLane("test", 2, LONG)
        assert await lane.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await lane.run(divmod, 7, 0)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await lane.run(next, iter(()))
        lane.close()

    run(test)


def test_context_follows_the_call() -> None:
    async def test() -> None:
        lane = ThreadLane("test", 1, LONG)
        correlation.set("req-1")
        first = lane.run(correlation.get)
        correlation.set("req-2")
        assert [await first, await lane.run(correlation.get)] == ["req-1", "req-2"]
        assert (await lane.run(threading.current_thread)).name.startswith("test-")
        lane.close()

    run(test)


def test_a_lane_is_bounded_and_uses_all_its_threads() -> None:
    async def test() -> None:
        lane, crowd = ThreadLane("test", 3, LONG), Crowd()
        calls = [asyncio.ensure_future(lane.run(crowd.enter)) for _ in range(8)]
        await until(lambda: crowd.inside == 3)
        assert lane.waiting == 5
        crowd.door.set()
        await asyncio.gather(*calls)
        assert crowd.most == 3
        lane.close()

    run(test)


def test_a_busy_thread_is_no_idle_thread() -> None:
    """A call right behind another must not wait for it while the lane may have one more thread."""

    async def test() -> None:
        for _ in range(30):
            lane, crowd = ThreadLane("test", 2, LONG), Crowd()
            await lane.run(int)  # now one thread is idle
            calls = [asyncio.ensure_future(lane.run(crowd.enter)), asyncio.ensure_future(lane.run(crowd.enter))]
            await until(lambda crowd=crowd: crowd.inside == 2)  # type: ignore[misc]
            crowd.door.set()
            await asyncio.gather(*calls)
            lane.close()

    run(test)


def test_a_late_call_is_abandoned_replaced_and_comes_home() -> None:
    async def test() -> None:
        closed = threading.Event()
        lane, crowd = ThreadLane("test", 1, LONG, on_overrun=closed.set), Crowd()
        with pytest.raises(DeadlineExceeded, match="lane test"):
            await lane.run(crowd.enter, deadline=SOON)
        assert lane.abandoned == 1
        await until(closed.is_set)
        assert await lane.run(abs, -1) == 1, "a replacement works"
        crowd.door.set()
        await until(lambda: lane.abandoned == 0)
        again = Crowd()
        calls = [asyncio.ensure_future(lane.run(again.enter)) for _ in range(3)]
        await until(lambda: again.inside == 1 and lane.waiting == 2)
        again.door.set()
        await asyncio.gather(*calls)
        assert again.most == 1, "the thread that came back ended"
        lane.close()

    run(test)


def test_a_call_that_never_began_is_not_made_and_abandons_nobody() -> None:
    async def test() -> None:
        lane, crowd, made = ThreadLane("test", 1, LONG), Crowd(), threading.Event()
        first = asyncio.ensure_future(lane.run(crowd.enter))
        await until(lambda: crowd.inside == 1)
        with pytest.raises(DeadlineExceeded):
            await lane.run(made.set, deadline=SOON)
        assert lane.abandoned == 0
        crowd.door.set()
        await first
        await lane.run(int)
        assert not made.is_set()
        lane.close()

    run(test)


def test_a_caller_that_goes_away_leaves_no_thread_behind() -> None:
    async def test() -> None:
        lane, crowd = ThreadLane("test", 1, SOON), Crowd()
        call = asyncio.ensure_future(lane.run(crowd.enter))
        await until(lambda: crowd.inside == 1)
        call.cancel()
        await until(lambda: lane.abandoned == 1)
        assert await lane.run(abs, -1, deadline=LONG) == 1
        crowd.door.set()
        await until(lambda: lane.abandoned == 0)
        lane.close()

    run(test)


def test_a_closed_lane_ends_what_is_queued_and_takes_nothing_more() -> None:
    async def test() -> None:
        lane, crowd = ThreadLane("closing", 1, LONG), Crowd()
        calls = [asyncio.ensure_future(lane.run(crowd.enter)), asyncio.ensure_future(lane.run(abs, -2))]
        lane.close()
        with pytest.raises(RuntimeError, match="closed"):
            lane.run(int)
        crowd.door.set()
        assert await asyncio.gather(*calls) == [None, 2]
        await until(lambda: not [t for t in threading.enumerate() if t.name.startswith("closing-")])

    run(test)


def test_calls_outlive_their_loop_quietly() -> None:
    crowd, lane = Crowd(), ThreadLane("test", 1, LONG)

    async def leave() -> None:
        asyncio.ensure_future(lane.run(crowd.enter)).cancel()
        lane.run(crowd.enter)
        await until(lambda: crowd.inside == 1)

    asyncio.run(leave())
    crowd.door.set()
    assert asyncio.run(_call(lane)) == 1, "the thread lives on"
    lane.close()


async def _call(lane: ThreadLane) -> int:
    return await lane.run(abs, -1)
