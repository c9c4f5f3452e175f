"""The engine, in virtual time: what wakes a key, how often it is looked at, and when again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from altostratus.kernel.db import Database, open_database
from altostratus.kernel.errors import DeadlineExceeded, Stale
from altostratus.kernel.log import correlation
from altostratus.kernel.reconcile import Again, Done, Engine, Terminal, loop
from altostratus.kernel.reconcile.lease import MemoryLeases
from altostratus.kernel.testing.loop import Simulation, run_seeded
from altostratus.kernel.tx import Wake
from tests.kernel.reconcile.lamps import Scripted, scripted

SEEDS = range(5)


@dataclass
class Bench:
    """An engine with one scripted reconciler."""

    database: Database
    leases: MemoryLeases
    reconciler: Scripted
    engine: Engine

    async def idle(self) -> None:
        while not self.engine.idle:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.01)


def run(url: str, seed: int, test: Callable[[Bench], Awaitable[None]], **options: Any) -> None:
    async def main(simulation: Simulation) -> None:
        database = open_database(url, clock=simulation.clock, entropy=simulation.entropy, inline=True)
        reconciler = Scripted(asyncio.get_running_loop().time)
        leases = MemoryLeases(1)
        engine = Engine(database, leases, simulation.clock, [reconciler], **options)
        database.on_wake = engine.wake
        try:
            await test(Bench(database, leases, reconciler, engine))
            await engine.stop()
        finally:
            database.close()

    run_seeded(seed, main)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_key_is_never_looked_at_twice_at_once_and_concurrency_is_bounded(sqlite_url: str, seed: int) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.busy = lambda key: asyncio.sleep(0.1)
        for _ in range(20):
            bench.engine.wake(scripted("a", "b", "c", "d", "e"))
            await asyncio.sleep(0.03)
        await bench.idle()
        assert not bench.reconciler.twice
        assert bench.reconciler.most_inside == 3
        assert {key for _, key in bench.reconciler.passes} == set("abcde")

    run(sqlite_url, seed, test, concurrency=3)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wake_during_a_pass_leads_to_one_more_pass(sqlite_url: str, seed: int) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.busy = lambda key: asyncio.sleep(1)
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(0.5)
        for _ in range(3):
            bench.engine.wake(scripted("a", "a"))
        await bench.idle()
        assert len(bench.reconciler.times("a")) == 2

    run(sqlite_url, seed, test)


def test_a_committed_wake_carries_its_cause_into_the_history(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script["a"] = ["step one", "step two"]
        correlation.set("req-7")
        await bench.database.write(lambda tx: tx.wake("scripted", "a"))
        await bench.idle()
        [record] = bench.engine.history("scripted", "a")
        assert (record.request, record.steps, record.end) == ("req-7", ("str", "str"), repr(Done()))
        assert bench.engine.history("scripted", "b") == []

    run(sqlite_url, 1, test)


def test_foreign_kinds_and_keys_that_are_gone_are_harmless(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.engine.wake([Wake("unknown", "a")])
        assert bench.engine.idle
        bench.engine.wake(scripted("gone"))
        await bench.idle()
        assert bench.engine.history("scripted", "gone")[0].end == repr(Done())

    run(sqlite_url, 1, test)


def test_again_is_on_time_unless_woken_before(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script = {"a": [Again(30, "it boots")], "b": [Again(30, "it boots"), Again(30, "it boots")]}
        bench.engine.wake(scripted("a", "b"))
        await asyncio.sleep(10)
        assert bench.engine.next_look == pytest.approx(30, abs=0.1)
        bench.engine.wake(scripted("b"))
        await asyncio.sleep(100)
        assert bench.reconciler.times("a") == [0, 30]
        assert bench.reconciler.times("b") == [0, 10, 40]

    run(sqlite_url, 1, test)


def test_terminal_waits_for_a_wake(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script["a"] = [Terminal("no host is large enough")]
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(1000)
        assert bench.reconciler.times("a") == [0]
        bench.engine.wake(scripted("a"))
        await bench.idle()
        assert bench.reconciler.times("a") == [0, 1000]

    run(sqlite_url, 1, test)


def test_failures_back_off_and_success_forgives(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script["a"] = [DeadlineExceeded("late")] * 9
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(200)
        waits = [b - a for a, b in zip(bench.reconciler.times("a"), bench.reconciler.times("a")[1:], strict=False)]
        assert waits == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 60, 60], abs=0.01)
        assert bench.engine.history("scripted", "a")[-2].end == repr(Again(60.0, "DeadlineExceeded: late"))
        bench.reconciler.script["a"] = [DeadlineExceeded("late")]
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(1)
        again, retried = bench.reconciler.times("a")[-2:]
        assert retried - again == pytest.approx(0.5, abs=0.01), "the count began anew"

    run(sqlite_url, 1, test)


def test_an_error_frees_the_key_and_the_others_go_on(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script["a"] = [ValueError("a bug")]
        bench.engine.wake(scripted("a", "b"))
        await asyncio.sleep(0.3)
        assert bench.reconciler.times("b") == [0]
        assert await bench.leases.claim(scripted("a")[0])

    run(sqlite_url, 1, test)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_scan_finds_lost_wakes(sqlite_url: str, seed: int) -> None:
    async def test(bench: Bench) -> None:
        await bench.engine.start()
        bench.reconciler.due_now = ["a"]
        await asyncio.sleep(5.5)
        bench.reconciler.due_now = []
        assert bench.reconciler.times("a") == [5.0]

    run(sqlite_url, seed, test, scan_seconds=5.0)


def test_the_scan_leaves_keys_alone_that_wait_for_their_time(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.due_now = ["a"]
        bench.reconciler.script["a"] = [Again(22, "backing off")]
        await bench.engine.start()
        await asyncio.sleep(23)
        assert bench.reconciler.times("a") == [0, 22]

    run(sqlite_url, 1, test, scan_seconds=5.0)


def test_a_scan_that_fails_is_tried_again(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(bench: Bench) -> None:
        await bench.engine.start()
        monkeypatch.setattr(bench.reconciler, "due", lambda tx: 1 / 0)
        await asyncio.sleep(6)
        monkeypatch.undo()
        bench.reconciler.due_now = ["a"]
        await asyncio.sleep(5)
        assert bench.reconciler.times("a") == [10.0]

    run(sqlite_url, 1, test, scan_seconds=5.0)


def test_a_lease_held_elsewhere_is_asked_for_again(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        held = await bench.leases.claim(scripted("a")[0])
        assert held
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(5)
        assert bench.reconciler.passes == []
        await bench.leases.release(held)
        await asyncio.sleep(2)
        assert len(bench.reconciler.times("a")) == 1
        assert len(bench.engine.history("scripted", "a")) == 1

    run(sqlite_url, 1, test)


def test_a_lost_lease_is_no_failure(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script["a"] = [Stale("a"), Stale("a")]
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(5)
        assert bench.reconciler.times("a") == [0, 2, 4]

    with capture_logs() as said:
        run(sqlite_url, 1, test)
    assert [entry["log_level"] for entry in said] == ["info", "info"]


def test_a_lease_that_is_lost_during_a_pass_refuses_its_record(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        async def lose(key: str) -> None:
            bench.reconciler.busy = None
            bench.leases._held.clear()

        bench.reconciler.busy = lose
        bench.reconciler.script["a"] = [Terminal("written under a lost lease")]
        bench.engine.wake(scripted("a"))
        await bench.idle()
        assert [record.end for record in bench.engine.history("scripted", "a")] == [
            repr(Again(loop.HELD_ELSEWHERE_SECONDS, "the lease was lost"))
        ]

    run(sqlite_url, 1, test)


def test_a_database_that_fails_is_backed_off_from(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(bench: Bench) -> None:
        async def refuse(*_: Any) -> None:
            raise ConnectionError("the database is away")

        with monkeypatch.context() as away:
            away.setattr(bench.leases, "claim", refuse)
            bench.engine.wake(scripted("a"))
            await asyncio.sleep(1.2)
        await asyncio.sleep(10)
        assert len(bench.reconciler.times("a")) == 1

    run(sqlite_url, 1, test)


def test_stop_waits_for_running_passes_and_takes_nothing_new(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.busy = lambda key: asyncio.sleep(3)
        bench.reconciler.script["a"] = [Again(1, "more to do")]
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(1)
        stopping = asyncio.ensure_future(bench.engine.stop())
        await asyncio.sleep(1)
        bench.engine.wake(scripted("b"))
        await stopping
        await asyncio.sleep(100)
        assert bench.reconciler.passes == [(0, "a")]
        assert len(bench.engine.history("scripted", "a")) == 1

    run(sqlite_url, 1, test)


def test_stop_cancels_what_does_not_end_and_keeps_its_lease(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.busy = lambda key: asyncio.sleep(1000)
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(1)
        await bench.engine.stop(grace=5)
        assert asyncio.get_running_loop().time() == pytest.approx(6)
        assert bench.reconciler.inside == []
        assert await bench.leases.claim(scripted("a")[0]) is None, "its call may still be going on"

    run(sqlite_url, 1, test)


def test_history_is_bounded(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "HISTORY_KEYS", 3)

    async def test(bench: Bench) -> None:
        for _ in range(loop.HISTORY + 5):
            bench.engine.wake(scripted("a"))
            await bench.idle()
        assert len(bench.engine.history("scripted", "a")) == loop.HISTORY
        for key in "bcd":
            bench.engine.wake(scripted(key))
            await bench.idle()
        assert [bool(bench.engine.history("scripted", key)) for key in "abcd"] == [False, True, True, True]

    run(sqlite_url, 1, test)


def test_a_plan_without_end_is_interrupted(sqlite_url: str) -> None:
    async def test(bench: Bench) -> None:
        bench.reconciler.script["a"] = ["step"] * (loop.MAX_STEPS + 1)
        bench.engine.wake(scripted("a"))
        await asyncio.sleep(5)
        ends = [record.end for record in bench.engine.history("scripted", "a")]
        assert ends == [repr(Again(1.0, f"{loop.MAX_STEPS} steps in one pass")), repr(Done())]

    run(sqlite_url, 1, test)
