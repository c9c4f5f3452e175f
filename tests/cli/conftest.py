"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def guest_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests keep the guest image that they build once: what is in it is not to be changed."""
    return tmp_path_factory.mktemp("guest-cache")
