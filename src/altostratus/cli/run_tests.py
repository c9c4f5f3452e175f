"""`alto test`: everything that must hold, from a checkout: style, types, layers, then pytest in the tier asked for."""

import os
import subprocess
import sys
import time
from pathlib import Path

from altostratus.cli import Problem
from altostratus.cli.host import packages
from altostratus.cli.host.prepare import prepare_host

ROOT = Path(__file__).resolve().parents[3]
PARALLEL = ["-n", "2"]
TIERS = {
    "fast": [(PARALLEL, "not live and not slow and not peer and not postgres and not nightly")],
    # live tests change this host's network and boot VMs: one after the other
    "full": [(PARALLEL, "not live and not nightly"), ([], "live and not nightly")],
    "nightly": [(PARALLEL, "not live"), ([], "live")],
}
"""pytest's options and marks, run by run."""
ON_POSTGRESQL = {"full": "not live and not nightly and not sqlite", "nightly": "not live and not sqlite"}
"""The marks of the services' tests that are run again there."""


def run_tests(fast: bool, nightly: bool, arguments: list[str]) -> int:
    """The exit status: that of the first check that fails."""
    if not (ROOT / "tests").is_dir():
        raise Problem("the tests are in a checkout of Altostratus, and this is none")
    began = time.monotonic()
    _prepare(fast)
    checks = [] if arguments else _checks(fast)
    for name, command in checks:
        _say(name)
        if status := _run(command):
            return status
    if arguments:
        return _run(["pytest", *arguments])
    tier = "fast" if fast else "nightly" if nightly else "full"
    for options, marks in TIERS[tier]:
        _say(f"tests: {marks}")
        if status := _run(["pytest", "-q", *options, "-m", marks]):
            return status
    if tier in ON_POSTGRESQL:
        _say("tests: the services again, on PostgreSQL")
        command = ["pytest", "-q", *PARALLEL, "-m", ON_POSTGRESQL[tier], "tests/services"]
        if status := _run(command, ALTO_TEST_ENGINE="postgresql"):
            return status
    _say(f"all passed after {time.monotonic() - began:.0f} s")
    return 0


def _prepare(fast: bool) -> None:
    """The fast part needs PostgreSQL at most; the whole needs a machine that runs real guests."""
    wanted = packages.packages_for(["tests"])
    if os.geteuid() == 0:
        packages.ensure_packages(wanted, _say)
        if not fast:
            prepare_host(_say)
    elif missing := packages.missing_packages(wanted):
        raise Problem(f"the tests need Debian packages. Run: {packages.install_command(missing)}")
    elif not fast:
        raise Problem("the whole suite boots real VMs, which needs root: sudo ./alto test. Without: alto test --fast")


def _checks(fast: bool) -> list[tuple[str, list[str]]]:
    quick = [
        ("style", ["ruff", "check", "--quiet", "."]),
        ("format", ["ruff", "format", "--check", "--quiet", "."]),
        ("layers", ["lint-imports"]),
    ]
    return quick if fast else [*quick, ("types", ["mypy"])]


def _run(command: list[str], **environment: str) -> int:
    program = Path(sys.executable).parent / command[0]
    variables = {**os.environ, **environment}
    return subprocess.run([program, *command[1:]], cwd=ROOT, env=variables, check=False).returncode


def _say(line: str) -> None:
    print(f"alto test: {line}", flush=True)
