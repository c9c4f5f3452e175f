"""Faults on demand for a simulated driver: which call goes wrong, and how.

Owns the list of faults to come and the calls that hang. Knows nothing of machines: it is given each call as a
function and performs it well or badly. Made to live as long as a test or a simulation, across driver
instances.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from altostratus.kernel.testing.faults import Hang
from altostratus.services.compute.driver import DriverError, HostUnreachable

T = TypeVar("T")
ANY = "*"


class Fault(StrEnum):
    """How a call goes wrong."""

    FAIL = "fail"  # raises, nothing done
    UNREACHABLE = "unreachable"  # raises HostUnreachable, nothing done
    TORN = "torn"  # stops half-way through its work, then raises
    LOST_REPLY = "lost"  # does everything, then raises
    HANG = "hang"  # nothing done; it acts when released, however late
    HANG_AFTER = "hang-after"  # does everything, then does not return


@dataclass(slots=True)
class _Planned:
    fault: Fault
    skip: int
    times: int | None
    error: BaseException | None


@dataclass(slots=True)
class Faults:
    """Like the kernel's faults for tests, and besides: calls torn half-way, calls that hang once they have
    acted, late work of an inline caller, and hanging threads that a closed connection sets free.

    `threaded`: a call that hangs blocks its thread until `release` or `abandon`; otherwise it raises `Hang`
    at once and its work waits for `release`."""

    threaded: bool = False
    calls: Counter[str] = field(default_factory=Counter)
    _planned: dict[str, list[_Planned]] = field(default_factory=dict)
    _chaos: tuple[random.Random, float] | None = None
    _late: list[Callable[[], object]] = field(default_factory=list)
    _gate: threading.Condition = field(default_factory=threading.Condition)
    _releases: int = 0
    _abandons: int = 0
    _blocked: int = 0

    def inject(
        self,
        method: str,
        fault: Fault | str,
        *,
        after: int = 0,
        times: int | None = 1,
        error: BaseException | None = None,
    ) -> None:
        """Make `method` ('*': any) go wrong `times` times (None: always) once `after` calls of it went well.
        `error` is raised instead of DriverError, say to stand for the death of the process."""
        planned = _Planned(Fault(fault), after, times, error)
        with self._gate:
            self._planned.setdefault(method, []).append(planned)

    def chaos(self, rng: random.Random, rate: float) -> None:
        """From now on each call fails, is torn or loses its reply with probability `rate`; a seeded `rng`
        replays."""
        self._chaos = (rng, rate) if rate > 0 else None

    def clear(self) -> None:
        """No more faults; calls that hang go on."""
        with self._gate:
            self._planned.clear()
            self._chaos = None
        self.release()

    @property
    def hanging(self) -> int:
        """How many calls hang now."""
        return self._blocked + len(self._late)

    def perform(self, method: str, act: Callable[[], T], half: Callable[[], object] | None = None) -> T:
        """Do `act`, or what the next planned fault makes of it; `half` is the first part of its work."""
        planned = self._take(method)
        if planned is None:
            return act()
        match planned.fault:
            case Fault.TORN if half is not None:
                half()
            case Fault.LOST_REPLY:
                act()
            case Fault.HANG:
                return self._hang(method, act)
            case Fault.HANG_AFTER:
                result = act()
                return self._hang(method, lambda: result)
        raise planned.error or _error(planned.fault, method)

    def release(self) -> list[object]:
        """Let hanging calls go on and do their work, late. Returns what those of an inline caller came to:
        results, or DriverErrors."""
        with self._gate:
            late, self._late = self._late, []
            self._releases += 1
            self._gate.notify_all()
        return [_outcome(act) for act in late]

    def abandon(self) -> None:
        """The connection is closed: threads that hang get HostUnreachable and do nothing more."""
        with self._gate:
            self._abandons += 1
            self._gate.notify_all()

    def _take(self, method: str) -> _Planned | None:
        with self._gate:
            self.calls[method] += 1
            due = [p for p in self._plans(method) if self._is_due(p)]
            if due:
                return self._use(due[0])
        return self._by_chance()

    def _by_chance(self) -> _Planned | None:
        if self._chaos is None:
            return None
        rng, rate = self._chaos
        fault = rng.choice([Fault.FAIL, Fault.TORN, Fault.LOST_REPLY])
        return _Planned(fault, 0, 1, None) if rng.random() < rate else None

    def _plans(self, method: str) -> list[_Planned]:
        return self._planned.get(method, []) + self._planned.get(ANY, [])

    @staticmethod
    def _is_due(planned: _Planned) -> bool:
        if planned.skip:
            planned.skip -= 1
            return False
        return planned.times is None or planned.times > 0

    @staticmethod
    def _use(planned: _Planned) -> _Planned:
        if planned.times is not None:
            planned.times -= 1
        return planned

    def _hang(self, method: str, act: Callable[[], T]) -> T:
        if not self.threaded:
            with self._gate:
                self._late.append(act)
            raise Hang(f"{method} hangs")
        with self._gate:
            released, abandoned = self._releases, self._abandons
            self._blocked += 1
            self._gate.wait_for(lambda: (self._releases, self._abandons) != (released, abandoned))
            self._blocked -= 1
            if self._abandons != abandoned:
                raise HostUnreachable(f"connection closed during {method}")
        return act()


def _error(fault: Fault, method: str) -> DriverError:
    if fault is Fault.UNREACHABLE:
        return HostUnreachable(f"no answer to {method}")
    return DriverError(f"{method}: simulated fault '{fault}'")


def _outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except DriverError as error:
        return error
