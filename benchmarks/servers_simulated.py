"""Servers without a hypervisor: what the control plane itself costs."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from cloud import Cloud, Session, make_network, running_cloud, smallest_flavor, upload_image, wait_for
from figure import Figure, median_ms, seconds, spread
from process import processor_time
from sqlalchemy import Engine, event

from altostratus.app.settings import Settings
from altostratus.app.wiring import System, admin_password
from altostratus.kernel.testing.client import ApiClient

DETAIL = "/compute/v2.1/servers/detail"
MANY = 1000
BURST, CLIENTS = 300, 8
QUIET_SECONDS = 55.0  # filters follow their groups at most once in 50 s with a thousand ports
BUSY = 0.2  # of a processor; the regular looks at everything take less


class Servers:
    """Makes servers in a cloud: an image, a network and a flavor are ready."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        session = cloud.session()
        image = upload_image(session, bytes(1 << 20), "raw")
        network, _ = make_network(session, "10.96.0.0/16")
        self._body = {
            "name": "benchmark",
            "imageRef": image,
            "flavorRef": smallest_flavor(session),
            "networks": [{"uuid": network}],
        }

    def create(self, session: Session) -> None:
        session.post("/compute/v2.1/servers", {"server": self._body})

    def create_many(self, count: int, clients: int) -> None:
        """Each client makes its share, one after the other."""
        sessions = [self._cloud.session() for _ in range(clients)]
        shares = [range(first, count, clients) for first in range(clients)]
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(self._create_share, sessions, shares))

    def _create_share(self, session: Session, share: range) -> None:
        for _ in share:
            self.create(session)


def measure(quick: bool) -> Iterator[Figure]:
    with running_cloud() as cloud:
        servers, session = Servers(cloud), cloud.session()
        servers.create(session)
        posts = [seconds(lambda: servers.create(session)) for _ in range(20 if quick else 99)]
        note = f"one client, servers being built meanwhile; {spread(posts, 'ms', 1000)}"
        yield Figure("`POST /servers` to 202", median_ms(posts), "ms", 50, note=note)
        made = len(posts) + 1
        wait_until_active(cloud, made)
        yield from _burst(cloud, servers, made, BURST)
        servers.create_many(MANY - made - BURST, CLIENTS)
        wait_until_active(cloud, MANY)
        note = "the ports' filters follow the members of the default group"
        yield Figure("last of 1,000 ACTIVE to the end of what follows", wait_until_quiet(cloud), "s", note=note)
        yield _listing(cloud.session(), 3 if quick else 21)
        yield from asyncio.run(_statements(cloud))


def wait_until_active(cloud: Cloud, count: int) -> None:
    """Until the cloud has this many servers and none that is not ACTIVE. Looks through a narrow query, so as not to
    take the time that is measured."""
    session = cloud.session()
    building = "/compute/v2.1/servers?limit=1&status=BUILD"
    wait_for(lambda: not session.get(building)["servers"], every=0.1)
    active = session.get("/compute/v2.1/servers?status=ACTIVE")["servers"]
    if len(active) != count:
        raise RuntimeError(f"{len(active)} of {count} servers are ACTIVE")


def wait_until_quiet(cloud: Cloud) -> float:
    """Until nothing has gone on for QUIET_SECONDS; the seconds from the call to the last that did."""
    began = last = time.monotonic()
    while time.monotonic() < last + QUIET_SECONDS:
        before = processor_time(cloud.pid)
        time.sleep(1)
        if processor_time(cloud.pid) - before > BUSY:
            last = time.monotonic()
    return last - began


def _burst(cloud: Cloud, servers: Servers, there: int, count: int) -> Iterator[Figure]:
    before, began = processor_time(cloud.pid), time.perf_counter()
    servers.create_many(count, CLIENTS)
    accepted = time.perf_counter() - began
    wait_until_active(cloud, there + count)
    rate = count / (time.perf_counter() - began)
    worked = (processor_time(cloud.pid) - before) / count * 1000
    note = f"{count} servers by {CLIENTS} clients, first POST to last ACTIVE; accepted at {count / accepted:.0f}/s; "
    note += f"{worked:.0f} ms of processor time each"
    yield Figure("create to ACTIVE, simulated, sustained", rate, "servers/s", 30, at_least=True, note=note)


def _listing(session: Session, times: int) -> Figure:
    shown = session.get(DETAIL)["servers"]
    assert len(shown) == MANY, len(shown)
    lists = [seconds(lambda: session.send("GET", DETAIL)) for _ in range(times)]
    note = f"one page, every server with a port, quiet otherwise; {spread(lists, 'ms', 1000)}"
    return Figure("`GET /servers/detail` with 1,000 servers", statistics.median(lists) * 1000, "ms", 100, note=note)


async def _statements(cloud: Cloud) -> list[Figure]:
    """SQL statements of one listing, counted in this process over the same database."""
    system = System(Settings(data_dir=cloud.data_dir, simulate=True))
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    async def counted(client: ApiClient, limit: int) -> int:
        nonlocal count
        count = 0
        answer = await client.get(f"{DETAIL}?limit={limit}")
        assert len(answer.json()["servers"]) == limit
        return count

    async def least(client: ApiClient, limit: int) -> int:
        """Of three: what is looked up of the token, now and then, is not the list's."""
        return min([await counted(client, limit) for _ in range(3)])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        async with ApiClient(system.asgi) as client:
            await client.login("admin", admin_password(cloud.data_dir), "admin")
            few, many = await least(client, 10), await least(client, MANY)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        system.db.close()
    return [
        Figure("SQL statements of `GET /servers/detail`, 10 servers", few, "statements"),
        Figure("SQL statements of `GET /servers/detail`, 1,000 servers", many, "statements", few),
    ]
