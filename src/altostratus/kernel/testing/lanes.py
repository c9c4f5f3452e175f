"""Lanes without threads, for seeded simulations: calls run in the caller's thread, after a delay of virtual time.

A call waits its turn among `threads` others, takes a while to reach the driver, acts in an instant, and its reply takes
a while to come back: whatever else happens in between, and a crash too, finds the call before or after its act.
"""

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from altostratus.kernel.errors import DeadlineExceeded
from altostratus.kernel.lanes import Lane
from altostratus.kernel.service import LaneFactory
from altostratus.kernel.testing.faults import Hang

T = TypeVar("T")
SLOWEST = 0.2
"""Seconds to the driver, and as many back, at most."""


class InlineLane:
    """A lane in the caller's thread. A driver that raises `Hang` is never heard of again: its caller gets
    DeadlineExceeded once the deadline has passed, and its place is free again, as after a ThreadLane's overrun."""

    def __init__(
        self, name: str, threads: int, deadline: float, entropy: random.Random, slowest: float = SLOWEST
    ) -> None:
        self.name = name
        self.deadline = deadline
        self._entropy = entropy
        self._slowest = slowest
        self._places = asyncio.Semaphore(threads)
        self._closed = False

    def run(self, call: Callable[..., T], *args: Any, deadline: float | None = None) -> Awaitable[T]:
        if self._closed:
            raise RuntimeError(f"lane {self.name} is closed")
        return asyncio.ensure_future(self._perform(functools.partial(call, *args), deadline or self.deadline))

    def close(self) -> None:
        self._closed = True

    async def _perform(self, call: Callable[[], T], deadline: float) -> T:
        try:
            async with asyncio.timeout(deadline) as limit, self._places:
                return await self._act(call)
        except TimeoutError as error:
            if not limit.expired():  # the driver's own
                raise
            raise DeadlineExceeded(f"a call in lane {self.name} is past its deadline") from error

    async def _act(self, call: Callable[[], T]) -> T:
        await self._travel()
        failure: Exception | None = None
        try:
            result = call()
        except Hang:
            await asyncio.get_running_loop().create_future()  # until the deadline
        except Exception as error:
            failure = error
        await self._travel()
        if failure is not None:
            raise failure
        return result

    async def _travel(self) -> None:
        await asyncio.sleep(self._entropy.uniform(0, self._slowest))


def inline_lanes(entropy: random.Random, slowest: float = SLOWEST) -> LaneFactory:
    """What a Cloud or a System takes as `lane`."""

    def make(name: str, threads: int, deadline: float) -> Lane:
        return InlineLane(name, threads, deadline, entropy, slowest)

    return make
