"""A serial console of a simulated machine: it greets and echoes. Owns nothing of the machine."""

import threading

PIECE = 64 * 1024


class EchoConsole:
    """The guest's end sends back what is written, with a prompt after each line."""

    def __init__(self, greeting: bytes) -> None:
        self._waiting = bytearray(greeting)
        self._closed = False
        self._change = threading.Condition()

    def read(self) -> bytes:
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closed)
            piece = bytes(self._waiting[:PIECE])
            del self._waiting[:PIECE]
            return piece

    def write(self, data: bytes) -> None:
        with self._change:
            if not self._closed:
                self._waiting += data.replace(b"\r", b"\r\n# ")
                self._change.notify_all()

    def close(self) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed
