"""Bounded thread lanes: where everything that blocks runs (files, hashing, qemu-img, libvirt, netlink).

A lane has a name, a fixed number of threads and a deadline a call. A call past its deadline raises
DeadlineExceeded in the caller; its thread is abandoned and replaced, because Python cannot stop it, and
`on_overrun` may then close whatever the thread hangs on. Context variables (the correlation id) follow the call.
"""

import asyncio
import contextlib
import contextvars
import functools
import queue
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from altostratus.kernel.errors import DeadlineExceeded

T = TypeVar("T")


class Lane(Protocol):
    """Runs blocking calls. `InlineLane` in kernel.testing does so in the caller, for seeded simulations."""

    def run(self, call: Callable[..., T], *args: Any, deadline: float | None = None) -> Awaitable[T]: ...
    def close(self) -> None: ...


class _Call:
    """One call on its way through a lane. `started`, `over` and `abandoned` change under the lane's lock."""

    def __init__(self, work: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.started = False
        self.over = False
        self.abandoned = False

    def settle(self, result: Any, error: BaseException | None) -> None:
        """In the event loop: tell the caller, unless it has been told already or has gone."""
        if self.timer:
            self.timer.cancel()
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)

    def perform(self) -> tuple[Any, BaseException | None]:
        """In the lane's thread: the result, or the error."""
        try:
            return self.work(), None
        except StopIteration as error:
            return None, RuntimeError(f"StopIteration in a lane: {error}")  # no future can carry it
        except BaseException as error:
            return None, error


class ThreadLane:
    """A lane of `threads` daemon threads, started as they are needed."""

    def __init__(self, name: str, threads: int, deadline: float, on_overrun: Callable[[], None] | None = None) -> None:
        self.name = name
        self.deadline = deadline
        self.abandoned = 0
        self._limit = threads
        self._on_overrun = on_overrun
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = 0
        self._unfinished = 0  # calls that wait or run, but for those whose thread is abandoned

    def run(self, call: Callable[..., T], *args: Any, deadline: float | None = None) -> Awaitable[T]:
        if self._closed:
            raise RuntimeError(f"lane {self.name} is closed")
        loop = asyncio.get_running_loop()
        work = functools.partial(contextvars.copy_context().run, call, *args)
        job = _Call(work, loop)
        # a caller that goes away does not stop the clock: the thread may hang for all that
        job.timer = loop.call_later(deadline or self.deadline, self._expire, job)
        with self._lock:
            self._unfinished += 1
            self._calls.put(job)
            self._grow()
        return job.future

    @property
    def waiting(self) -> int:
        """Calls that no thread has taken yet."""
        return self._calls.qsize()

    def close(self) -> None:
        """Let the threads end after what is queued; does not wait for them."""
        with self._lock:
            self._closed = True
            for _ in range(self._threads):
                self._calls.put(None)

    def _grow(self) -> None:
        """Under the lock: one thread more, where there is work for it."""
        if not self._closed and self._threads < min(self._limit, self._unfinished):
            self._threads += 1
            threading.Thread(target=self._work, name=f"{self.name}-{self._threads}", daemon=True).start()

    def _work(self) -> None:
        while job := self._calls.get():
            result, error = job.perform() if self._begin(job) else (None, None)
            replaced = self._end(job)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                job.loop.call_soon_threadsafe(job.settle, result, error)
            if replaced:
                return

    def _begin(self, job: _Call) -> bool:
        """Whether the call is still wanted."""
        with self._lock:
            job.started = not job.future.done()
            return job.started

    def _end(self, job: _Call) -> bool:
        """Whether the thread is to end: it came back after all, but a replacement has its place."""
        with self._lock:
            job.over = True
            if job.abandoned:
                self.abandoned -= 1
            else:
                self._unfinished -= 1
            return job.abandoned

    def _expire(self, job: _Call) -> None:
        with self._lock:
            if not job.future.done():
                job.future.set_exception(DeadlineExceeded(f"a call in lane {self.name} is past its deadline"))
            if job.over or not job.started:
                return
            job.abandoned = True
            self.abandoned += 1
            self._threads -= 1
            self._unfinished -= 1
            self._grow()
        if self._on_overrun:
            threading.Thread(target=self._on_overrun, name=f"{self.name}-overrun", daemon=True).start()
