"""Installs foreign programs from a lock file, each in a virtual environment of its own, once.

Owns the cache folder: ALTOSTRATUS_CACHE, else ~/.cache/altostratus. Safe when several processes ask at once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path


def cache_dir() -> Path:
    return Path(os.environ.get("ALTOSTRATUS_CACHE") or Path.home() / ".cache/altostratus")


def ensure_environment(name: str, lock: Path) -> Path:
    """The `bin` folder of the environment `name`, made anew from the lock file if absent or outdated.

    Takes half a minute the first time. Raises CalledProcessError when a package cannot be had.
    """
    home = cache_dir() / name
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".flock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        stamp = home / "lock"
        if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
            _install(home, lock)
            stamp.write_bytes(lock.read_bytes())
    return home / "venv/bin"


def _install(home: Path, lock: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    pip = [str(home / "venv/bin/pip"), "-q", "--disable-pip-version-check", "install", "--require-hashes"]
    subprocess.run([*pip, "-r", str(lock)], check=True)
