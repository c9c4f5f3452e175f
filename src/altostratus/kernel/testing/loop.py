"""A seeded event loop: virtual time, and an order of tasks that the seed decides, so that a failing seed replays.

Owns when things happen in a simulation. Nothing waits for real: when no task can go on, time jumps to the next
timer; when there is none either, that is a `Deadlock`. A task that could go on may be held back for a while, and tasks
that could go on at once do so in any order; but no task overtakes a plain callback that was there before it, and
plain callbacks keep their order, because asyncio promises that. Threads and sockets do not exist here: files are read
inline (`testing.lanes`), the database is opened with `inline=True`.
"""

import asyncio
import random
from asyncio import base_events
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from altostratus.kernel.service import LaneFactory
from altostratus.kernel.testing.clock import EPOCH
from altostratus.kernel.testing.lanes import inline_lanes

T = TypeVar("T")
DAY = 86_400.0
_ASYNCIO = str(Path(asyncio.__file__).parent)
HOLD_BACK = 0.25
"""The probability that a task which could go on is left for the next round."""


class Deadlock(Exception):
    """No task can ever go on, or none has come to an end in all the simulated time that it was given."""


class SeededLoop(base_events.BaseEventLoop):
    """An event loop for one simulation; `time()` is virtual and begins at 0, and at `limit` seconds it gives up."""

    def __init__(self, seed: object, limit: float = DAY) -> None:
        super().__init__()
        self._virtual_now = 0.0
        self._limit = limit
        self._choice = random.Random(f"{seed}/order")  # noqa: S311 - it must replay
        self._held: list[Any] = []
        self._selector = self  # BaseEventLoop asks it to wait for sockets, up to the next timer

    def time(self) -> float:
        return self._virtual_now

    def select(self, timeout: float | None) -> list[Any]:
        """Not a wait: time jumps, or the order of what is ready is drawn."""
        ready: Any = self._ready  # type: ignore[attr-defined]
        if not ready and not self._held:
            self._jump()
        order = self._draw([*self._held, *ready])
        ready.clear()
        ready.extend(order)
        return []

    def _jump(self) -> None:
        timers = self._scheduled  # type: ignore[attr-defined]
        if not timers:
            raise Deadlock(f"nothing can go on and no timer is set: {self._waiting()}")
        self._virtual_now = max(self._virtual_now, timers[0].when())
        if self._virtual_now > self._limit:
            raise Deadlock(f"no end after {self._limit:.0f} simulated seconds: {self._waiting()}")

    def _draw(self, ready: list[Any]) -> list[Any]:
        """Callbacks in their order; tasks later than they came, if at all in this round, and in any order."""
        order: list[Any] = []
        tasks: list[Any] = []
        for handle in ready:
            if _is_task(handle):
                tasks.append(handle)
                continue
            while tasks and self._choice.random() < 0.5:
                order.append(tasks.pop(self._choice.randrange(len(tasks))))
            order.append(handle)
        self._choice.shuffle(tasks)
        self._held = []
        for task in tasks:
            (self._held if self._choice.random() < HOLD_BACK else order).append(task)
        return order

    def _waiting(self) -> str:
        """Which tasks wait, and where."""
        places = [f"{task.get_name()} at {_place(task)}" for task in asyncio.all_tasks(self)]
        return "; ".join(sorted(places)) or "there are no tasks"

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:  # type: ignore[override]
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        raise RuntimeError(f"a simulation has no threads; {func!r} belongs in a lane")

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no sockets, so nothing happens to them."""


def _is_task(handle: Any) -> bool:
    """Whether this is a task's next step; others are callbacks of futures and timers."""
    return isinstance(getattr(handle._callback, "__self__", None), asyncio.Task)


def _place(task: "asyncio.Task[Any]") -> str:
    """The innermost line of the task's coroutines, but for asyncio's own."""
    place = "an unknown place"
    coroutine: Any = task.get_coro()
    while frame := getattr(coroutine, "cr_frame", None):
        if not frame.f_code.co_filename.startswith(_ASYNCIO):
            place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        coroutine = getattr(coroutine, "cr_await", None)
    return place


class LoopClock:
    """Instants of virtual time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._loop.time())


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulated process is built from: pass them on, and all of it replays."""

    seed: object
    clock: LoopClock
    entropy: random.Random
    lane: LaneFactory


def run_seeded(seed: object, main: Callable[[Simulation], Awaitable[T]], limit: float = DAY) -> T:
    """Run `main` to its end in virtual time; the same seed always gives the same run. Raises Deadlock when it cannot
    end, or has not after `limit` simulated seconds."""
    with asyncio.Runner(loop_factory=lambda: SeededLoop(seed, limit)) as runner:
        loop = runner.get_loop()
        entropy = random.Random(f"{seed}/entropy")  # noqa: S311 - it must replay
        lane = inline_lanes(random.Random(f"{seed}/lanes"))  # noqa: S311 - it must replay
        return runner.run(_run(main, Simulation(seed, LoopClock(loop), entropy, lane)))


async def _run(main: Callable[[Simulation], Awaitable[T]], simulation: Simulation) -> T:
    return await main(simulation)
