"""Clouds to measure: each started by the command line, as a user would, in a temporary directory, and removed.

Also speaks to them: `Session` is one HTTP connection that stays open, so that requests are measured and not
connecting. Measures nothing itself.
"""

import http.client
import json
import mmap
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ALTO = (sys.executable, "-P", "-m", "altostratus.cli")
WAIT_SECONDS = 120.0
# raised, so that a benchmark ends at the program's limits and not at a project's
UNLIMITED = (
    "[compute]\ninstances = -1\ncores = -1\nram = -1\n[network]\nquota_port = -1\nquota_network = -1\n"
    "[volume]\nvolumes = -1\ngigabytes = -1\n"
)


class Cloud:
    """A cloud that runs. `pid` is its process."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port

    @property
    def pid(self) -> int:
        return int((self.data_dir / "lock").read_text())

    def session(self, log_in: bool = True) -> "Session":
        session = Session(self.port)
        if log_in:
            session.log_in((self.data_dir / "admin-password").read_text().strip())
        return session


class Session:
    """One connection; requests raise RuntimeError unless they are answered with 2xx. `identity` is the path of the
    identity API."""

    def __init__(self, port: int, identity: str = "/identity") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        self.port = port
        self.identity = identity
        self.token: str | None = None
        self.password = ""

    def log_in(self, password: str) -> None:
        self.password, self.token = password, None
        self.token = self._token(self.by_password)

    def another_token(self) -> str:
        """A new token for the same user and project."""
        return self._token(self.by_token)

    @property
    def by_password(self) -> bytes:
        """The body of a request for a token."""
        user = {"name": "admin", "domain": {"name": "Default"}, "password": self.password}
        return _login({"methods": ["password"], "password": {"user": user}})

    @property
    def by_token(self) -> bytes:
        return _login({"methods": ["token"], "token": {"id": self.token}})

    @property
    def tokens(self) -> str:
        """The path where tokens are got."""
        return f"{self.identity}/v3/auth/tokens?nocatalog"

    def get(self, path: str) -> Any:
        return json.loads(self.send("GET", path)[1])

    def post(self, path: str, body: Any) -> Any:
        return json.loads(self.send("POST", path, json.dumps(body).encode())[1] or b"null")

    def put(self, path: str, body: Any) -> Any:
        return json.loads(self.send("PUT", path, json.dumps(body).encode())[1] or b"null")

    def delete(self, path: str) -> None:
        self.send("DELETE", path)

    def upload(self, path: str, content: bytes | mmap.mmap) -> None:
        self.send("PUT", path, content, "application/octet-stream")

    def send(
        self,
        method: str,
        path: str,
        body: bytes | mmap.mmap | None = None,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> tuple[http.client.HTTPMessage, bytes]:
        token = {"X-Auth-Token": self.token} if self.token else {}
        self._connection.request(method, path, body, {"Content-Type": kind, **token, **(headers or {})})
        response = self._connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {content[:300]!r}")
        return response.headers, content

    def _token(self, body: bytes) -> str:
        return str(self.send("POST", self.tokens, body)[0]["X-Subject-Token"])


def _login(identity: Any) -> bytes:
    project = {"name": "admin", "domain": {"name": "Default"}}
    return json.dumps({"auth": {"identity": identity, "scope": {"project": project}}}).encode()


@contextmanager
def running_cloud(simulate: bool = True, options: str = "") -> Iterator[Cloud]:
    """A cloud without quotas; a real one also takes its machines and networks away afterwards. `options` are more lines
    of its altostratus.toml."""
    with new_data_dir() as data_dir:
        with (data_dir / "altostratus.toml").open("a") as file:
            file.write(options)
        port = free_port()
        flags = ["--simulate"] if simulate else []
        where = ["--data-dir", str(data_dir)]
        alto("up", *flags, *where, "--listen", f"127.0.0.1:{port}", "-d")
        try:
            yield Cloud(data_dir, port)
        finally:
            alto("down", *flags, *where, "--purge")


@contextmanager
def new_data_dir() -> Iterator[Path]:
    """A data directory that QEMU, which is not root, can reach; removed with all that is in it."""
    folder = Path(tempfile.mkdtemp(prefix="alto-benchmark-", dir="/var/tmp"))
    folder.chmod(0o711)
    data_dir = folder / "data"
    data_dir.mkdir(mode=0o711)
    (data_dir / "altostratus.toml").write_text(UNLIMITED)
    try:
        yield data_dir
    finally:
        shutil.rmtree(folder)


def alto(*arguments: str) -> None:
    """Run the command line to its end; what it says is shown when it fails."""
    done = subprocess.run([*ALTO, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"alto {' '.join(arguments)}: {done.stdout}{done.stderr}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(look: Callable[[], Any], every: float = 0.01) -> Any:
    """The first true thing that `look` returns."""
    end = time.monotonic() + WAIT_SECONDS
    while not (found := look()):
        if time.monotonic() > end:
            raise RuntimeError(f"nothing within {WAIT_SECONDS:.0f} s")
        time.sleep(every)
    return found


# -- what servers need ---------------------------------------------------------------------------------------


def upload_image(session: Session, content: bytes | mmap.mmap, disk_format: str) -> str:
    """A public image; its id."""
    body = {"name": "benchmark", "disk_format": disk_format, "container_format": "bare"}
    image_id = str(session.post("/image/v2/images", body)["id"])
    session.upload(f"/image/v2/images/{image_id}/file", content)
    return image_id


def make_network(session: Session, cidr: str) -> tuple[str, str]:
    """A network with one subnet; their ids."""
    network = session.post("/network/v2.0/networks", {"network": {"name": "benchmark"}})["network"]["id"]
    subnet = {"network_id": network, "ip_version": 4, "cidr": cidr}
    return network, session.post("/network/v2.0/subnets", {"subnet": subnet})["subnet"]["id"]


def smallest_flavor(session: Session) -> str:
    flavors = session.get("/compute/v2.1/flavors/detail")["flavors"]
    return str(min((f for f in flavors if f["disk"]), key=lambda f: (f["ram"], f["disk"]))["id"])
