"""Keeps a server busy with requests that are bytes already, over a few connections, one under way on each: so the
server is measured and hardly the client. Knows as much of HTTP as that takes: answers have a Content-Length."""

import socket
from collections.abc import Sequence

from figure import seconds

CONNECTIONS = 4


def rendered(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request over a connection that stays open."""
    more = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in more.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def seconds_each(port: int, requests: Sequence[bytes]) -> float:
    """How long the server takes for a request, of as many as it gets done; RuntimeError unless it answers 2xx."""
    connections = [_Connection(port) for _ in range(CONNECTIONS)]
    try:
        return seconds(lambda: _exchange(connections, requests)) / len(requests)
    finally:
        for connection in connections:
            connection.close()


def _exchange(connections: "list[_Connection]", requests: Sequence[bytes]) -> None:
    for number, request in enumerate(requests):
        connection = connections[number % len(connections)]
        if number >= len(connections):
            connection.receive()
        connection.send(request)
    for connection in connections[: len(requests)]:
        connection.receive()


class _Connection:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self._socket.sendall(request)

    def receive(self) -> None:
        """One answer, of which the status is looked at."""
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        length = int(head.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(received) < end + 4 + length:
            received += self._more()
        if not head.startswith(b"http/1.1 2"):
            raise RuntimeError(repr(received[:300]))

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        if not (chunk := self._socket.recv(65536)):
            raise RuntimeError("the server closed the connection")
        return chunk
