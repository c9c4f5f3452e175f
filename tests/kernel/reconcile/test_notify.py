"""Wakes reach the other processes, and whatever breaks on the way only delays them."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import make_url

from altostratus.kernel.reconcile import notify
from altostratus.kernel.reconcile.notify import CHANNEL, Notifier
from altostratus.kernel.tx import Wake

pytestmark = pytest.mark.postgres
LAMP = Wake("lamp", "1/with/slashes")


class Plane:
    """A process that hears wakes."""

    def __init__(self, url: str) -> None:
        self.heard: list[Wake] = []
        self.notifier = Notifier(make_url(url), self.heard.extend)


def run(url: str, test: Callable[[Plane, Plane], object]) -> None:
    async def main() -> None:
        here, there = Plane(url), Plane(url)
        try:
            await test(here, there)  # type: ignore[misc]
        finally:
            await asyncio.to_thread(here.notifier.close)
            await asyncio.to_thread(there.notifier.close)

    asyncio.run(main())


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def send_until_heard(sender: Plane, receiver: Plane, wake: Wake) -> None:
    async with asyncio.timeout(8):
        while wake not in receiver.heard:
            sender.notifier.send([wake, wake])
            await asyncio.sleep(0.02)


def test_wakes_reach_the_others_and_not_the_sender(postgres_url: str) -> None:
    async def test(here: Plane, there: Plane) -> None:
        await send_until_heard(here, there, LAMP)
        await send_until_heard(there, here, Wake("lamp", "2"))
        assert LAMP not in here.heard
        assert Wake("lamp", "2") not in there.heard

    run(postgres_url, test)


def test_nonsense_on_the_channel_is_left_aside(postgres_url: str) -> None:
    async def test(here: Plane, there: Plane) -> None:
        await send_until_heard(here, there, LAMP)
        with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
            connection.execute("SELECT pg_notify(%s, 'nonsense')", (CHANNEL,))
        await send_until_heard(here, there, Wake("lamp", "afterwards"))
        assert {wake.kind for wake in there.heard} == {"lamp"}

    run(postgres_url, test)


def test_a_lost_connection_is_made_again(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "RETRY_SECONDS", 0.02)

    async def test(here: Plane, there: Plane) -> None:
        await send_until_heard(here, there, LAMP)
        with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
            cut = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            ).fetchone()
        assert cut
        assert cut[0] >= 2
        await send_until_heard(here, there, Wake("lamp", "afterwards"))

    run(postgres_url, test)
