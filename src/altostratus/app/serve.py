"""One cloud process from start to end: lock, schema, services, HTTP, signals."""

import asyncio
import contextlib
import ctypes
import fcntl
import gc
import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import IO

import uvloop

from altostratus.app.clouds_yaml import write_clouds_yaml
from altostratus.app.schema import OBJECTS, SchemaError, upgrade
from altostratus.app.settings import Settings
from altostratus.app.wiring import System, admin_password
from altostratus.kernel import log
from altostratus.kernel.disk import Disk
from altostratus.kernel.http.server import HttpServer, Listen
from altostratus.kernel.secrets import BadSecret

FORMAT = "1"
M_ARENA_MAX = -8
"""Of mallopt(3)."""


class StartError(Exception):
    """The cloud cannot start; the message says what to do."""


def lock_data_dir(data_dir: Path) -> IO[str]:
    """Hold the data directory; a second process is refused. The lock file names the process that holds it."""
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    file = (data_dir / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise StartError(f"{data_dir} is in use by process {file.read().strip()}; `alto down` stops it.") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def holder(data_dir: Path) -> int | None:
    """The process that serves this data directory now, or None."""
    path = data_dir / "lock"
    if not path.exists():
        return None
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return int(file.read().strip() or 0) or None
    return None


def check_format(data_dir: Path, simulate: bool) -> None:
    """The data directory's layout has a version of its own, and a cloud stays real or simulated."""
    path = data_dir / "format"
    wanted = f"{FORMAT} {'simulated' if simulate else 'real'}"
    if not path.exists():
        Disk().write_file(path, f"{wanted}\n".encode(), 0o644)
    found = path.read_text().strip()
    if found != wanted:
        raise StartError(f"{data_dir} holds a cloud of format '{found}', not '{wanted}'; choose another --data-dir.")


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; look anew at SIGUSR1."""
    system = await asyncio.to_thread(System, settings)  # drivers look at the host, which blocks
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await system.start()
    loop.add_signal_handler(signal.SIGUSR1, lambda: asyncio.ensure_future(system.refresh()))
    server = HttpServer(system.asgi, Listen(settings.address, settings.port, settings.tls_cert, settings.tls_key))
    await server.start()
    write_clouds_yaml(settings, admin_password(settings.data_dir))
    _spare_the_collector()
    failed = asyncio.ensure_future(server.wait())
    await asyncio.wait({failed, asyncio.ensure_future(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    await server.stop()
    await system.stop()
    if not stop.is_set():
        raise StartError(f"The HTTP server ended by itself; is {settings.address}:{settings.port} in use?")


def _bring_up_to_date(settings: Settings) -> None:
    """Both databases, in a process of its own: what that takes (alembic, 11 MB) is gone with it."""
    child = multiprocessing.get_context("fork").Process(target=_upgrade_both, args=(settings,))
    child.start()
    child.join()
    if child.exitcode:
        raise StartError("The databases are not of this program's version, and could not be brought to it: see above.")


def _upgrade_both(settings: Settings) -> None:
    try:
        upgrade(settings.database_url, settings.data_dir / "snapshots")
        upgrade(settings.objects_url, settings.data_dir / "snapshots", OBJECTS)
    except SchemaError as error:
        sys.exit(f"alto: {error}")


def _spare_the_collector() -> None:
    """What start-up made stays for good: garbage collection need not look through it again, nor look every time that
    a listing makes a thousand objects."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # the C library keeps what it could give back
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def run(settings: Settings) -> int:
    """`serve`, as a process: the exit status."""
    log.configure(settings.log_level, settings.log_json)
    with contextlib.suppress(AttributeError):  # glibc's: each thread would have a heap of its own, some MB together
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    try:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # whoever starts sees everything anyway
        lock = lock_data_dir(settings.data_dir)
        check_format(settings.data_dir, settings.simulate)
        _bring_up_to_date(settings)
        # half of what asyncio's own loop takes of a request that comes from another thread, as the server's do
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
        lock.close()
    except (StartError, BadSecret, ValueError) as error:
        print(f"alto: {error}", file=sys.stderr)
        return 1
    return 0
