"""Faults on demand for simulated drivers: calls that fail, tear, lose their reply or hang, by method and occurrence.

Owns when and how a call goes wrong. Does not know what the calls do: a simulated driver passes every public call
through `Faults.call(method, act)`. Lives as long as a test or a simulation, across driver instances.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Kind = Literal["fail", "torn", "lost", "hang", "hang-after"]
"""fail: raises, nothing done. torn: stops half-way through its work, then raises. lost: does everything, then raises.
hang: nothing done, it acts when released, however late. hang-after: does everything, then does not return."""
ANY = "*"


class Hang(Exception):
    """Stands for a call that never returns, where the caller has no thread to lose."""


@dataclass(slots=True)
class _Planned:
    method: str
    kind: Kind
    times: int
    after: int
    error: BaseException | None


@dataclass(slots=True, eq=False)
class _Hanging:
    """`go` lets it act; when it was `abandoned` before that, it raises instead."""

    act: Callable[[], Any]
    go: threading.Event = field(default_factory=threading.Event)
    abandoned: bool = False


class Faults:
    """Plans faults and lets them happen. Safe to use from many threads.

    `error` makes the exception that a driver raises. With `threaded` a call that hangs blocks its thread, like one
    that is past its deadline and wakes up late; otherwise it raises `Hang` and its work waits for `release`."""

    def __init__(self, error: Callable[[str], Exception], threaded: bool = False) -> None:
        self._error = error
        self._threaded = threaded
        self._planned: list[_Planned] = []
        self._chaos: tuple[random.Random, float, Sequence[Kind]] | None = None
        self._hanging: list[_Hanging] = []
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()

    def inject(
        self, method: str, kind: Kind, times: int = 1, after: int = 0, error: BaseException | None = None
    ) -> None:
        """The next `times` calls of `method` ('*' is any) go wrong, once `after` of them have gone well. `error` is
        raised instead of the driver's own, say to stand for the death of the process."""
        with self._lock:
            self._planned.append(_Planned(method, kind, times, after, error))

    def chaos(self, rng: random.Random, rate: float, kinds: Sequence[Kind] = ("fail", "torn", "lost")) -> None:
        """From now on each call goes wrong with probability `rate`; a seeded `rng` replays."""
        with self._lock:
            self._chaos = (rng, rate, kinds) if rate > 0 else None

    def clear(self) -> None:
        """No more faults; what hangs goes on."""
        with self._lock:
            self._planned.clear()
            self._chaos = None
        self.release()

    @property
    def hanging(self) -> int:
        """How many calls hang now."""
        return len(self._hanging)

    def release(self) -> list[object]:
        """Let every call that hangs do its work, late; later ones hang again. Returns what those of callers without a
        thread came to: results, or errors."""
        with self._lock:
            late, self._hanging = self._hanging, []
        for hanging in late:
            hanging.go.set()
        return [] if self._threaded else [_outcome(hanging.act) for hanging in late]

    def abandon(self) -> None:
        """The connection is closed: threads that hang get an error and do nothing more."""
        if self._threaded:
            with self._lock:
                late, self._hanging = self._hanging, []
            for hanging in late:
                hanging.abandoned = True
                hanging.go.set()

    def call(self, method: str, act: Callable[[], T], half: Callable[[], object] = lambda: None) -> T:
        """Do `act`, or what was planned for this call of `method` instead; `half` is the first part of its work."""
        with self._lock:
            self.calls[method] += 1
            planned = self._next(method)
        if planned is None:
            return act()
        match planned.kind:
            case "torn":
                half()
            case "lost":
                # what nobody received nobody can close
                getattr(act(), "close", lambda: None)()
            case "hang":
                return self._hang(method, act)
            case "hang-after":
                result = act()
                return self._hang(method, lambda: result)
        raise planned.error or self._error(f"{method}: injected fault '{planned.kind}'")

    def _hang(self, method: str, act: Callable[[], T]) -> T:
        hanging = _Hanging(act)
        with self._lock:
            self._hanging.append(hanging)
        if not self._threaded:
            raise Hang(method)
        hanging.go.wait()
        if hanging.abandoned:
            raise self._error(f"{method}: the connection was closed")
        return act()

    def _next(self, method: str) -> _Planned | None:
        for planned in self._planned:
            if planned.method not in (ANY, method):
                continue
            if planned.after:
                planned.after -= 1
                continue
            planned.times -= 1
            if planned.times <= 0:
                self._planned.remove(planned)
            return planned
        return self._by_chance(method)

    def _by_chance(self, method: str) -> _Planned | None:
        if self._chaos is None:
            return None
        rng, rate, kinds = self._chaos
        return _Planned(method, rng.choice(kinds), 1, 0, None) if rng.random() < rate else None


def _outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except Exception as error:
        return error
