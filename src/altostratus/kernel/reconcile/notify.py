"""Wakes across processes: PostgreSQL's NOTIFY, sent after the commit, coalesced, outside any transaction.

Losing one costs a few seconds at most: the scan finds what it was about.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import URL

from altostratus.kernel.log import logger
from altostratus.kernel.tx import Wake

CHANNEL = "altostratus_wake"
RETRY_SECONDS = 2.0
log = logger("notify")


class Notifier:
    """Sends this process's wakes to the others and theirs to it. One daemon thread, one connection."""

    def __init__(self, url: URL, on_wake: Callable[[list[Wake]], None]) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._on_wake = on_wake
        self._loop = asyncio.get_running_loop()
        self._unsent: dict[Wake, None] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notify", daemon=True)
        self._thread.start()

    def send(self, wakes: list[Wake]) -> None:
        """Tell the other processes, soon."""
        with self._lock:
            self._unsent.update(dict.fromkeys(wakes))

    def close(self) -> None:
        self._closing.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._converse(connection)
            except psycopg.Error as error:
                log.warning("no notifications; the scan goes on", error=str(error))
                self._closing.wait(RETRY_SECONDS)

    def _converse(self, connection: psycopg.Connection) -> None:
        while not self._closing.is_set():
            with self._lock:
                unsent, self._unsent = self._unsent, {}
            for wake in unsent:
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{wake.kind}/{wake.key}"))
            own = connection.info.backend_pid
            heard = [n for n in connection.notifies(timeout=0.1) if n.pid != own and "/" in n.payload]
            if heard:
                wakes = [Wake.of(n.payload) for n in heard]
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody to wake
                    self._loop.call_soon_threadsafe(self._on_wake, wakes)
