"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, gone afterwards, safe against nothing."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Starts a server and stops it afterwards; a SQLAlchemy URL of its database "postgres".

    Root may not run PostgreSQL, so as root it runs as the user postgres. Raises RuntimeError when it is missing
    or does not start, with what it said.
    """
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="alto-pg-"))  # short: a socket's path ends at 107 bytes
    try:
        _give_to_server(folder)
        _run(programs / "initdb", "-D", folder / "data", "-U", "alto", "-A", "trust", "-E", "UTF8", "--no-sync")
        _start(programs, folder)
        try:
            yield f"postgresql+psycopg://alto@/postgres?host={quote(str(folder), safe='')}"
        finally:
            _run(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def find_programs() -> Path:
    """The folder with the newest installed version's programs."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise RuntimeError("PostgreSQL is missing. Run: sudo apt-get install postgresql")
    return versions[-1].parent


def _start(programs: Path, folder: Path) -> None:
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", *UNSAFE_AND_FAST)
    options = " ".join(f"-c {setting}" for setting in settings)
    _run(programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-t", "30", "-o", options, "start")


def _give_to_server(folder: Path) -> None:
    folder.chmod(0o755)  # the tests, as root or not, connect as another user
    if os.geteuid() == 0:
        server = pwd.getpwnam("postgres")
        os.chown(folder, server.pw_uid, server.pw_gid)


def _run(*command: str | Path) -> None:
    as_server = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    plain = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    # a file, not a pipe: the server inherits it, and a pipe would stay open for as long as it runs
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, cwd="/", env=plain, stdout=said, stderr=said, check=False, **as_server)  # type: ignore[call-overload]
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {said.read().decode(errors='replace')}")
