"""How long the command line takes to say something."""

import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cloud import ALTO, running_cloud
from figure import Figure, seconds, spread

ROOT = Path(__file__).parent.parent


def measure(quick: bool) -> Iterator[Figure]:
    command = _command()
    times = 5 if quick else 21
    bare = [_run([ALTO[0], "-P", "-c", "pass"]) for _ in range(times)]
    yield Figure("Python alone, to compare with", statistics.median(bare) * 1000, "ms", note=spread(bare, "ms", 1000))
    name = Path(command[0]).name
    note = "" if name == "alto" else " as `python -m altostratus.cli` (.venv was not made by `./alto`)"
    yield _figure("`./alto --help`", [*command, "--help"], 250, times, note)
    with running_cloud() as cloud:
        ls = [*command, "ls", "--data-dir", str(cloud.data_dir)]
        yield _figure("`alto ls` against a running cloud", ls, 350, times, note)


def _command() -> list[str]:
    """`./alto`, but only where it has nothing to prepare: installing is not what is measured."""
    locks = ROOT / "requirements/core.lock", ROOT / ".venv/.installed/core.lock"
    ready = all(lock.exists() for lock in locks) and locks[0].read_bytes() == locks[1].read_bytes()
    return [str(ROOT / "alto")] if ready else list(ALTO)


def _figure(what: str, command: list[str], limit: float, times: int, note: str) -> Figure:
    _run(command)
    runs = [_run(command) for _ in range(times)]
    return Figure(what, statistics.median(runs) * 1000, "ms", limit, note=spread(runs, "ms", 1000) + note)


def _run(command: list[str]) -> float:
    return seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
