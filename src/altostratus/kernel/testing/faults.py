"""Faults on demand for simulated drivers: failing calls, lost replies and hangs, by method and occurrence.

Owns when and how a call goes wrong. Does not know what the calls do: a simulated driver passes every public
call through `Faults.call(method, act)`. Failing is an exception of the driver's own kind (`error`).
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")
Kind = Literal["fail", "lost", "hang"]


class Hang(Exception):
    """Stands for a call that never returns, where the caller has no thread to lose."""


@dataclass(slots=True)
class _Planned:
    method: str  # '*' is any
    kind: Kind
    times: int
    after: int


class Faults:
    """Plans faults and lets them happen. Safe to use from many threads.

    `error` makes the exception of "fail" (raised before acting) and "lost" (acts, then the reply is lost).
    "hang" never acts for an inline caller, who gets `Hang`; with `threaded` the caller blocks until
    `release()` and only then acts, like an abandoned thread that wakes up late. `chaos` is faults by chance.
    """

    def __init__(self, error: Callable[[str], Exception], threaded: bool = False) -> None:
        self._error = error
        self._threaded = threaded
        self._planned: list[_Planned] = []
        self._chaos: tuple[random.Random, float, tuple[Kind, ...]] | None = None
        self._lock = threading.Lock()
        self._gate = threading.Event()
        self.calls: Counter[str] = Counter()

    def inject(self, method: str, kind: Kind, times: int = 1, after: int = 0) -> None:
        """The next `times` calls of `method` ('*' is any) go wrong, once `after` of them have gone well."""
        with self._lock:
            self._planned.append(_Planned(method, kind, times, after))

    def chaos(self, rng: random.Random, rate: float, kinds: tuple[Kind, ...] = ("fail", "lost")) -> None:
        """From now on each call goes wrong with probability `rate`; a seeded `rng` replays."""
        with self._lock:
            self._chaos = (rng, rate, kinds) if rate > 0 else None

    def clear(self) -> None:
        """No more faults; blocked callers go on."""
        with self._lock:
            self._planned.clear()
            self._chaos = None
        self.release()

    def release(self) -> None:
        """Let every caller that hangs go on; later hangs block again."""
        with self._lock:
            gate, self._gate = self._gate, threading.Event()
        gate.set()

    def call(self, method: str, act: Callable[[], T]) -> T:
        """Do `act`, or let what was planned for this call of `method` go wrong instead."""
        with self._lock:
            self.calls[method] += 1
            kind, gate = self._next(method), self._gate
        if kind == "fail":
            raise self._error(f"{method}: injected failure")
        if kind == "hang":
            self._hang(method, gate)
        result = act()
        if kind == "lost":
            # what nobody received nobody can close
            getattr(result, "close", lambda: None)()
            raise self._error(f"{method}: the reply was lost")
        return result

    def _hang(self, method: str, gate: threading.Event) -> None:
        if not self._threaded:
            raise Hang(method)
        gate.wait()

    def _next(self, method: str) -> Kind | None:
        for planned in self._planned:
            if planned.method not in ("*", method):
                continue
            if planned.after:
                planned.after -= 1
                continue
            planned.times -= 1
            if planned.times <= 0:
                self._planned.remove(planned)
            return planned.kind
        return self._by_chance()

    def _by_chance(self) -> Kind | None:
        if self._chaos is None:
            return None
        rng, rate, kinds = self._chaos
        return rng.choice(kinds) if rng.random() < rate else None
