"""Running the machine's programs."""

from __future__ import annotations

import pytest

from altostratus.cli.command import HostProblem, run, succeeds


def test_a_failing_program_is_quoted() -> None:
    with pytest.raises(HostProblem, match="failed: the reason"):
        run("sh", "-c", "echo the reason >&2; exit 3")
    with pytest.raises(HostProblem, match=r"within 0\.1 s"):
        run("sleep", "5", timeout=0.1)


def test_what_a_program_writes_and_reads() -> None:
    assert run("cat", stdin=b"words") == b"words"
    assert run("sh", "-c", 'echo "$GREETING"', environment={"GREETING": "hello"}) == b"hello\n"
    assert (succeeds("true"), succeeds("false"), succeeds("no-such-program-at-all")) == (True, False, False)
