"""The engine: takes woken keys, claims each by lease, and runs passes of its reconciler until they are done.

Wake by signal, guarantee by scan: a wake after a commit starts a pass at once; a scan every few seconds finds
whatever a lost wake left behind. A pass that fails is tried again with back-off. Nothing here names a running
procedure, so there is nothing to be stuck in: after a crash the scan simply finds the key again.
"""

import asyncio
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from altostratus.kernel import metrics
from altostratus.kernel.clock import Clock
from altostratus.kernel.db import Database
from altostratus.kernel.errors import DeadlineExceeded, Stale
from altostratus.kernel.log import correlation, logger
from altostratus.kernel.reconcile.lease import Lease, Leases
from altostratus.kernel.reconcile.outcome import Again, Done, Outcome, Terminal
from altostratus.kernel.reconcile.reconciler import Pass, Reconciler
from altostratus.kernel.tx import Wake

SCAN_SECONDS = 5.0
MAX_STEPS = 50
BACKOFF_FIRST, BACKOFF_MOST = 0.5, 60.0
HELD_ELSEWHERE_SECONDS = 2.0
HISTORY, HISTORY_KEYS = 10, 2000

log = logger("reconcile")

CrashPoint = Callable[[str, Wake, Any], None]
"""Called as ('before' | 'after', key, step) around each step; tests raise from it to kill the process there."""


@dataclass(frozen=True, slots=True)
class PassRecord:
    """One pass, as `alto status` shows it."""

    at: datetime
    request: str
    steps: tuple[str, ...]
    end: str


class Engine:
    """Runs reconcilers. `wake` may be called from the event loop at any time."""

    def __init__(
        self,
        db: Database,
        leases: Leases,
        clock: Clock,
        reconcilers: Iterable[Reconciler[Any, Any]],
        *,
        concurrency: int = 16,
        scan_seconds: float = SCAN_SECONDS,
        crash_point: CrashPoint = lambda when, wake, step: None,
    ) -> None:
        self._db = db
        self._leases = leases
        self._clock = clock
        self._reconcilers = {r.kind: r for r in reconcilers}
        self._concurrency = concurrency
        self._scan_seconds = scan_seconds
        self._crash_point = crash_point
        self._waiting: OrderedDict[Wake, str] = OrderedDict()
        self._running: dict[Wake, asyncio.Task[None]] = {}
        self._timers: dict[Wake, asyncio.TimerHandle] = {}
        self._failures: dict[Wake, int] = {}
        self._history: OrderedDict[Wake, deque[PassRecord]] = OrderedDict()
        self._scanner: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def db(self) -> Database:
        """What it reads and writes."""
        return self._db

    async def start(self) -> None:
        """Look at everything once, then keep looking."""
        await self.scan()
        self._scanner = asyncio.create_task(self._scan_forever())

    async def stop(self, grace: float = 10.0) -> None:
        """Take no new work and let running passes end; what does not end within `grace` seconds is cancelled."""
        self._closing = True
        for timer in self._timers.values():
            timer.cancel()
        tasks = [*self._running.values(), *([self._scanner] if self._scanner else [])]
        if self._scanner:
            self._scanner.cancel()
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def abandon(self) -> list[asyncio.Task[None]]:
        """End as a killed process ends: no step more, nothing written, no lease given back. Returns the tasks that
        were cut off."""
        self._closing = True
        self._db.sever()
        for timer in self._timers.values():
            timer.cancel()
        tasks = [*self._running.values(), *([self._scanner] if self._scanner else [])]
        for task in tasks:
            task.cancel()
        return tasks

    def wake(self, wakes: Iterable[Wake], cause: str = "") -> None:
        """Look at these keys soon. A key that is being looked at now is looked at again afterwards."""
        for wake in wakes:
            if wake.kind in self._reconcilers:
                self._cancel_timer(wake)
                self._waiting.setdefault(wake, cause)
        self._fill()

    async def scan(self) -> None:
        """Wake every key that is due and not already waiting for its time."""
        for reconciler in self._reconcilers.values():
            due = await self._db.read(lambda tx, r=reconciler: list(r.due(tx)))  # type: ignore[misc]
            wakes = (Wake(reconciler.kind, key) for key in due)
            self.wake([w for w in wakes if w not in self._timers and w not in self._running])

    def history(self, kind: str, key: str) -> list[PassRecord]:
        """The last passes over a key in this process, oldest first."""
        return list(self._history.get(Wake(kind, key), ()))

    @property
    def idle(self) -> bool:
        """Nothing is running or waiting to run at once (keys may wait for a later time)."""
        return not self._running and not self._waiting

    @property
    def next_look(self) -> float | None:
        """When the next key waiting for its time is due, in the event loop's time."""
        return min((timer.when() for timer in self._timers.values()), default=None)

    def _fill(self) -> None:
        """Start passes until the concurrency is used up; a key never runs twice at once."""
        if self._closing:
            return
        ready = (wake for wake in self._waiting if wake not in self._running)
        for wake in list(itertools.islice(ready, max(0, self._concurrency - len(self._running)))):
            cause = self._waiting.pop(wake)
            task = asyncio.create_task(self._work(wake, cause))
            self._running[wake] = task
            task.add_done_callback(lambda done, w=wake: self._finished(w, done))  # type: ignore[misc]
        metrics.QUEUE_DEPTH.set(len(self._waiting))

    def _finished(self, wake: Wake, task: asyncio.Task[None]) -> None:
        self._running.pop(wake, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("worker died", kind=wake.kind, key=wake.key, error=repr(error))
        self._fill()

    async def _work(self, wake: Wake, cause: str) -> None:
        """Claim the key, run a pass, release; then see when to look again."""
        correlation.set(cause)
        steps: list[str] = []
        try:
            outcome = await self._leased(wake, steps)
        except Stale:
            log.info("the lease was lost", kind=wake.kind, key=wake.key)
            outcome = Again(HELD_ELSEWHERE_SECONDS, "the lease was lost")
        except Exception as error:
            outcome = self._failed(wake, error)
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException:  # the process is dying here and now
            self.abandon()
            raise
        if outcome is None:
            self._later(wake, HELD_ELSEWHERE_SECONDS)
            return
        self._remember(wake, cause, steps, outcome)
        if isinstance(outcome, Again):
            self._later(wake, outcome.after)

    async def _leased(self, wake: Wake, steps: list[str]) -> Outcome | None:
        """A pass under the key's lease; None while somebody else holds it. A cancelled pass keeps the lease until
        it expires, because a call of it may still be going on."""
        lease = await self._leases.claim(wake)
        if lease is None:
            return None
        try:
            with metrics.PASS_SECONDS.labels(wake.kind).time():
                outcome = await self._pass(lease, steps)
        except Exception:
            await self._leases.release(lease)
            raise
        await self._leases.release(lease)
        self._failures.pop(wake, None)
        return outcome

    async def _pass(self, lease: Lease, steps: list[str]) -> Outcome:
        reconciler = self._reconcilers[lease.wake.kind]
        turn = Pass(self._db, self._leases, lease)
        for _ in range(MAX_STEPS):
            wanted = await self._db.read(lambda tx: reconciler.load(tx, turn.key))
            if wanted is None:
                return Done()
            seen = await reconciler.observe(wanted, turn)
            verdict = reconciler.plan(wanted, seen, self._clock.now())
            if reconciler.news(wanted, seen, verdict):
                await turn.write(lambda tx, w=wanted, s=seen, v=verdict: reconciler.record(tx, w, s, v))  # type: ignore[misc]
            if isinstance(verdict, Done | Again | Terminal):
                return verdict
            steps.append(type(verdict).__name__)
            self._crash_point("before", lease.wake, verdict)
            await reconciler.take(verdict, wanted, turn)
            self._crash_point("after", lease.wake, verdict)
        return Again(1.0, f"{MAX_STEPS} steps in one pass")

    def _failed(self, wake: Wake, error: Exception) -> Again:
        count = self._failures[wake] = self._failures.get(wake, 0) + 1
        after = min(BACKOFF_FIRST * 2 ** (count - 1), BACKOFF_MOST)
        metrics.PASS_FAILURES.labels(wake.kind).inc()
        expected = isinstance(error, DeadlineExceeded) or getattr(error, "expected", False)
        write = log.warning if expected else log.exception
        write("pass failed", kind=wake.kind, key=wake.key, error=repr(error), again_in=after)
        return Again(after, f"{type(error).__name__}: {error}")

    def _later(self, wake: Wake, seconds: float) -> None:
        self._cancel_timer(wake)
        if wake not in self._waiting and not self._closing:
            loop = asyncio.get_running_loop()
            self._timers[wake] = loop.call_later(seconds, self._time_is_up, wake)

    def _time_is_up(self, wake: Wake) -> None:
        self._timers.pop(wake, None)
        self.wake([wake])

    def _cancel_timer(self, wake: Wake) -> None:
        if timer := self._timers.pop(wake, None):
            timer.cancel()

    def _remember(self, wake: Wake, cause: str, steps: list[str], outcome: Outcome) -> None:
        passes = self._history.setdefault(wake, deque(maxlen=HISTORY))
        passes.append(PassRecord(self._clock.now(), cause, tuple(steps), repr(outcome)))
        self._history.move_to_end(wake)
        while len(self._history) > HISTORY_KEYS:
            self._history.popitem(last=False)

    async def _scan_forever(self) -> None:
        while not self._closing:
            await asyncio.sleep(self._scan_seconds)
            try:
                await self.scan()
            except Exception:
                log.exception("scan failed")
