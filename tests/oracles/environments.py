"""Installs foreign programs from a lock file, each in a virtual environment of its own, once.

Owns the cache folder: ALTOSTRATUS_CACHE, else ~/.cache/altostratus. Safe when several processes ask at once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def cache_dir() -> Path:
    return Path(os.environ.get("ALTOSTRATUS_CACHE") or Path.home() / ".cache/altostratus")


def ensure_environment(name: str, *locks: Path) -> Path:
    """The `bin` folder of the environment `name`, made anew from the lock files if absent or outdated.

    Takes half a minute the first time. Raises CalledProcessError when a package cannot be had.
    """
    home = cache_dir() / name
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".flock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        stamp, wanted = home / "lock", b"".join(lock.read_bytes() for lock in locks)
        if not stamp.is_file() or stamp.read_bytes() != wanted:
            _install(home, locks)
            stamp.write_bytes(wanted)
    return home / "venv/bin"


def _install(home: Path, locks: Sequence[Path]) -> None:
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    pip = [str(home / "venv/bin/pip"), "-q", "--disable-pip-version-check", "install", "--require-hashes"]
    subprocess.run([*pip, *(f"--requirement={lock}" for lock in locks)], check=True)
