"""Runs simulations: a few seeds, and many at night. ALTO_SEEDS="17" (or "3 100-120") runs just these instead, with
their logs, say to replay one that failed."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel import log
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import wishes
from tests.simulation import run
from tests.simulation.run import Failed, simulate

FEW, ALL = range(3), range(200)
ROOT = Path(__file__).parents[2]
SHORT = 5
"""Actions of each client, where any run will do."""
IN_ANOTHER_PROCESS = """
import sys, pathlib
from altostratus.kernel import log
from altostratus.kernel.tx import Tx
from tests.simulation.run import simulate
log.configure("critical")
print(simulate(sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])).digest)
"""
asked = os.environ.get("ALTO_SEEDS", "")


def seeds() -> list[object]:
    """Those asked for; else all, most of them for the night."""
    if not asked:
        return [pytest.param(seed, marks=() if seed in FEW else pytest.mark.nightly) for seed in ALL]
    ranges = [part.partition("-") for part in asked.split()]
    return [seed for first, _, last in ranges for seed in range(int(first), int(last or first) + 1)]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The cloud logs each fault; that is wanted in a replay only."""
    log.configure("info" if asked else "critical")
    yield
    log.configure()


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_a_seed_ends_as_was_asked_and_leaves_nothing(seed: int, tmp_path: Path) -> None:
    trace = simulate(seed, tmp_path / "cloud")
    assert any("calm" in line for line in trace.lines)


@pytest.mark.slow
def test_the_same_seed_is_the_same_run_in_another_process(tmp_path: Path) -> None:
    here = simulate("again", tmp_path / "here", SHORT).digest
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, "again", str(tmp_path / "there"), str(SHORT)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONHASHSEED": "7"}
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == here
    assert simulate("another", tmp_path / "another", 0).digest != here


@pytest.mark.slow
def test_a_bug_is_found_and_its_report_says_how_to_replay_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bug: routers do not hear of what is wanted of them."""
    original = wishes.raise_generation

    def deaf(tx: Tx, kind: str, ids: Iterable[str], **values: Any) -> None:
        original(tx, kind, () if kind == "router" else ids, **values)

    monkeypatch.setattr(wishes, "raise_generation", deaf)
    monkeypatch.setattr(run, "CALM_SECONDS", 100.0)
    with pytest.raises(Failed, match=r"(?s)seed 1 fails: Violation: not at rest.*ALTO_SEEDS=1 .*the last of \d+ lines"):
        simulate(1, tmp_path / "cloud", 0)
