"""Runs a real Keystone, Glance and Swift on loopback, from pinned packages, with SQLite and fresh state.

Owns their configuration, start and stop (`swift` has that of Swift); `environments` installs them. Knows nothing of
what they are asked. Keystone and Glance have one request thread: with more, SQLite answers "database is locked".
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from . import swift
from .environments import ensure_environment
from .processes import free_port, run, started

HERE = Path(__file__).parent
PASSWORD = "oracle-secret"


@dataclass(frozen=True)
class Cloud:
    """Where a cloud's identity, image and object storage APIs are, and its administrator, in domain Default.

    `identity_url` ends before `/v3`, `image_url` before `/v2`, `object_url` before `/v1`.
    """

    identity_url: str
    image_url: str
    object_url: str
    username: str = "admin"
    password: str = PASSWORD
    project: str = "admin"


@contextlib.contextmanager
def running() -> Iterator[Cloud]:
    """All of them, freshly initialised, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder, contextlib.ExitStack() as stack:
        identity = f"http://127.0.0.1:{free_port()}/identity"
        image = f"http://127.0.0.1:{free_port()}/image"
        stack.enter_context(_keystone(Path(folder) / "keystone", identity))
        objects = f"http://127.0.0.1:{free_port()}"
        _register(identity, image, objects)
        stack.enter_context(_glance(Path(folder) / "glance", identity, image))
        stack.enter_context(swift.served(Path(folder) / "swift", identity, objects, PASSWORD))
        yield Cloud(identity, image, objects)


@contextlib.contextmanager
def identity_alone() -> Iterator[str]:
    """Keystone's URL, as `Cloud` has it. With a cache in memory, as operators run it, because it is asked a lot; and
    with foreign keys enforced, without which SQLite keeps roles of application credentials that are gone and gives
    them to the next."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        url = f"http://127.0.0.1:{free_port()}/identity"
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
    run(*tool, "db_sync", log=home / "log")
    run(*tool, "fernet_setup", *owner, log=home / "log")
    run(*tool, "credential_setup", *owner, log=home / "log")
    bootstrap = [f"--bootstrap-{kind}-url={url}/v3" for kind in ("public", "internal", "admin")]
    bootstrap += [f"--bootstrap-password={PASSWORD}", "--bootstrap-region-id=RegionOne"]
    run(*tool, "bootstrap", *bootstrap, log=home / "log")


@contextlib.contextmanager
def _glance(home: Path, identity: str, url: str) -> Iterator[None]:
    programs = ensure_environment("peers/glance", HERE / "glance.lock")
    for part in ("etc", "images", "staging", "tasks"):
        (home / part).mkdir(parents=True)
    paste = next(programs.parent.glob("**/glance-api-paste.ini"))
    values = {"home": home, "url": url, "identity": identity, "password": PASSWORD, "paste": paste}
    (home / "etc/glance-api.conf").write_text(GLANCE.format(**values))
    conf = home / "etc/glance-api.conf"
    run(programs / "glance-manage", "--config-file", conf, "db_sync", log=home / "log")
    settings = {"OS_GLANCE_CONFIG_DIR": str(home / "etc"), "OS_GLANCE_CONFIG_FILES": "glance-api.conf"}
    with _served(programs, "glance.wsgi.api", url, home, settings):
        yield


def _served(
    programs: Path, module: str, url: str, home: Path, settings: dict[str, str], first: str = ""
) -> contextlib.AbstractContextManager[None]:
    """`first` is Python code that runs before the module is imported."""
    where = httpx.URL(url)
    code = first + SERVE.format(module=module, port=where.port, prefix=where.path)
    return started(programs / "python", "-c", code, answers=url + "/", home=home, log=home / "log", settings=settings)


def _register(identity: str, image: str, objects: str) -> None:
    """Glance and Swift in the catalog, as an operator would put them there, and the roles that Swift asks for."""
    user = {"name": "admin", "domain": {"id": "default"}, "password": PASSWORD}
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    asked = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    services = (("glance", "image", image), ("swift", "object-store", f"{objects}/v1/AUTH_%(project_id)s"))
    with httpx.Client(base_url=identity, timeout=30) as client:
        token = client.post("/v3/auth/tokens", json=asked).raise_for_status().headers["X-Subject-Token"]
        client.headers["X-Auth-Token"] = token
        for name, kind, url in services:
            service = {"service": {"name": name, "type": kind}}
            made = client.post("/v3/services", json=service).raise_for_status().json()["service"]["id"]
            where = {"interface": "public", "region_id": "RegionOne", "service_id": made, "url": url}
            client.post("/v3/endpoints", json={"endpoint": where}).raise_for_status()
        role = {"name": swift.RESELLER, "options": {"immutable": True}}  # as Keystone makes its own
        client.post("/v3/roles", json={"role": role}).raise_for_status()


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
