"""The console proxy: joins a WebSocket to a server's serial console, bytes both ways."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from altostratus.kernel.clock import Clock
from altostratus.kernel.lanes import Lane
from altostratus.kernel.log import logger
from altostratus.services.compute.driver import ConsoleStream, DriverError
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.remote_console import read_token

PATH = "/console"
FORBIDDEN, GONE = 4403, 4410
log = logger("console")


class ConsoleProxy:
    """Serves `PATH`. Reading blocks a thread for as long as a console is open, hence a lane of its own."""

    def __init__(self, compute: Compute, clock: Clock, readers: Lane) -> None:
        self._compute = compute
        self._clock = clock
        self._readers = readers

    async def serve(self, scope: Any, receive: Any, send: Any) -> None:
        """One WebSocket, from handshake to end."""
        await receive()
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        server_id = read_token(self._compute, token, self._clock.now())
        console = await self._open(server_id) if server_id else None
        if console is None:
            await send({"type": "websocket.close", "code": GONE if server_id else FORBIDDEN})
            return
        offered = scope.get("subprotocols", [])
        await send({"type": "websocket.accept", "subprotocol": "binary" if "binary" in offered else None})
        reading = asyncio.create_task(self._show(console, send))
        try:
            await self._type(console, receive, reading)
        finally:
            console.close()
            await asyncio.gather(reading, return_exceptions=True)

    async def _open(self, server_id: str) -> ConsoleStream | None:
        server = await self._compute.db.read(lambda tx: servers.get_server(tx, server_id))
        host = self._compute.hosts.get(server.host_id or "") if server else None
        if host is None:
            return None
        try:
            return await host.observe.run(host.driver.open_console, server_id)
        except DriverError as error:
            log.info("console not opened", server=server_id, error=str(error))
            return None

    async def _show(self, console: ConsoleStream, send: Any) -> None:
        """What the guest writes, until it ends."""
        while chunk := await self._readers.run(console.read, deadline=86400.0):
            await send({"type": "websocket.send", "bytes": chunk})
        await send({"type": "websocket.close", "code": 1000})

    async def _type(self, console: ConsoleStream, receive: Any, reading: "asyncio.Task[None]") -> None:
        """What the user types, until either side ends."""
        while not reading.done():
            getting = asyncio.ensure_future(receive())
            await asyncio.wait({getting, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                return
            message = getting.result()
            if message["type"] != "websocket.receive":
                return
            data = message.get("bytes") or (message.get("text") or "").encode()
            await self._readers.run(console.write, data)
