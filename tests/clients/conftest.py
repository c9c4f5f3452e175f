"""Who runs the programs, and where they are."""

import shutil
from pathlib import Path

import pytest

from tests.clients.person import Person, make_person
from tests.oracles.environments import ensure_environment
from tests.simulated_cloud import CloudProcess


@pytest.fixture
def person(cloud: CloudProcess, tmp_path: Path) -> Person:
    """With a project that nobody used."""
    return make_person(cloud, tmp_path / "home")


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of those that come from PyPI."""
    return ensure_environment("clients", Path(__file__).with_name("clients.lock"))


@pytest.fixture(scope="session")
def rclone() -> Path:
    """Debian's."""
    found = shutil.which("rclone")
    assert found, "rclone is missing: apt-get install rclone (./alto test does it)"
    return Path(found)
