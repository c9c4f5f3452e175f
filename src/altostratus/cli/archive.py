"""`alto backup` and `alto restore`: the control plane's state as one archive.

In it: the database (a consistent copy, taken while the cloud runs), keys, passwords, configuration, images. Not in
it: the disks of VMs, which belong to their hosts, and logs.
"""

import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from altostratus.app.serve import holder
from altostratus.cli import Problem

DATABASE = "altostratus.db"
TAKEN = ("format", "admin-password", "altostratus.toml", "keys", "policy", "images")
JOURNALS = (f"{DATABASE}-wal", f"{DATABASE}-shm")


def backup(data_dir: Path, file: Path) -> None:
    """Write the archive, readable by its owner only; all or nothing."""
    if not (data_dir / DATABASE).exists():
        raise Problem(f"there is no cloud on SQLite in {data_dir}; a PostgreSQL one is backed up with pg_dump")
    partial = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as archive, tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / DATABASE
            _copy_database(data_dir / DATABASE, copy)
            archive.add(copy, DATABASE)
            for name in TAKEN:
                if (data_dir / name).exists():
                    archive.add(data_dir / name, name)
        raw.flush()
        os.fsync(raw.fileno())
    partial.rename(file)
    print(f"{file} holds the cloud's state ({file.stat().st_size >> 20} MiB). It contains its secrets: keep it safe.")


def restore(data_dir: Path, file: Path) -> None:
    """Fill a data directory that has no state from the archive. What belongs to the host there (disks of VMs, the
    record of networks) stays, so that VMs which run are adopted."""
    if holder(data_dir) is not None:
        raise Problem(f"a cloud runs on {data_dir}; stop it first: alto down")
    if there := [name for name in (DATABASE, *JOURNALS, *TAKEN) if (data_dir / name).exists()]:
        raise Problem(f"{data_dir} holds a cloud's state: move {', '.join(there)} away, or choose another --data-dir")
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        with tarfile.open(file) as archive:
            names = {member.name.split("/")[0] for member in archive.getmembers()}
            if DATABASE not in names or names - {DATABASE, *TAKEN}:
                raise Problem(f"{file} is no backup that alto wrote")
            archive.extractall(data_dir, filter="data")
    except tarfile.TarError as error:
        raise Problem(f"{file} is no readable archive: {error}") from error
    print(f"{data_dir} is restored. Start the cloud: alto up. VMs whose disks are not on this host show as ERROR.")


def _copy_database(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()
