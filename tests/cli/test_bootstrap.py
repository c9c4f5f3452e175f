"""The bootstrap `alto`, in a project of its own whose lock files ask for nothing (so that no index is needed)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

MAIN = """\
import sys
print("ran", *sys.argv[1:])
"""


class Project:
    """A copy of the bootstrap with a stand-in for the command line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.installed = root / ".venv/.installed"
        package = root / "src/altostratus/cli"
        package.mkdir(parents=True)
        (root / "requirements").mkdir()
        shutil.copy(ROOT / "alto", root / "alto")
        for lock in ("core", "libvirt", "dev", "build"):
            (root / f"requirements/{lock}.lock").write_text("# nothing\n")
        (package / "__main__.py").write_text(MAIN)
        (package / "__init__.py").touch()

    def alto(self, *words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "alto", *words],
            capture_output=True,
            text=True,
            cwd=cwd,
            env={**without_sudo(), **environment},
            check=False,
        )

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "alto", "ls"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def without_sudo() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SUDO_")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "a clone")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("ready") / "clone")
    assert project.alto("ls").returncode == 0
    return project


def test_the_first_run_says_what_it_does_and_the_second_says_nothing(project: Project) -> None:
    first, second = project.alto("ls", "-l"), project.alto("ls", "a b")
    assert (first.returncode, first.stdout) == (0, "ran ls -l\n")
    assert "making" in first.stderr
    assert (second.returncode, second.stdout, second.stderr) == (0, "ran ls a b\n", "")


def test_two_first_runs_at_once_make_one_environment(project: Project) -> None:
    runs = [project.start(), project.start()]
    said = [run.communicate(timeout=120) for run in runs]
    assert [out for out, _ in said] == ["ran ls\n"] * 2
    assert "".join(err for _, err in said).count("making") == 1


def test_an_interrupted_first_run_is_done_again(project: Project) -> None:
    run = project.start()
    deadline = time.monotonic() + 60
    while not (project.root / ".venv/bin/python").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    again = project.alto("ls")
    assert (again.returncode, again.stdout) == (0, "ran ls\n")
    assert "making" in again.stderr


def test_an_interrupted_install_is_not_taken_for_good(project: Project) -> None:
    project.alto("ls")
    (project.installed / "core.lock").unlink()
    (project.installed / "unfinished").touch()
    assert "making" in project.alto("ls").stderr
    assert project.alto("ls").stderr == ""


def test_a_new_lock_file_is_installed_into_what_is_there(project: Project) -> None:
    project.alto("ls")
    (project.root / "requirements/core.lock").write_text("# still nothing\n")
    again = project.alto("ls")
    assert "making" not in again.stderr
    assert "installing" in again.stderr
    assert project.alto("ls").stderr == ""


def test_a_lock_file_that_cannot_be_installed_is_an_error_with_its_reason(project: Project) -> None:
    (project.root / "requirements/core.lock").write_text("no-hash-here==1.0\n")
    failed = project.alto("ls", PIP_NO_INDEX="1")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "hash" in failed.stderr
    assert "pip could not install requirements/core.lock" in failed.stderr


def test_without_a_new_enough_python_it_says_what_to_install(project: Project, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("readlink", "cmp", "flock", "id", "sh"):
        (programs / name).symlink_to(shutil.which(name) or name)
    (programs / "python3").write_text("#!/bin/sh\nexit 1\n")
    (programs / "python3").chmod(0o755)
    failed = project.alto("ls", PATH=str(programs))
    assert failed.returncode == 1
    assert "Python 3.11 or newer was not found" in failed.stderr


def test_more_is_installed_only_for_what_needs_it(ready: Project) -> None:
    for words in (["up", "--data-dir", "x", "--simulate"], ["doctor"], ["status"], []):
        assert ready.alto(*words).stderr == ""
    (ready.root / "requirements/core.lock").write_text("# changed\n")
    assert "installing" in ready.alto().stderr
    assert not (ready.installed / "libvirt.lock").exists()


def test_runs_through_a_link_from_a_folder_that_has_modules_of_the_same_name(ready: Project, tmp_path: Path) -> None:
    (tmp_path / "sys.py").write_text("raise SystemExit('taken from the current folder')\n")
    (tmp_path / "altostratus").mkdir()
    (tmp_path / "link").symlink_to(ready.root / "alto")
    ready.alto("ls")
    done = subprocess.run([tmp_path / "link", "ls"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "ran ls\n", done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_environment_of_somebody_else_is_named_as_that(ready: Project) -> None:
    ready.alto("ls")
    (ready.root / "requirements/core.lock").write_text("# changed by another user\n")
    for folder in ready.root.parents:
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(ready.root / "alto"), "ls"]
    done = subprocess.run(as_nobody, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "belongs to root" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_under_sudo_the_environment_is_the_callers(project: Project) -> None:
    project.alto("ls", SUDO_UID="65534", SUDO_GID="65533")
    paths = [project.root / ".venv", *(project.root / ".venv").rglob("*"), *project.root.rglob("__pycache__")]
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in paths} == {(65534, 65533)}
