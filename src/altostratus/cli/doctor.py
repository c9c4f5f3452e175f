"""`alto doctor`: shows what the checks of this machine found, and with --fix mends what can be mended."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from altostratus.cli.command import HostProblem
from altostratus.cli.host.checks import Check, Level, Result, plan_checks

_MARKS: dict[Level, str] = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}


def doctor(data_dir: Path, listen: str, fix: bool) -> int:
    """Runs every check, one line each; the exit status: 1 if any fails in the end, else 0.

    `listen` is ADDRESS:PORT. With `fix`, what is not well and has a remedy is mended and looked at again.
    """
    console = Console(highlight=False, soft_wrap=True)

    def report(line: str) -> None:
        console.print(f"          {line}", style="dim", markup=False)

    results = [_examine(check, fix, console) for check in plan_checks(data_dir, listen, report)]
    return 1 if any(result.level == "fail" for result in results) else 0


def _examine(check: Check, fix: bool, console: Console) -> Result:
    result = check.run()
    if fix and check.fix and result.level != "ok":
        result = _mend(check, result, console)
    console.print(f"{_MARKS[result.level]}  {check.name:<15} {escape(result.what)}")
    if result.how_to_mend:
        console.print(f"{'':22}→ {escape(result.how_to_mend)}")
    return result


def _mend(check: Check, found: Result, console: Console) -> Result:
    console.print(f"mending  {check.name}: {escape(found.what)}", style="dim")
    try:
        assert check.fix is not None
        check.fix()
    except HostProblem as problem:
        return Result("fail", found.what, str(problem))
    return check.run()
