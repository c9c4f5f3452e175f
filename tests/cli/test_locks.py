"""The lock files: pinned, hashed, free of this or any machine's index, and of one mind."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(lock: Path) -> dict[str, str]:
    """Name → version of everything in a lock file; a name with two versions (for two Pythons) is an error."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", lock.read_text(), re.MULTILINE)
    assert len(found) == len({name for name, _ in found})
    return {str(canonicalize_name(name)): version for name, version in found}


def direct(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    return {str(canonicalize_name(Requirement(one).name)) for one in named}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    blocks = re.split(r"^(?=\S)", lock.read_text(), flags=re.MULTILINE)
    requirements = [block for block in blocks if block and not block.startswith("#")]
    assert requirements
    assert all("==" in block and "--hash=sha256:" in block for block in requirements)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_no_index_and_no_path_is_written_down(lock: Path) -> None:
    assert not re.search(r"https?://|file:|--index|--extra-index|--find-links| /", lock.read_text())


@pytest.mark.parametrize(("name", "extras"), [("core", ()), ("libvirt", ("libvirt",)), ("dev", ("dev",))])
def test_what_the_project_asks_for_is_there(name: str, extras: tuple[str, ...]) -> None:
    assert direct(*extras) <= set(pins(ROOT / f"requirements/{name}.lock"))


def test_the_lock_files_agree() -> None:
    everything: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in pins(lock).items():
            assert everything.setdefault(name, version) == version, f"{lock.name}: {name}"
