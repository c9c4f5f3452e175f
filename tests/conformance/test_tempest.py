"""Tempest's tests of identity and object storage, and its smoke tests of the others, against a simulated cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated_cloud import simulated_cloud

from .discovery import FORMER_PASSWORDS, LOCKOUT_FAILURES, LOCKOUT_SECONDS
from .report import RESULTS, expected
from .tempest import AREAS, Results, Workspace

SETTINGS = f"""
[identity]
lockout_failure_attempts = {LOCKOUT_FAILURES}
lockout_duration = {LOCKOUT_SECONDS}
unique_last_password_count = {FORMER_PASSWORDS}
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """One run of the selection; also kept for the report."""
    folder: Path = tmp_path_factory.mktemp("tempest")
    with simulated_cloud(settings=SETTINGS) as cloud:
        workspace = Workspace(cloud, folder / "workspace")
        run = workspace.run(workspace.tests())
    run.save(RESULTS)
    return run


@pytest.mark.slow
def test_it_fails_only_where_expected(results: Results) -> None:
    known = expected()
    strange = [one for one in results.failed() if not any(entry.covers(one) for entry in known)]
    assert not strange, "\n" + "\n".join(f"{one.test}\n    {one.reason}" for one in strange)


@pytest.mark.slow
def test_each_area_was_really_tested(results: Results) -> None:
    passed = {one.area for one in results.outcomes if one.status == "passed"}
    assert passed == set(AREAS)


@pytest.mark.slow
def test_expected_failures_still_fail(results: Results) -> None:
    stale = [one.test for one in expected() if not any(one.covers(failed) for failed in results.failed())]
    assert not stale


@pytest.mark.slow
def test_every_class_cleans_up_after_itself(results: Results) -> None:
    assert results.leftovers == {}
