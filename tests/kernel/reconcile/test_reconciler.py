"""A pass guards what it does outside: the lease is checked before a call and renewed while a long one goes on."""

import asyncio
from typing import Any, cast

import pytest

from altostratus.kernel.db import Database
from altostratus.kernel.errors import Stale
from altostratus.kernel.reconcile.lease import Lease, MemoryLeases
from altostratus.kernel.reconcile.reconciler import Pass
from altostratus.kernel.testing.lanes import InlineLane
from altostratus.kernel.testing.loop import Simulation, run_seeded
from altostratus.kernel.tx import Wake


class Watched(MemoryLeases):
    """Leases of nine seconds that note when they are renewed."""

    def __init__(self) -> None:
        super().__init__(1)
        self.seconds = 9.0
        self.renewed: list[float] = []

    async def check(self, lease: Lease) -> None:
        await super().check(lease)
        self.renewed.append(round(asyncio.get_running_loop().time(), 3))


async def turn_of(leases: MemoryLeases) -> Pass:
    lease = await leases.claim(Wake("lamp", "a"))
    assert lease
    return Pass(cast(Database, None), leases, lease)


def slow(simulation: Simulation) -> Any:
    return InlineLane("slow", 1, 100.0, simulation.entropy, slowest=40.0)


def test_a_long_call_renews_its_lease_in_time() -> None:
    async def main(simulation: Simulation) -> None:
        leases = Watched()
        turn = await turn_of(leases)
        assert await turn.call(slow(simulation), divmod, 7, 2) == (3, 1)
        took = asyncio.get_running_loop().time()
        assert leases.renewed == [3.0 * n for n in range(int(took // 3) + 1)]
        assert len(leases.renewed) > 3

    run_seeded(1, main)


def test_no_call_is_made_without_a_lease() -> None:
    async def main(simulation: Simulation) -> None:
        leases, calls = Watched(), list[int]()
        turn = await turn_of(leases)
        await leases.release(turn.lease)
        with pytest.raises(Stale):
            await turn.call(slow(simulation), calls.append, 1)
        await asyncio.sleep(200)
        assert calls == []

    run_seeded(1, main)


def test_a_lease_lost_during_a_call_ends_the_wait() -> None:
    async def main(simulation: Simulation) -> None:
        leases = Watched()
        turn = await turn_of(leases)
        call = asyncio.ensure_future(turn.call(slow(simulation), divmod, 1, 0))
        await asyncio.sleep(1)
        await leases.release(turn.lease)
        with pytest.raises(Stale):
            await call
        assert asyncio.get_running_loop().time() == pytest.approx(3.0)

    run_seeded(1, main)
