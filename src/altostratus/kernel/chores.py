"""What a service does by itself, again and again, for as long as the cloud runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from altostratus.kernel import metrics
from altostratus.kernel.log import logger

LONGEST = 600.0
"""Seconds between two attempts of a chore that fails."""
log = logger("chores")


class Chore:
    """Something to do again and again, a bounded batch at a time. `batch` says whether there is more to do at once."""

    def __init__(self, name: str, batch: Callable[[], Awaitable[bool]], seconds: float) -> None:
        self.due = 0.0
        self._name = name
        self._batch = batch
        self._seconds = seconds
        self._again = seconds

    async def do(self) -> None:
        """One batch, and when the next is due. What goes wrong is tried again, later each time."""
        try:
            rest = 0.0 if await self._batch() else self._seconds
            self._again = self._seconds
        except Exception as error:
            rest = self._again = min(2 * self._again, LONGEST)
            metrics.CHORE_FAILURES.labels(self._name).inc()
            log.error("a chore failed", chore=self._name, again_in=rest, exc_info=error)
        self.due = asyncio.get_running_loop().time() + rest


class Chores:
    """A listener that does each chore when it is due. One that has much to do takes turns with the others."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What a thread or a transaction is at ends by itself."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            for chore in [each for each in self._chores if each.due <= now()]:
                await chore.do()
            await asyncio.sleep(max(0.0, min(chore.due for chore in self._chores) - now()))
