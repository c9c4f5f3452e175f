"""Crashes on demand: the process dies at a chosen step of a reconciler, and is dead from then on.

`Engine(crash_point=CrashAt("before", "EnsureDefined"))` dies by itself there: a `Crash` is no Exception, so nobody
takes it for a failure; the engine abandons its tasks and cuts its database off in the same instant. `kill` does the
same from outside, at any moment, and clears up what the operating system would: then another engine may be built on
the same database and the same simulated backends, with new leases.
"""

import asyncio
from typing import Any, Literal

from altostratus.kernel.reconcile import Engine
from altostratus.kernel.tx import Wake

When = Literal["before", "after"]


class Crash(BaseException):
    """The process dies here. Not an Exception, so that nothing carries on."""


class CrashAt:
    """A crash point: dies at the `nth` time that a step of this type is before or after being taken, once."""

    def __init__(self, when: When, step_name: str, nth: int = 1) -> None:
        self.when = when
        self.step_name = step_name
        self.nth = nth
        self.seen = 0
        self.crashed = False

    def __call__(self, when: str, wake: Wake, step: Any) -> None:
        if (when, type(step).__name__) != (self.when, self.step_name):
            return
        self.seen += 1
        if self.seen == self.nth:
            self.crashed = True
            raise Crash(f"{self.when} {self.step_name} of {wake.kind}/{wake.key}")

    def __repr__(self) -> str:
        return f"CrashAt({self.when!r}, {self.step_name!r}, {self.nth})"


async def kill(engine: Engine) -> None:
    """End the engine as SIGKILL would: nothing more is written or tried, no lease is given back, and its database is
    closed. Does nothing to one that has crashed already, but for clearing up after it."""
    await asyncio.gather(*engine.abandon(), return_exceptions=True)
    engine.db.close()
