"""One connection to a libvirt daemon at a time: opened when needed, replaced when dead, given up when it
hangs.

Owns the process's one libvirt event loop, the connection, and the translation of libvirt's errors into the
driver's. Knows nothing of machines, save that events carry their ids.

Two things that libvirt's client library (seen in 9.0) answers with a crash of the whole process are kept from
it: a connection is never closed while a call is in it, and there is no keepalive, whose time-out with two
calls in flight is a use after free. The socket is local, so a daemon that dies is noticed anyway; one that
hangs is the business of the caller's deadline, who then calls `close`. Calls that hang keep their old
connection until the daemon answers or dies; the callers that follow share one attempt to connect anew, so
what a hanging daemon holds stays bounded.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import libvirt

from altostratus.services.compute.driver import DriverError, HostUnreachable, Impossible, MachineEvent

OPENING_SECONDS = 5.0  # that a caller waits while another connects
DEVICE_REMOVED = -1  # among libvirt's numbers of lifecycle events, which begin with 0
Watcher = Callable[[libvirt.virDomain, int, int], None]

_UNREACHABLE = {
    libvirt.VIR_ERR_NO_CONNECT,
    libvirt.VIR_ERR_INVALID_CONN,
    libvirt.VIR_ERR_RPC,
    libvirt.VIR_ERR_AUTH_FAILED,
    libvirt.VIR_ERR_AUTH_UNAVAILABLE,
}
_IMPOSSIBLE = {libvirt.VIR_ERR_XML_ERROR, libvirt.VIR_ERR_XML_DETAIL, libvirt.VIR_ERR_CONFIG_UNSUPPORTED}
_GONE = {libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_NO_DOMAIN_METADATA}


class _EventLoop:
    """libvirt's default event loop in a daemon thread; one for the whole process, started on first use."""

    _lock = threading.Lock()
    _started = False

    @classmethod
    def start(cls) -> None:
        with cls._lock:
            if cls._started:
                return
            libvirt.registerErrorHandler(lambda _context, _error: None, None)  # else each goes to stderr
            libvirt.virEventRegisterDefaultImpl()
            threading.Thread(target=cls._run, name="libvirt-events", daemon=True).start()
            cls._started = True

    @staticmethod
    def _run() -> None:
        while True:
            with suppress(libvirt.libvirtError):
                libvirt.virEventRunDefaultImpl()


class Connection:
    """Safe to use from many threads; `close` never waits for the daemon."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._change = threading.Condition()
        self._current: Link | None = None
        self._opening = False
        self._watcher: Watcher | None = None

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher(domain, event, detail)` from libvirt's event thread on each lifecycle event, and with
        DEVICE_REMOVED when a guest has let go of a device, over this connection and those that follow it. It must not
        call libvirt."""
        self._watcher = watcher
        self.close()  # one opened before has no registration
        with suppress(HostUnreachable), self.use():
            pass

    @contextmanager
    def use(self) -> Iterator[libvirt.virConnect]:
        """The connection; libvirt's errors inside become DriverError, HostUnreachable or Impossible."""
        with self.use_link() as link:
            yield link.connection

    @contextmanager
    def use_link(self) -> Iterator["Link"]:
        """As `use`, for what goes on using the connection afterwards: that holds the link as well."""
        link = self._hold()
        try:
            yield link
        except libvirt.libvirtError as error:
            raise translated(error) from error
        finally:
            link.release()

    def _hold(self) -> "Link":
        with self._change:
            if not self._change.wait_for(lambda: self._alive() or not self._opening, OPENING_SECONDS):
                raise HostUnreachable(f"libvirt at {self._uri} does not answer")
            if self._current is not None and self._alive():
                return self._current.held()
            self._opening = True
        try:
            return self._renew()
        finally:
            with self._change:
                self._opening = False
                self._change.notify_all()

    def close(self) -> None:
        """Give the connection up; the next use opens another."""
        with self._change:
            given_up, self._current = self._current, None
        if given_up is not None:
            given_up.release()

    def _alive(self) -> bool:
        return self._current is not None and bool(self._current.connection.isAlive())

    def _renew(self) -> "Link":
        link = self._open()
        with self._change:
            dead, self._current = self._current, link
            held = link.held()
        if dead is not None:
            dead.release()
        return held

    def _open(self) -> "Link":
        _EventLoop.start()
        try:
            connection = libvirt.open(self._uri)
            return Link(connection, self._registered(connection))
        except libvirt.libvirtError as error:
            raise HostUnreachable(f"libvirt at {self._uri} does not answer: {error}") from error

    def _registered(self, connection: libvirt.virConnect) -> list[int]:
        if self._watcher is None:
            return []
        relays = {
            libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE: _relay,
            libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED: _relay_removed,
        }
        return [connection.domainEventRegisterAny(None, kind, relay, self._watcher) for kind, relay in relays.items()]


class Link:
    """An open connection, the event registrations that keep it open, and how many hold it: at first
    `Connection`."""

    def __init__(self, connection: libvirt.virConnect, registrations: list[int]) -> None:
        self.connection = connection
        self._registrations = registrations
        self._holders = 1
        self._lock = threading.Lock()

    def held(self) -> "Link":
        with self._lock:
            self._holders += 1
        return self

    def release(self) -> None:
        """The last one closes it; in a thread, as taking leave of a daemon that hangs would hang as well."""
        with self._lock:
            self._holders -= 1
            last = self._holders == 0
        if last:
            threading.Thread(target=self._close, name="libvirt-close", daemon=True).start()

    def _close(self) -> None:
        for registration in self._registrations:
            with suppress(libvirt.libvirtError):
                self.connection.domainEventDeregisterAny(registration)
        with suppress(libvirt.libvirtError):
            self.connection.close()


def is_gone(error: BaseException | None) -> bool:
    """The domain, or what was asked of it, is not there."""
    return isinstance(error, libvirt.libvirtError) and error.get_error_code() in _GONE


def translated(error: libvirt.libvirtError) -> DriverError:
    """The driver's error for one of libvirt's."""
    code, message = error.get_error_code(), error.get_error_message() or str(error)
    if code in _UNREACHABLE or error.get_error_domain() == libvirt.VIR_FROM_RPC:
        return HostUnreachable(message)
    if code in _IMPOSSIBLE:
        return Impossible(f"this host cannot run the machine as asked: {message}")
    return DriverError(message)


def event(domain: libvirt.virDomain, kind: int) -> MachineEvent:
    return MachineEvent(domain.UUIDString(), _EVENT_NAMES.get(kind, f"event-{kind}"))


_EVENT_NAMES = {
    DEVICE_REMOVED: "device-removed",
    libvirt.VIR_DOMAIN_EVENT_DEFINED: "defined",
    libvirt.VIR_DOMAIN_EVENT_UNDEFINED: "undefined",
    libvirt.VIR_DOMAIN_EVENT_STARTED: "started",
    libvirt.VIR_DOMAIN_EVENT_SUSPENDED: "suspended",
    libvirt.VIR_DOMAIN_EVENT_RESUMED: "resumed",
    libvirt.VIR_DOMAIN_EVENT_STOPPED: "stopped",
    libvirt.VIR_DOMAIN_EVENT_SHUTDOWN: "shutdown",
    libvirt.VIR_DOMAIN_EVENT_PMSUSPENDED: "suspended",
    libvirt.VIR_DOMAIN_EVENT_CRASHED: "crashed",
}


def _relay(
    _connection: libvirt.virConnect, domain: libvirt.virDomain, kind: int, detail: int, watcher: Watcher
) -> None:
    watcher(domain, kind, detail)


def _relay_removed(_connection: libvirt.virConnect, domain: libvirt.virDomain, _alias: str, watcher: Watcher) -> None:
    watcher(domain, DEVICE_REMOVED, 0)
