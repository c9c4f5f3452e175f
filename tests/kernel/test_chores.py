"""Chores take turns; one that fails is tried again later and stands in nobody's way."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from altostratus.kernel.chores import LONGEST, Chore, Chores
from altostratus.kernel.testing.loop import Simulation, run_seeded

Batch = Callable[[], Awaitable[bool]]


async def turns(seconds: float, **batches: Batch) -> None:
    """Let chores of 2 s run for so long."""
    chores = Chores([Chore(name, batch, 2.0) for name, batch in batches.items()])
    await chores.start()
    await asyncio.sleep(seconds)
    await chores.stop()


def test_a_chore_with_much_to_do_takes_turns_with_the_others() -> None:
    done: list[str] = []

    async def much() -> bool:
        done.append("much")
        return done.count("much") < 4

    async def little() -> bool:
        done.append("little")
        return False

    async def test(simulation: Simulation) -> None:
        await turns(3.0, much=much, little=little)

    run_seeded(1, test)
    assert done == ["much", "little", "much", "much", "much", "much", "little"]


def test_what_fails_is_tried_again_later_and_later(capsys: pytest.CaptureFixture[str]) -> None:
    failed: list[float] = []
    fine: list[float] = []

    async def fails() -> bool:
        failed.append(asyncio.get_running_loop().time())
        if len(failed) < 12:
            raise OSError("no")
        return False

    async def works() -> bool:
        fine.append(asyncio.get_running_loop().time())
        return False

    async def test(simulation: Simulation) -> None:
        await turns(4000.0, fails=fails, works=works)

    run_seeded(1, test)
    gaps = [round(later - earlier) for earlier, later in pairwise(failed)]
    assert gaps[:12] == [4, 8, 16, 32, 64, 128, 256, 512, LONGEST, LONGEST, LONGEST, 2]
    assert len(fine) > 1900
    assert "a chore failed" in capsys.readouterr().err


def test_it_stops_in_the_midst_of_a_chore() -> None:
    async def hangs() -> bool:
        await asyncio.get_running_loop().create_future()
        return True

    async def test(simulation: Simulation) -> float:
        await turns(1.0, hangs=hangs)
        return asyncio.get_running_loop().time()

    assert run_seeded(1, test) == 1.0


def test_it_may_fail_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    """For a thousand times two to the power of them would be no number any more."""

    async def fails() -> bool:
        raise OSError("no")

    async def test(simulation: Simulation) -> float:
        chore = Chore("fails", fails, 2.0)
        for _ in range(1100):
            await chore.do()
        return chore.due - asyncio.get_running_loop().time()

    assert run_seeded(1, test) == LONGEST
