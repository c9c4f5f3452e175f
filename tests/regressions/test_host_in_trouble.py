"""Two bugs of a host in trouble, found by simulation: a server that was made while its host was silent for a moment
failed for good, and the console's log was a 500 where the host failed or did not answer in time."""

import asyncio
from pathlib import Path

import pytest

from altostratus.kernel.testing.faults import Kind
from altostratus.services.compute.domain.placement import PATIENCE
from tests.regressions.little_universe import LOOK, Little, play


def test_a_server_waits_for_a_host_that_is_silent_for_a_moment(tmp_path: Path) -> None:
    async def scenario(universe: Little) -> None:
        universe.machines.reachable = False
        await asyncio.sleep(LOOK)
        server = await universe.make_server()
        await asyncio.sleep(LOOK)
        assert await universe.status(server) == "BUILD"
        universe.machines.reachable = True
        await asyncio.sleep(3 * LOOK)
        assert await universe.status(server) == "ACTIVE"

    play(tmp_path, scenario)


def test_but_not_for_one_that_is_gone(tmp_path: Path) -> None:
    async def scenario(universe: Little) -> None:
        universe.machines.reachable = False
        await asyncio.sleep(PATIENCE.total_seconds() + LOOK)
        server = await universe.make_server()
        await asyncio.sleep(LOOK)
        assert await universe.status(server) == "ERROR"

    play(tmp_path, scenario)


@pytest.mark.parametrize("kind", ["fail", "lost", "hang"])
def test_a_console_log_that_cannot_be_read_is_the_hosts_fault(tmp_path: Path, kind: Kind) -> None:
    async def scenario(universe: Little) -> None:
        server = await universe.make_server()
        await asyncio.sleep(LOOK)
        universe.machine_faults.inject("console_log", kind)
        statuses: list[int] = []
        for _ in range(2):
            answer = await universe.api.post(f"{server}/action", {"os-getConsoleOutput": {}})
            statuses.append(answer.status_code)
        assert statuses == [503, 200]

    play(tmp_path, scenario)
