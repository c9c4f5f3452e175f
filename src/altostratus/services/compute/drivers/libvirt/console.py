"""A machine's serial console as a two-way stream. Owns the libvirt stream and the bytes not yet read."""

import threading
import time
from contextlib import suppress

import libvirt

from altostratus.services.compute.driver import DriverError
from altostratus.services.compute.drivers.libvirt.connection import Link

PIECE = 64 * 1024
UNREAD_LIMIT = 1 << 20
WRITE_SECONDS = 10.0
_WOULD_BLOCK = -2


class LibvirtConsole:
    """Bytes arrive in libvirt's event thread; `read` takes them from here. While a reader is more than 1 MiB
    behind we take no more, and the guest's output waits in libvirt."""

    def __init__(self, link: Link, domain: libvirt.virDomain) -> None:
        self._unread = bytearray()
        self._ended = False
        self._listening = True
        self._change = threading.Condition()
        self._stream = link.connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
        domain.openConsole(None, self._stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)
        self._link = link.held()
        self._stream.eventAddCallback(_INTEREST, self._arrived, None)

    def read(self) -> bytes:
        with self._change:
            self._change.wait_for(lambda: self._unread or self._ended)
            piece = bytes(self._unread[:PIECE])
            del self._unread[:PIECE]
            resume = not self._listening and not self._ended
            self._listening = True
        if resume:
            self._listen(_INTEREST)
        return piece

    def write(self, data: bytes) -> None:
        """Raises DriverError when the guest takes nothing for ten seconds, or the stream has ended."""
        until = time.monotonic() + WRITE_SECONDS
        while data and not self._ended:
            sent = self._send(data)
            if sent > 0:
                data = data[sent:]
            elif time.monotonic() > until:
                raise DriverError("the console takes no input")
            else:
                time.sleep(0.02)

    def close(self) -> None:
        with self._change:
            first, self._ended = not self._ended, True
            self._change.notify_all()
        if first:  # in a thread: it may be libvirt's event thread that calls, or a daemon that hangs
            threading.Thread(target=self._leave, name="libvirt-console-close", daemon=True).start()

    @property
    def closed(self) -> bool:
        return self._ended

    def _leave(self) -> None:
        with suppress(libvirt.libvirtError):
            self._stream.eventRemoveCallback()
        with suppress(libvirt.libvirtError):
            self._stream.abort()
        self._link.release()

    def _send(self, data: bytes) -> int:
        try:
            return int(self._stream.send(data[:PIECE]))
        except libvirt.libvirtError as error:
            raise DriverError(error.get_error_message() or "the console has ended") from error

    def _listen(self, interest: int) -> None:
        with suppress(libvirt.libvirtError):
            self._stream.eventUpdateCallback(interest)

    def _arrived(self, _stream: libvirt.virStream, happened: int, _opaque: object) -> None:
        if not (happened & libvirt.VIR_STREAM_EVENT_READABLE and self._receive()):
            self.close()

    def _receive(self) -> bool:
        """Whether the stream goes on."""
        try:
            piece = self._stream.recv(PIECE)
        except libvirt.libvirtError:
            return False
        if isinstance(piece, int):
            return piece == _WOULD_BLOCK
        with self._change:
            self._unread += piece
            self._change.notify_all()
            full = len(self._unread) > UNREAD_LIMIT
            self._listening = not full
        if full:
            self._listen(_FAILURE)
        return bool(piece)


_FAILURE = libvirt.VIR_STREAM_EVENT_ERROR | libvirt.VIR_STREAM_EVENT_HANGUP
_INTEREST = libvirt.VIR_STREAM_EVENT_READABLE | _FAILURE
