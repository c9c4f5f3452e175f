"""At most one worker holds a key, and one that lost it finds out before it writes."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from altostratus.kernel.db import Database, open_database, state
from altostratus.kernel.errors import Stale
from altostratus.kernel.reconcile.lease import Lease, Leases, MemoryLeases, TableLeases, lease_table, open_leases
from altostratus.kernel.reconcile.reconciler import Pass
from altostratus.kernel.testing.clock import ManualClock
from altostratus.kernel.tx import Tx, Wake
from tests.kernel.db.notes import add, make_table, names

KEY = Wake("lamp", "1")


def run(database: Database, test: Callable[[Leases], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await test(await open_leases(database, "me", seconds=20))

    asyncio.run(main())


def expire(tx: Tx) -> None:
    """The database's time runs past every lease."""
    tx.sql.execute(update(lease_table).values(expires_at=lease_table.c.expires_at - timedelta(hours=1)))


async def claimed(leases: Leases, wake: Wake = KEY) -> Lease:
    lease = await leases.claim(wake)
    assert lease
    return lease


def test_one_holder_at_a_time(database: Database) -> None:
    async def test(leases: Leases) -> None:
        first = await claimed(leases)
        assert await leases.claim(KEY) is None
        assert await leases.claim(Wake("lamp", "2")), "another key is free"
        await leases.check(first)
        await leases.release(first)
        second = await claimed(leases)
        assert second.token > first.token
        with pytest.raises(Stale):
            await leases.check(first)
        await leases.release(first)
        await leases.check(second)

    run(database, test)


def test_tokens_grow_from_key_to_key(database: Database) -> None:
    """What several kinds of keys act on bears the token of the last."""

    async def test(leases: Leases) -> None:
        for _ in range(3):
            await leases.release(await claimed(leases))
        last = await claimed(leases)
        other = await claimed(leases, Wake("bulb", "1"))
        assert other.token > last.token

    run(database, test)


def test_tokens_grow_though_the_database_forgets(database: Database) -> None:
    """As after the restore of an old backup."""

    async def test(leases: Leases) -> None:
        before = await claimed(leases)
        await database.write(lambda tx: [tx.sql.execute(each.delete()) for each in (lease_table, state.counter)])
        after = await claimed(await open_leases(database, "me"))
        assert after.token > before.token

    run(database, test)


def test_many_ask_one_gets_it(database: Database) -> None:
    async def test(leases: Leases) -> None:
        answers = await asyncio.gather(*(leases.claim(KEY) for _ in range(8)))
        assert len([lease for lease in answers if lease]) == 1

    run(database, test)


def test_a_stale_holder_cannot_write(database: Database) -> None:
    make_table(database)

    async def test(leases: Leases) -> None:
        lease = await claimed(leases)
        turn = Pass(database, leases, lease)
        await turn.write(lambda tx: add(tx, "held"))
        await leases.release(lease)
        await claimed(leases)
        with pytest.raises(Stale):
            await turn.write(lambda tx: add(tx, "stale"))
        assert await turn.read(names) == {"held"}

    run(database, test)


def test_tokens_grow_from_one_start_to_the_next(database: Database) -> None:
    async def main() -> list[int]:
        before = await claimed(await open_leases(database, "me"))
        if database.dialect == "postgresql":
            await database.write(expire)
        return [before.token, (await claimed(await open_leases(database, "me again"))).token]

    first, second = asyncio.run(main())
    assert first < second


def test_leases_fit_the_database(database: Database) -> None:
    async def test(leases: Leases) -> None:
        kind, seconds = (TableLeases, 20) if database.dialect == "postgresql" else (MemoryLeases, 30)
        assert isinstance(leases, kind)
        assert leases.seconds == seconds

    run(database, test)


@pytest.mark.postgres
def test_an_expired_lease_is_lost_and_may_be_claimed(postgres_url: str) -> None:
    database = open_database(postgres_url)
    make_table(database)

    async def test(leases: Leases) -> None:
        old = await claimed(leases)
        await database.write(expire)
        with pytest.raises(Stale):
            await leases.check(old)
        with pytest.raises(Stale):
            await Pass(database, leases, old).write(lambda tx: add(tx, "stale"))
        new = await claimed(TableLeases(database, "other"))
        assert new.token > old.token
        await leases.release(old)
        assert await leases.claim(KEY) is None, "a stale release frees nothing"

    run(database, test)
    database.close()


@pytest.mark.postgres
def test_renewal_puts_expiry_off(postgres_url: str) -> None:
    database = open_database(postgres_url)

    async def test(leases: Leases) -> None:
        lease = await claimed(leases)
        before = await database.read(lambda tx: tx.sql.execute(lease_table.select()).one().expires_at)
        await leases.check(lease)
        assert await database.read(lambda tx: tx.sql.execute(lease_table.select()).one().expires_at) > before

    run(database, test)
    database.close()


@pytest.mark.postgres
def test_only_the_databases_time_counts(postgres_url: str) -> None:
    clock = ManualClock()
    database = open_database(postgres_url, clock=clock)

    async def test(leases: Leases) -> None:
        lease = await claimed(leases)
        clock.advance(1e9)
        await leases.check(lease)
        assert await leases.claim(KEY) is None

    run(database, test)
    database.close()
