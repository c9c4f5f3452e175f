"""OpenStack's metadata service: guests ask http://169.254.169.254/openstack/… and are known by where they ask from.

It listens through sockets that the network service opens inside each network's namespace, so no proxy is needed. A
guest is identified by the door it came through and its source address, which anti-spoofing makes trustworthy.
Speaks just enough HTTP/1.1 for GET: requests are small, bounded and answered one a connection.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping

from altostratus.kernel.log import logger
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain import documents
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute

EVERY_SECONDS = 1.0
REQUEST_BYTES, REQUEST_SECONDS = 8192, 10.0
Door = tuple[str | None, str | None]
Documents = Callable[[str], Mapping[str, bytes]]
"""What a guest may read of a version, by file name."""
log = logger("metadata")


class MetadataServer:
    """Keeps one listener for every door there is."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute
        self._doors: dict[Door, asyncio.Server] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        for server in self._doors.values():
            server.close()
        self._doors.clear()

    async def _follow(self) -> None:
        """Open and close listeners as networks and routers come and go."""
        while True:
            try:
                await self._adjust()
            except Exception:
                log.exception("doors could not be adjusted")
            await asyncio.sleep(EVERY_SECONDS)

    async def _adjust(self) -> None:
        wanted = set(await self._compute.db.read(self._compute.networks.metadata_doors))
        for door in set(self._doors) - wanted:
            self._doors.pop(door).close()
        for door in wanted - set(self._doors):
            try:
                listener = await self._compute.work.run(self._compute.networks.open_door, *door)
            except Exception as error:
                log.info("a door cannot be opened yet", door=door, error=str(error))
                continue
            self._doors[door] = await asyncio.start_server(functools.partial(self._serve, door), sock=listener)

    async def _serve(self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                status, body, kind = await self._answer(door, writer.get_extra_info("peername")[0], head)
                writer.write(_response(status, body, kind))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        except Exception:
            log.exception("metadata request failed", door=door)
        finally:
            writer.close()

    async def _answer(self, door: Door, address: str, head: bytes) -> tuple[int, bytes, str]:
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != 3 or words[0] not in ("GET", "HEAD") or len(head) > REQUEST_BYTES:
            return 400, b"", "text/plain"
        found = await self._compute.db.read(lambda tx: self._documents(tx, door, address))
        if found is None:
            return 404, b"", "text/plain"
        return route(words[1].split("?", 1)[0], found)

    def _documents(self, tx: Tx, door: Door, address: str) -> Documents | None:
        owner = self._compute.networks.owner_at(tx, address, *door)
        server = servers.get_server(tx, owner.removeprefix("compute.server/")) if owner else None
        if server is None or server.deleted_at is not None:
            return None
        ports = self._compute.networks.ports_of(tx, [server.owner]).get(server.owner, [])
        return functools.partial(documents.documents, server, ports)


def route(path: str, documents_of: Documents) -> tuple[int, bytes, str]:
    """(status, body, content type) of a path; lines of a listing are parted by a newline, as Nova's are."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return 200, b"openstack", "text/plain"
    if parts[0] != "openstack" or len(parts) > 3:
        return 404, b"", "text/plain"
    if len(parts) == 1:
        return 200, "\n".join(documents.VERSIONS).encode(), "text/plain"
    if parts[1] not in documents.VERSIONS:
        return 404, b"", "text/plain"
    found = documents_of(parts[1])
    if len(parts) == 2:
        return 200, "\n".join(found).encode(), "text/plain"
    if parts[2] not in found:
        return 404, b"", "text/plain"
    kind = "application/json" if parts[2].endswith(".json") else "application/octet-stream"
    return 200, found[parts[2]], kind


_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found"}


def _response(status: int, body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body
