"""Log lines: one an event, with its cause, and never a secret that happened to be in a local variable."""

import json
from collections.abc import Callable, Iterator

import pytest

from altostratus.kernel import log


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What was logged."""
    yield lambda: capsys.readouterr().err
    log.configure()


def fail(json_lines: bool) -> None:
    log.configure(json=json_lines)
    password = "hunter2"
    try:
        raise ValueError(f"something of {len(password)} characters")
    except ValueError:
        log.logger("test").exception("it failed", where="here")


@pytest.mark.parametrize("json_lines", [False, True])
def test_an_error_is_told_without_its_local_variables(lines: Callable[[], str], json_lines: bool) -> None:
    fail(json_lines)
    said = lines()
    assert "ValueError: something of 7 characters" in said
    assert "hunter2" not in said.replace('password = "hunter2"', "")


def test_a_line_carries_its_cause(lines: Callable[[], str]) -> None:
    log.configure(json=True)
    log.logger("test").info("without")
    token = log.correlation.set("req-1")
    log.logger("test").info("with")
    log.correlation.reset(token)
    without, with_cause = (json.loads(line) for line in lines().splitlines())
    assert "request" not in without
    assert (with_cause["event"], with_cause["part"], with_cause["request"]) == ("with", "test", "req-1")


def test_the_level_is_kept_to(lines: Callable[[], str]) -> None:
    log.configure("warning")
    log.logger("test").info("too small")
    log.logger("test").warning("large enough")
    said = lines()
    assert "too small" not in said
    assert "large enough" in said


def test_loggers_made_before_the_settings_are_known_follow_them(lines: Callable[[], str]) -> None:
    early = log.logger("early")
    early.info("plain")
    log.configure("warning", json=True)
    early.info("too small")
    early.warning("as json")
    said = lines()
    assert json.loads(said.splitlines()[-1])["event"] == "as json"
    assert "too small" not in said
