"""A plugin of pytest, loaded where s3-tests runs: keeps what became of each test, and lets days pass.

Where a test sleeps for days, the clock of libfaketime, which the server has too, is put forward instead.
"""

from __future__ import annotations

import json
import os
import select
import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

DAY = 86400
REST = 4.0
"""Seconds for the new time to be read (it is, every second) and for a round of the lifecycles."""
_seen: dict[str, dict[str, Any]] = {}


def pytest_configure() -> None:
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        time.sleep = sleep


def sleep(seconds: float) -> None:
    """As `time.sleep` (which libfaketime breaks), but days pass at once."""
    if seconds < DAY:
        select.select([], [], [], seconds)
        return
    clock = Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
    ahead = int(clock.read_text()) + int(seconds)
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"+{ahead}\n")
    fresh.replace(clock)
    select.select([], [], [], REST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All are noted; some are left out."""
    for item in items:
        marks = sorted({mark.name for mark in item.iter_markers()})
        _seen[name_of(item.nodeid)] = {"marks": marks, "status": "left out", "reason": ""}
    items[:] = [item for item in items if not _is_left_out(item)]


def _is_left_out(item: pytest.Item) -> bool:
    left_out = json.loads(os.environ["S3TEST_LEFT_OUT"])
    named = any(fnmatchcase(name_of(item.nodeid), one) for one in left_out["tests"])
    return named or any(item.get_closest_marker(mark) for mark in left_out["marks"])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The worst of set-up, test and tear-down counts."""
    kept = _seen[name_of(report.nodeid)]
    if report.failed and kept["status"] != "failed":
        kept |= {"status": "failed", "reason": _reason(report)}
    elif report.skipped:
        kept |= {"status": "skipped", "reason": str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "")}
    elif report.when == "call" and report.passed:
        kept["status"] = "passed"


def pytest_sessionfinish() -> None:
    Path(os.environ["S3TEST_RESULTS"]).write_text(json.dumps(_seen))


def name_of(node: str) -> str:
    """…/test_s3.py::test_basic_key_count is s3/basic_key_count."""
    path, _, test = node.partition("::")
    return f"{Path(path).stem.removeprefix('test_')}/{test.removeprefix('test_')}"


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr).strip().splitlines()
    return (f"{report.when}: " if report.when != "call" else "") + (lines[0][:300] if lines else "")
