"""All of Tempest's tests of block storage, and those of what servers do with volumes, every night; the smoke tests are
run with the others (test_tempest.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated_cloud import simulated_cloud

from .report import OF_VOLUMES, expected
from .tempest import Workspace

SELECTION = (
    r"^tempest\.(api\.(volume|compute\.volumes)\.|scenario\.test_server_volume_attachment\.|api\.compute\.servers\..*"
    r"(ServersTestBootFromVolume|in_attached_volume|in_pause_state|test_(un)?pause_|non_bootable_volume|invalid_bdm))"
)
FEW = 130
"""Tests that pass at least, whatever is skipped."""


@pytest.mark.nightly
def test_it_fails_only_where_expected(tmp_path: Path) -> None:
    known = expected("expected_volume.toml")
    with simulated_cloud() as cloud:
        workspace = Workspace(cloud, tmp_path / "workspace")
        results = workspace.run(workspace.tests(SELECTION))
    results.save(OF_VOLUMES)
    failed = results.failed()
    strange = [one for one in failed if not any(entry.covers(one) for entry in known)]
    assert not strange, "\n" + "\n".join(f"{one.test}\n    {one.reason}" for one in strange)
    assert [entry.test for entry in known if not any(entry.covers(one) for one in failed)] == []
    assert sum(one.status == "passed" for one in results.outcomes) > FEW
    assert results.leftovers == {}
