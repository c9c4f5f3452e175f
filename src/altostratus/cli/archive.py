"""`alto backup` and `alto restore`: the control plane's state as one archive.

In it: the databases (consistent copies, taken while the cloud runs), keys, passwords, configuration, images, objects.
Not in it: the disks of VMs, which belong to their hosts, the data of volumes, and logs.
"""

import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from altostratus.app.serve import holder
from altostratus.cli import Problem

DATABASE = "altostratus.db"
DATABASES = (DATABASE, "objects.db")
OBJECTS = "objects"
TAKEN = ("format", "admin-password", "altostratus.toml", "keys", "policy", "images")
STATE = (*DATABASES, OBJECTS, *TAKEN)
JOURNALS = tuple(f"{name}-{kind}" for name in DATABASES for kind in ("wal", "shm"))


def backup(data_dir: Path, file: Path) -> None:
    """Write the archive, readable by its owner only; all or nothing."""
    if not (data_dir / DATABASE).exists():
        raise Problem(f"there is no cloud on SQLite in {data_dir}; a PostgreSQL one is backed up with pg_dump")
    partial = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as archive, _scratch(data_dir) as scratch:
            # objects that come or move while the databases are copied are in one of the two
            _link_files(data_dir / OBJECTS, scratch / OBJECTS)
            for name in DATABASES:
                if (data_dir / name).exists():
                    _copy_database(data_dir / name, scratch / name)
            _link_files(data_dir / OBJECTS, scratch / OBJECTS)
            for name in STATE:
                if (found := (data_dir if name in TAKEN else scratch) / name).exists():
                    archive.add(found, name)
        raw.flush()
        os.fsync(raw.fileno())
    partial.rename(file)
    print(f"{file} holds the cloud's state ({file.stat().st_size >> 20} MiB). It contains its secrets: keep it safe.")


def restore(data_dir: Path, file: Path) -> None:
    """Fill a data directory that has no state from the archive. What belongs to the host there (disks of VMs,
    volumes, the record of networks) stays, so that VMs which run are adopted."""
    if holder(data_dir) is not None:
        raise Problem(f"a cloud runs on {data_dir}; stop it first: alto down")
    if there := [name for name in (*STATE, *JOURNALS) if (data_dir / name).exists()]:
        raise Problem(f"{data_dir} holds a cloud's state: move {', '.join(there)} away, or choose another --data-dir")
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        with tarfile.open(file) as archive:
            names = {member.name.split("/")[0] for member in archive.getmembers()}
            if DATABASE not in names or names - set(STATE):
                raise Problem(f"{file} is no backup that alto wrote")
            archive.extractall(data_dir, filter="data")
    except tarfile.TarError as error:
        raise Problem(f"{file} is no readable archive: {error}") from error
    print(f"{data_dir} is restored. Start the cloud: alto up. VMs and volumes whose data is not here show as ERROR.")


@contextmanager
def _scratch(data_dir: Path) -> Iterator[Path]:
    """A folder on the same file system, for links; nobody else's."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=data_dir) as folder:
        yield Path(folder)


def _link_files(source: Path, target: Path) -> None:
    """Keep the files of a tree, which never change, even if they are removed from it; those that are gone already are
    nobody's."""
    for folder, _, names in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for name in names:
            with suppress(FileNotFoundError, FileExistsError):
                (there / name).hardlink_to(Path(folder) / name)


def _copy_database(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()
