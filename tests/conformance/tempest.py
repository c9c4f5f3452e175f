"""Installs Tempest once, runs a selection of its tests against a cloud, and accounts for each of them.

Owns the workspace and the reading of results. A class whose set-up
failed or was skipped is one event to Tempest; here each of its tests counts, so totals do not vary.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..oracles.environments import ensure_environment
from .discovery import Account, configure

HERE = Path(__file__).parent
WHOLE, SMOKE = ("identity", "object_storage"), ("image", "compute", "network", "volume")
AREAS = (*WHOLE, *SMOKE)
SELECTION = rf"^tempest\.api\.(({'|'.join(WHOLE)})\.|({'|'.join(SMOKE)})\..*[\[,]smoke[\],])"
"""Areas whose tests are all run, and those with their smoke tests alone."""
KINDS = {"success": "passed", "xfail": "passed", "skip": "skipped"}


@dataclass(frozen=True)
class Outcome:
    """What became of one test: `passed`, `failed` or `skipped`, and why."""

    test: str
    status: str
    reason: str = ""

    @property
    def area(self) -> str:
        _, kind, area, *_ = self.test.split(".")
        return area if kind == "api" else kind


@dataclass(frozen=True)
class Results:
    """All outcomes of one run; `leftovers` are errors in class tear-downs, by class."""

    seconds: float
    outcomes: list[Outcome]
    leftovers: dict[str, str] = field(default_factory=dict)

    def failed(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.status == "failed"]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    def with_those_of(self, other: Results) -> Results:
        """Both; of tests that were in both runs what the other one says."""
        outcomes = {one.test: one for one in (*self.outcomes, *other.outcomes)}
        return Results(self.seconds + other.seconds, list(outcomes.values()), {**self.leftovers, **other.leftovers})

    @classmethod
    def load(cls, path: Path) -> Results:
        kept = json.loads(path.read_text())
        return cls(kept["seconds"], [Outcome(**one) for one in kept["outcomes"]], kept["leftovers"])


class Workspace:
    """A Tempest workspace for one cloud in an empty folder."""

    def __init__(self, cloud: Account, folder: Path) -> None:
        self.programs = ensure_environment("tempest", HERE / "tempest.lock")
        self.folder = folder
        registry = folder.parent / f"{folder.name}-workspaces.yaml"
        self._run("init", "--workspace-path", registry, folder, cwd=folder.parent)
        self.config = configure(cloud, folder)

    def tests(self, selection: str = SELECTION) -> list[str]:
        """Ids (with tags) of the tests that match a regular expression."""
        listed = self._run("run", "--config-file", self.config, "--list-tests", cwd=self.folder)
        found = [line for line in listed.splitlines() if re.match(r"tempest\.", line)]
        return sorted(test for test in found if re.search(selection, test))

    def run(self, tests: list[str], workers: int = 2) -> Results:
        """Runs the tests; takes minutes."""
        listing, stream = self.folder / "selected", self.folder / "results.subunit"
        listing.write_text("".join(test + "\n" for test in tests))
        command: list[str | Path] = [self.programs / "tempest", "run", "--config-file", self.config, "--load-list"]
        started = time.monotonic()
        with stream.open("wb") as out, (self.folder / "run.log").open("wb") as log:
            # It ends with an error when a test fails: the stream says which.
            subprocess.run(
                [*command, listing, "--subunit", f"--concurrency={workers}"],
                cwd=self.folder,
                env=_environment(),
                stdout=out,
                stderr=log,
                check=False,
            )
        seconds = time.monotonic() - started
        return account(tests, self._read(stream), seconds)

    def _read(self, stream: Path) -> dict[str, list[str]]:
        command: list[str | Path] = [self.programs / "python", HERE / "read_subunit.py", stream]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return dict(json.loads(done.stdout))

    def _run(self, *words: object, cwd: Path) -> str:
        cwd.mkdir(parents=True, exist_ok=True)
        command = [str(self.programs / "tempest"), *(str(word) for word in words)]
        done = subprocess.run(command, cwd=cwd, env=_environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout


def account(tests: list[str], seen: dict[str, list[str]], seconds: float) -> Results:
    """An outcome for each expected test, from the statuses a run reported by test and class fixture."""
    fixtures = {key: value for key, value in seen.items() if key.startswith(("setUpClass (", "tearDownClass ("))}
    outcomes = [_outcome(test, seen, fixtures) for test in tests]
    leftovers = {
        key.removeprefix("tearDownClass (").removesuffix(")"): why
        for key, (status, why) in fixtures.items()
        if key.startswith("tearDown") and status == "fail"
    }
    return Results(round(seconds, 1), outcomes, leftovers)


def _outcome(test: str, seen: dict[str, list[str]], fixtures: dict[str, list[str]]) -> Outcome:
    name = re.sub(r"\[.*", "", test)
    if test in seen:
        status, why = seen[test]
        return Outcome(name, KINDS.get(status, "failed"), why)
    set_up = fixtures.get(f"setUpClass ({name.rpartition('.')[0]})")
    if set_up:
        return Outcome(name, KINDS.get(set_up[0], "failed"), f"class set-up: {set_up[1]}")
    return Outcome(name, "failed", "left no result")


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONWARNINGS": "ignore"}
