"""The HTTP server: Granian, embedded in the process's own event loop. Nothing else knows which server it is."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

BUFFER_BYTES = 1 << 20
"""The most of a body that comes at once: handing over each piece costs both cores time that large uploads lack."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen: an address, a port, and optionally a certificate and its key (PEM files)."""

    address: str = "127.0.0.1"
    port: int = 8774
    tls_cert: Path | None = None
    tls_key: Path | None = None


class HttpServer:
    """Serves one ASGI application until it is stopped."""

    def __init__(self, app: Any, listen: Listen) -> None:
        self._server = Server(
            app,
            address=listen.address,
            port=listen.port,
            interface=Interfaces.ASGINL,
            ssl_cert=listen.tls_cert,
            ssl_key=listen.tls_key,
            log_enabled=False,
            backlog=1024,
            http1_settings=HTTP1Settings(max_buffer_size=BUFFER_BYTES),
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve())

    async def wait(self) -> None:
        """Until the server ends by itself, which it does only on failure."""
        if self._task:
            await self._task

    async def stop(self) -> None:
        if self._task:
            self._server.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait([self._task], timeout=5)
