"""The connection opens itself again, and libvirt's errors become ours. Uses libvirt's own `test` driver: no
daemon."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

libvirt = pytest.importorskip("libvirt")

from altostratus.services.compute.driver import DriverError, HostUnreachable, Impossible, MachineEvent  # noqa: E402
from altostratus.services.compute.drivers.libvirt.connection import Connection, event, is_gone  # noqa: E402

XML = "<domain type='test'><name>alto-x</name><memory>65536</memory><os><type>hvm</type></os></domain>"


@pytest.fixture
def connection() -> Iterator[Connection]:
    made = Connection("test:///default")
    yield made
    made.close()


def test_it_opens_when_used_and_again_after_close(connection: Connection) -> None:
    with connection.use() as first, connection.use() as again:
        assert first is again
    connection.close()
    connection.close()
    with connection.use() as second:
        assert second is not first
        assert second.isAlive()


def test_many_threads_come_to_share_one_connection(connection: Connection) -> None:
    used: list[object] = []

    def use() -> None:
        with connection.use() as opened:
            used.append(opened)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connection.use() as last:
        assert len(used) == 8
        assert last in used


def test_a_daemon_that_is_not_there_is_an_unreachable_host(tmp_path: Path) -> None:
    connection = Connection(f"qemu+unix:///system?socket={tmp_path}/none")
    with pytest.raises(HostUnreachable, match="does not answer"), connection.use():
        pytest.fail("there is nothing to use")


def test_errors_are_translated(connection: Connection) -> None:
    with pytest.raises(Impossible, match="cannot run"), connection.use() as opened:
        opened.defineXML("<domain")
    with pytest.raises(DriverError) as caught, connection.use() as opened:
        opened.lookupByName("nobody")
    assert is_gone(caught.value.__cause__)
    assert not isinstance(caught.value, Impossible | HostUnreachable)
    assert not is_gone(None)


def test_events_come_also_over_the_connection_that_follows(connection: Connection) -> None:
    told: list[MachineEvent] = []
    connection.watch(lambda domain, kind, _detail: told.append(event(domain, kind)))
    for _ in range(2):
        with connection.use() as opened:
            domain = opened.defineXML(XML)
            expected = [MachineEvent(domain.UUIDString(), what) for what in ("defined", "started")]
            domain.create()
            until = time.monotonic() + 10
            while not set(expected) <= set(told):
                assert time.monotonic() < until, told
                time.sleep(0.01)
            domain.destroy()
            domain.undefine()
        connection.close()


def test_a_connection_given_up_is_not_closed_under_a_call(connection: Connection) -> None:
    """The client library crashes the process when it is: so it is closed when the last call has left it."""
    with connection.use() as hung:
        connection.close()
        with connection.use() as fresh:
            assert fresh is not hung
        time.sleep(0.1)
        assert hung.isAlive()
        assert hung.getHostname()
    until = time.monotonic() + 10
    while is_open(hung):
        assert time.monotonic() < until
        time.sleep(0.01)


def is_open(opened: object) -> bool:
    return getattr(opened, "_o", None) is not None
