"""Runs a real Swift on loopback: a proxy and one account, container and object server, one replica, one folder.

Owns its configuration, start and stop. There is no memcached: keystonemiddleware keeps tokens in its own process, and
without a `cache` in the pipeline Swift asks its servers each time, so nothing it answers is out of date.
"""

from __future__ import annotations

import contextlib
import pwd
from collections.abc import Iterator
from os import getuid
from pathlib import Path

import httpx

from .environments import ensure_environment
from .processes import free_port, run, started

LOCK = Path(__file__).parent / "swift.lock"
KINDS = ("account", "container", "object")
RESELLER = "ResellerAdmin"


@contextlib.contextmanager
def served(home: Path, identity: str, url: str, password: str) -> Iterator[None]:
    """An empty one at `url`, whose users are those of the Keystone at `identity`."""
    programs = ensure_environment("peers/swift", LOCK)
    for part in ("etc", "disks/one", "recon"):
        (home / part).mkdir(parents=True)
    ports = {kind: free_port() for kind in KINDS}
    _configure(home, ports, identity, url, password)
    devices = [f"{kind}:{port}" for kind, port in ports.items()]
    run(programs / "python", "-c", RINGS, home / "etc", *devices, log=home / "log")
    with contextlib.ExitStack() as stack:
        for kind, port in ports.items():
            stack.enter_context(_program(programs, home, kind, f"http://127.0.0.1:{port}/healthcheck"))
        stack.enter_context(_program(programs, home, "proxy", url + "/healthcheck"))
        yield


def _program(programs: Path, home: Path, kind: str, answers: str) -> contextlib.AbstractContextManager[None]:
    command = (programs / f"swift-{kind}-server", home / f"etc/{kind}-server.conf")
    return started(*command, answers=answers, home=home, log=home / "log")


def _configure(home: Path, ports: dict[str, int], identity: str, url: str, password: str) -> None:
    values = {"home": home, "user": pwd.getpwuid(getuid()).pw_name}
    (home / "etc/swift.conf").write_text(SWIFT)
    for kind, port in ports.items():
        (home / f"etc/{kind}-server.conf").write_text(STORAGE.format(kind=kind, port=port, **values))
    pipeline = " ".join((*BEFORE_IT_IS_KNOWN_WHO_ASKS, "authtoken", "keystoneauth", *AFTER))
    filters = "".join(map(_filter, (*BEFORE_IT_IS_KNOWN_WHO_ASKS, *AFTER)))
    asked = {"port": httpx.URL(url).port, "pipeline": pipeline, "filters": filters, "reseller": RESELLER}
    proxy = PROXY.format(identity=identity, password=password, **asked, **values)
    (home / "etc/proxy-server.conf").write_text(proxy)


def _filter(name: str) -> str:
    return f"[filter:{name}]\nuse = egg:swift#{name}\n{OPTIONS.get(name, '')}"


# In the pipeline's order.
BEFORE_IT_IS_KNOWN_WHO_ASKS = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "tempurl")
AFTER = (
    "formpost", "staticweb", "copy", "container_quotas", "account_quotas", "slo", "dlo", "versioned_writes", "symlink",
)  # fmt: skip
OPTIONS = {"versioned_writes": "allow_versioned_writes = true\nallow_object_versioning = true\n"}

RINGS = """
import os, sys
from swift.common.ring import RingBuilder
folder, *devices = sys.argv[1:]
for device in devices:
    kind, port = device.split(":")
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "one",
                     "weight": 1.0, "replication_ip": "127.0.0.1", "replication_port": int(port), "meta": ""})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, kind + ".ring.gz"))
"""

SWIFT = """
[swift-hash]
swift_hash_path_prefix = oracle
swift_hash_path_suffix = oracle
"""

# The object server waits for the container's answer, so that a listing shows what was just written.
STORAGE = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {home}/etc
devices = {home}/disks
mount_check = false
fallocate_reserve = 0
container_update_timeout = 30
[pipeline:main]
pipeline = healthcheck {kind}-server
[filter:healthcheck]
use = egg:swift#healthcheck
[app:{kind}-server]
use = egg:swift#{kind}
recon_cache_path = {home}/recon
"""

# A server that failed once is asked again.
PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {home}/etc
[pipeline:main]
pipeline = {pipeline} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
error_suppression_interval = 0
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member
project_reader_roles = reader
reseller_admin_role = {reseller}
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
delay_auth_decision = true
www_authenticate_uri = {identity}
auth_url = {identity}
auth_type = password
username = admin
password = {password}
project_name = admin
user_domain_name = Default
project_domain_name = Default
{filters}"""
