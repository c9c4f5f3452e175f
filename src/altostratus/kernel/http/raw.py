"""Raw ASGI: requests whose bytes must not pass a framework (image data, objects). Bounded memory both ways."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.http.context import Context

Headers = Iterable[tuple[str, str]]


class Disconnected(Exception):
    """The client went away before its body was complete."""


@dataclass(slots=True)
class RawRequest:
    """A request and the means to answer it. `params` are the named groups of the route's pattern, undecoded."""

    scope: Any
    receive: Any
    send: Any
    params: dict[str, str]
    started: bool = False

    @property
    def context(self) -> Context:
        return Context.of(self.scope)

    @property
    def actor(self) -> Actor:
        if self.context.actor is None:
            raise Unauthorized()
        return self.context.actor

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def headers(self) -> Mapping[str, str]:
        """Lower-case names; of repeated headers the last."""
        return self.context.asked

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    async def body(self) -> AsyncIterator[bytes]:
        """The body's chunks as they come."""
        async for chunk in body_of(self.receive):
            yield chunk

    async def start(self, status: int, headers: Headers = ()) -> None:
        self.started = True
        await self.send({"type": "http.response.start", "status": status, "headers": wired(headers)})

    async def write(self, chunk: bytes, more: bool = True) -> None:
        await self.send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def answer(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        """A complete response."""
        length = () if status in (204, 304) else (("content-length", str(len(body))),)
        await self.start(status, [*headers, *length])
        await self.write(body, more=False)

    @property
    def can_send_files(self) -> bool:
        """Whether the server sends whole files itself, without copying them through Python."""
        return "http.response.pathsend" in self.scope.get("extensions", {})

    async def send_file(self, path: Path, status: int, headers: Headers) -> None:
        """A whole file as the body; only where `can_send_files`."""
        await self.start(status, headers)
        await self.send({"type": "http.response.pathsend", "path": str(path)})


def wired(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as they are sent: in UTF-8, and bytes that were none when they came as they were."""
    return [(name.lower().encode(), value.encode(errors="surrogateescape")) for name, value in headers]


async def body_of(receive: Any) -> AsyncIterator[bytes]:
    """A request body's chunks as they come; Disconnected when the client goes away before the last one."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected()
        if chunk := message.get("body"):
            yield chunk
        if not message.get("more_body"):
            return
