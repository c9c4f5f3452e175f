"""Runs the machine's own programs. Owns how their failure reaches the user; knows none of the programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

Report = Callable[[str], None]
"""Takes one line of progress, without its newline."""


class HostProblem(Exception):
    """Something about this machine stands in the way. The message says what, and what to do about it."""


SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def system_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment with the system's sbin folders on PATH (Debian's users lack them) and messages in English."""
    path = f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}".lstrip(":")
    return {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **(extra or {})}


def run(
    *argv: str | Path,
    timeout: float = 60,
    cwd: Path | None = None,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Runs a program to its end and returns what it wrote to stdout.

    `timeout` is in seconds. Raises HostProblem with the last lines of stderr when it fails, is missing or too slow.
    """
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            cwd=cwd,
            env=system_environment(environment),
            check=False,
        )
    except FileNotFoundError:
        raise HostProblem(f"{argv[0]} is not installed on this machine") from None
    except subprocess.TimeoutExpired:
        raise HostProblem(f"{_words(argv)} did not end within {timeout:g} s") from None
    if done.returncode:
        raise HostProblem(f"{_words(argv)} failed: {_last_lines(done.stderr) or done.returncode}")
    return done.stdout


def succeeds(*argv: str | Path, timeout: float = 20, stdin: bytes = b"") -> bool:
    """Whether a program runs and exits with 0."""
    try:
        run(*argv, timeout=timeout, stdin=stdin)
    except HostProblem:
        return False
    return True


def _words(argv: tuple[str | Path, ...]) -> str:
    text = " ".join(str(word) for word in argv)
    return text if len(text) <= 120 else text[:117] + "..."


def _last_lines(stderr: bytes) -> str:
    return " / ".join(stderr[-2000:].decode(errors="replace").strip().splitlines()[-3:])
