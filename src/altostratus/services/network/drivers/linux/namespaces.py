"""Network namespaces by name, as `ip netns` keeps them: make, remove, run something inside.

A namespace belongs to a thread, so whatever runs inside runs in a thread of its own that ends with it: no
thread of the caller's can ever be left in the wrong place, and nothing is forked.
"""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

RUN = Path("/run/netns")
CLONE_NEWNET = 0x40000000
MS_BIND, MS_REC, MS_SHARED, MNT_DETACH = 0x1000, 0x4000, 0x100000, 2
_libc = ctypes.CDLL(None, use_errno=True)


def names() -> set[str]:
    return {path.name for path in RUN.iterdir()} if RUN.is_dir() else set()


def exists(name: str) -> bool:
    """A file of that name is not enough: after a crash or a reboot it may be a file with nothing mounted."""
    try:
        return (RUN / name).stat().st_dev != RUN.parent.stat().st_dev
    except FileNotFoundError:
        return False


def create(name: str) -> None:
    """Make it; nothing when it exists."""
    if exists(name):
        return
    _share_run()
    (RUN / name).touch()
    _in_thread(lambda: _unshare_onto(RUN / name))


def remove(name: str) -> None:
    """Kill what runs inside and let it go; links in it are destroyed by the kernel a little later."""
    path = RUN / name
    if exists(name):
        for pid in processes(name):
            kill(pid, signal.SIGKILL)
        _check(_libc.umount2(os.fsencode(path), MNT_DETACH), path)
    path.unlink(missing_ok=True)


def inside(name: str | None, act: Callable[[], T]) -> T:
    """`act()` as seen from inside the namespace; None is the host's own, where the caller already is."""
    if name is None:
        return act()
    with (RUN / name).open() as handle:

        def enter_and_act() -> T:
            _check(_libc.setns(handle.fileno(), CLONE_NEWNET), handle.name)
            return act()

        return _in_thread(enter_and_act)


def holds(name: str, pid: int) -> bool:
    """The process lives in the namespace."""
    try:
        return Path(f"/proc/{pid}/ns/net").stat().st_ino == (RUN / name).stat().st_ino
    except OSError:  # it ended, or it is ending, or there is no such namespace
        return False


def processes(name: str) -> Iterator[int]:
    """Pids inside the namespace."""
    for process in Path("/proc").glob("[0-9]*"):
        if holds(name, int(process.name)):
            yield int(process.name)


def alive(pid: int) -> bool:
    """It exists and is not waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def kill(pid: int, how: signal.Signals, seconds: float = 5) -> bool:
    """Signal it and wait until it is dead; False when it is still alive after that long."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return True
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.002)
    return not alive(pid)


def _in_thread(act: Callable[[], T]) -> T:
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(act())
        except BaseException as error:  # handed to the caller below
            failure.append(error)

    thread = threading.Thread(target=run, name="netns", daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


def _unshare_onto(path: Path) -> None:
    _check(_libc.unshare(CLONE_NEWNET), path)
    _check(_libc.mount(b"/proc/thread-self/ns/net", os.fsencode(path), b"none", MS_BIND, None), path)


def _share_run() -> None:
    """The directory must be a shared mount, so that other mount namespaces see what is mounted in it."""
    RUN.mkdir(exist_ok=True)
    run = os.fsencode(RUN)
    if _libc.mount(b"", run, b"none", MS_SHARED | MS_REC, None) == 0:
        return
    _check(_libc.mount(run, run, b"none", MS_BIND | MS_REC, None), RUN)
    _check(_libc.mount(b"", run, b"none", MS_SHARED | MS_REC, None), RUN)


def _check(result: int, what: object) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(what))
