"""What `alto doctor` looks at: a list of checks, each with its finding and, where there is one, its remedy.

Owns the form of a check and the list; the checks themselves are in `machine_checks` and `network_checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from altostratus.cli.command import HostProblem, Report

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Result:
    """One finding. `warn`: works, but not as well as it could. `fail`: real machines will not work."""

    level: Level
    what: str
    how_to_mend: str = ""


def ok(what: str) -> Result:
    return Result("ok", what)


def warn(what: str, how_to_mend: str) -> Result:
    return Result("warn", what, how_to_mend)


def fail(what: str, how_to_mend: str) -> Result:
    return Result("fail", what, how_to_mend)


@dataclass(frozen=True)
class Check:
    """Something to look at. `fix` (if any) does what `how_to_mend` says, and raises HostProblem when it cannot."""

    name: str
    look: Callable[[], Result]
    fix: Callable[[], None] | None = None

    def run(self) -> Result:
        """The finding; a check that cannot even be made is a failed one, and its reason says what to do."""
        try:
            return self.look()
        except HostProblem as problem:
            return Result("fail", str(problem))


def plan_checks(data_dir: Path, listen: str, report: Report) -> list[Check]:
    """All checks, in an order in which an earlier remedy helps a later check. `listen` is ADDRESS:PORT."""
    from altostratus.cli.host import machine_checks, network_checks

    return [*machine_checks.plan_checks(data_dir, listen, report), *network_checks.plan_checks(report)]
