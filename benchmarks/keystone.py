"""The real Keystone to compare with: from PyPI, on SQLite, one gunicorn worker, on loopback, removed afterwards.

Passwords are hashed with bcrypt at its lowest cost: what hashing costs is stated apart. As it is shipped, its cache has
no place to keep anything. Its own help (`[cache] backend`) recommends memcached, and the memory of its worker for test
environments of a single process: that takes half the time, and several workers would not agree on it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud import Session, free_port, wait_for

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.oracles.environments import ensure_environment  # noqa: E402
from tests.oracles.peers import CACHED as IN_ITS_MEMORY  # noqa: E402
from tests.oracles.peers import PASSWORD, initialise_keystone  # noqa: E402

__all__ = ["IN_ITS_MEMORY", "PASSWORD", "bcrypt_seconds", "running_keystone", "running_memcached"]
IN_MEMCACHED = """
[cache]
enabled = true
backend = dogpile.cache.pymemcache
memcache_servers = 127.0.0.1:{port}
"""
ROUNDS = 4  # bcrypt's least, as peers.py sets it
SERVER = """
wsgi_app = "keystone.wsgi.api:application"
bind = "127.0.0.1:{port}"
workers = 1
worker_class = "gthread"
threads = 1
keepalive = 60
"""
"""A file in its working directory, because Keystone reads gunicorn's command line as its own."""


def programs() -> Path:
    """Where its programs are, installed if need be."""
    locks = (ROOT / "tests/oracles/keystone.lock", ROOT / "benchmarks/keystone.lock")
    return ensure_environment("peers/keystone-gunicorn", *locks)


def bcrypt_seconds() -> float:
    """What one check of the administrator's password costs its library."""
    code = (
        "import bcrypt, statistics, time\n"
        f"hashed = bcrypt.hashpw({PASSWORD.encode()!r}, bcrypt.gensalt({ROUNDS}))\n"
        "def check():\n"
        "    began = time.perf_counter()\n"
        f"    bcrypt.checkpw({PASSWORD.encode()!r}, hashed)\n"
        "    return time.perf_counter() - began\n"
        "print(statistics.median(check() for _ in range(30)))"
    )
    done = subprocess.run([programs() / "python", "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


@contextmanager
def running_memcached() -> Iterator[str]:
    """Debian's memcached on loopback: the lines of Keystone's configuration that use it."""
    program, port = shutil.which("memcached"), free_port()
    if program is None:
        raise RuntimeError("memcached is not installed: apt-get install memcached")
    process = subprocess.Popen([program, "-u", "nobody", "-l", "127.0.0.1", "-p", str(port), "-U", "0"])
    try:
        yield IN_MEMCACHED.format(port=port)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def running_keystone(options: str = "") -> Iterator[Session]:
    """A session of its administrator; `options` are more lines of its configuration."""
    with tempfile.TemporaryDirectory(prefix="alto-benchmark-keystone-") as folder:
        home, port = Path(folder), free_port()
        initialise_keystone(programs(), home, f"http://127.0.0.1:{port}", options)
        (home / "gunicorn.conf.py").write_text(SERVER.format(port=port))
        environment = os.environ | {"OS_KEYSTONE_CONFIG_DIR": str(home / "etc")}
        with (home / "served").open("wb") as output:
            gunicorn = programs() / "gunicorn"
            process = subprocess.Popen([gunicorn], env=environment, cwd=home, stdout=output, stderr=output)
        try:
            yield wait_for(lambda: _logged_in(port))
        finally:
            process.terminate()
            process.wait(20)


def _logged_in(port: int) -> Session | None:
    session = Session(port, "")
    try:
        session.log_in(PASSWORD)
    except (OSError, RuntimeError):
        return None
    return session
