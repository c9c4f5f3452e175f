"""Runs a real Keystone and a real Glance on loopback, from pinned packages, with SQLite and fresh state.

Owns their configuration, start and stop; `environments` installs them. Knows nothing of what they are asked.
Both have one request thread: with more, SQLite answers "database is locked".
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from .environments import ensure_environment

HERE = Path(__file__).parent
PASSWORD = "oracle-secret"
START_SECONDS = 60


@dataclass(frozen=True)
class Cloud:
    """Where a cloud's identity and image APIs are, and its administrator, in domain Default.

    `identity_url` ends before `/v3`, `image_url` before `/v2`.
    """

    identity_url: str
    image_url: str
    username: str = "admin"
    password: str = PASSWORD
    project: str = "admin"


@contextlib.contextmanager
def running() -> Iterator[Cloud]:
    """Both services, freshly initialised, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder, contextlib.ExitStack() as stack:
        identity = f"http://127.0.0.1:{_free_port()}/identity"
        image = f"http://127.0.0.1:{_free_port()}/image"
        stack.enter_context(_keystone(Path(folder) / "keystone", identity))
        _register_image(identity, image)
        stack.enter_context(_glance(Path(folder) / "glance", identity, image))
        yield Cloud(identity, image)


@contextlib.contextmanager
def identity_alone() -> Iterator[str]:
    """Keystone's URL, as `Cloud` has it. With a cache in memory, as operators run it, because it is asked a lot; and
    with foreign keys enforced, without which SQLite keeps roles of application credentials that are gone and gives
    them to the next."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        url = f"http://127.0.0.1:{_free_port()}/identity"
        with _keystone(Path(folder) / "keystone", url, CACHED, FOREIGN_KEYS):
            yield url


@contextlib.contextmanager
def _keystone(home: Path, url: str, options: str = "", first: str = "") -> Iterator[None]:
    programs = ensure_environment("peers/keystone", HERE / "keystone.lock")
    initialise_keystone(programs, home, url, options)
    with _served(programs, "keystone.wsgi.api", url, home, {"OS_KEYSTONE_CONFIG_DIR": str(home / "etc")}, first):
        yield


def initialise_keystone(programs: Path, home: Path, url: str, options: str = "") -> None:
    """An empty one that knows its administrator, configured in `home`/etc; `url` ends before `/v3`."""
    for part in ("etc", "fernet", "credential"):
        (home / part).mkdir(parents=True, mode=0o700)
    (home / "etc/keystone.conf").write_text(KEYSTONE.format(home=home) + options)
    tool = [programs / "keystone-manage", "--config-file", home / "etc/keystone.conf"]
    owner = ["--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid())]
    _run(*tool, "db_sync", log=home / "log")
    _run(*tool, "fernet_setup", *owner, log=home / "log")
    _run(*tool, "credential_setup", *owner, log=home / "log")
    bootstrap = [f"--bootstrap-{kind}-url={url}/v3" for kind in ("public", "internal", "admin")]
    bootstrap += [f"--bootstrap-password={PASSWORD}", "--bootstrap-region-id=RegionOne"]
    _run(*tool, "bootstrap", *bootstrap, log=home / "log")


@contextlib.contextmanager
def _glance(home: Path, identity: str, url: str) -> Iterator[None]:
    programs = ensure_environment("peers/glance", HERE / "glance.lock")
    for part in ("etc", "images", "staging", "tasks"):
        (home / part).mkdir(parents=True)
    paste = next(programs.parent.glob("**/glance-api-paste.ini"))
    values = {"home": home, "url": url, "identity": identity, "password": PASSWORD, "paste": paste}
    (home / "etc/glance-api.conf").write_text(GLANCE.format(**values))
    conf = home / "etc/glance-api.conf"
    _run(programs / "glance-manage", "--config-file", conf, "db_sync", log=home / "log")
    settings = {"OS_GLANCE_CONFIG_DIR": str(home / "etc"), "OS_GLANCE_CONFIG_FILES": "glance-api.conf"}
    with _served(programs, "glance.wsgi.api", url, home, settings):
        yield


@contextlib.contextmanager
def _served(
    programs: Path, module: str, url: str, home: Path, settings: dict[str, str], first: str = ""
) -> Iterator[None]:
    """`first` is Python code that runs before the module is imported."""
    where = httpx.URL(url)
    code = first + SERVE.format(module=module, port=where.port, prefix=where.path)
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            [programs / "python", "-c", code], cwd=home, env=os.environ | settings, stdout=log, stderr=log
        )
    try:
        _wait_answering(url + "/", process, home / "log")
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}; its log ends:\n{_tail(log)}")


def _run(*command: object, log: Path) -> None:
    with log.open("ab") as out:
        done = subprocess.run([str(word) for word in command], stdout=out, stderr=out, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}); its log ends:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _register_image(identity: str, image: str) -> None:
    """Glance in the catalog, as an operator would put it there."""
    user = {"name": "admin", "domain": {"id": "default"}, "password": PASSWORD}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    asked = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    with httpx.Client(base_url=identity, timeout=30) as client:
        token = client.post("/v3/auth/tokens", json=asked).raise_for_status().headers["X-Subject-Token"]
        client.headers["X-Auth-Token"] = token
        service = {"service": {"name": "glance", "type": "image"}}
        made = client.post("/v3/services", json=service).raise_for_status().json()["service"]["id"]
        where = {"interface": "public", "region_id": "RegionOne", "service_id": made, "url": image}
        client.post("/v3/endpoints", json={"endpoint": where}).raise_for_status()


SERVE = """
import sys, waitress
sys.argv = [{module!r}]
from {module} import application
waitress.serve(application, host="127.0.0.1", port={port}, threads=1, url_prefix={prefix!r},
               url_scheme="http", max_request_body_size=1 << 34)
"""

KEYSTONE = """
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///{home}/keystone.db
[fernet_tokens]
key_repository = {home}/fernet
[fernet_receipts]
key_repository = {home}/fernet
[credential]
key_repository = {home}/credential
[oslo_policy]
enforce_scope = true
enforce_new_defaults = true
[identity]
password_hash_rounds = 4
"""

FOREIGN_KEYS = """
from keystone.common import sql
sql.enable_sqlite_foreign_key()
"""

CACHED = """
[cache]
enabled = true
backend = dogpile.cache.memory_pickle
"""

GLANCE = """
[DEFAULT]
use_stderr = true
enabled_backends = local:file
public_endpoint = {url}
worker_self_reference_url = {url}
[database]
connection = sqlite:///{home}/glance.db
[glance_store]
default_backend = local
[local]
filesystem_store_datadir = {home}/images
[os_glance_staging_store]
filesystem_store_datadir = {home}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {home}/tasks
[paste_deploy]
flavor = keystone
config_file = {paste}
[oslo_policy]
enforce_scope = true
enforce_new_defaults = true
[oslo_concurrency]
lock_path = {home}
[keystone_authtoken]
www_authenticate_uri = {identity}
auth_url = {identity}
auth_type = password
username = admin
password = {password}
project_name = admin
user_domain_name = Default
project_domain_name = Default
"""
