"""Keeps a server busy with requests that are bytes already, over a few connections, one under way on each: so the
server is measured and hardly the client. Knows as much of HTTP as that takes: answers have a Content-Length, or no
body."""

import socket
from collections.abc import Iterable, Sequence

from figure import seconds

CONNECTIONS = 4


def rendered(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request over a connection that stays open."""
    more = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in more.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class Load:
    """Some connections to a server, open until the block ends."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self._connections = [_Connection(port) for _ in range(connections)]

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()

    def seconds_each(self, requests: Sequence[bytes]) -> float:
        """How long the server takes for a request, of as many as it gets done; RuntimeError unless it answers 2xx."""
        return seconds(lambda: self._exchange(requests)) / len(requests)

    def stream(self, head: bytes, chunks: Iterable[bytes]) -> None:
        """One request over the first connection, whose body is sent as it comes."""
        connection = self._connections[0]
        connection.send(head)
        for chunk in chunks:
            connection.send(chunk)
        connection.receive()

    def _exchange(self, requests: Sequence[bytes]) -> None:
        for number, request in enumerate(requests):
            connection = self._connections[number % len(self._connections)]
            if number >= len(self._connections):
                connection.receive()
            connection.send(request)
        for connection in self._connections[: len(requests)]:
            connection.receive()


class _Connection:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(1 << 20))

    def send(self, request: bytes) -> None:
        self._socket.sendall(request)

    def receive(self) -> None:
        """One answer, of which the status is looked at."""
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        _, said, rest = head.partition(b"\r\ncontent-length:")
        length = int(rest.split(b"\r\n", 1)[0]) if said else 0
        missing = end + 4 + length - len(received)
        while missing > 0:
            missing -= len(self._more())
        if not head.startswith(b"http/1.1 2"):
            raise RuntimeError(repr(received[:300]))

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> memoryview:
        if not (taken := self._socket.recv_into(self._buffer)):
            raise RuntimeError("the server closed the connection")
        return self._buffer[:taken]
