"""A server that is killed under load, several times: what it acknowledged is there, byte for byte, and nothing else."""

import hashlib
import http.client
import json
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.simulated_cloud import START_SECONDS, free_port

ROUNDS, THREADS = 3, 6
SIZES = (1, 300, 4096, 64 << 10, (64 << 10) + 1, 1 << 20)
SETTINGS = """
[identity]
password_time_cost = 1
password_memory_cost = 1024
[objectstore]
upkeep_seconds = 0.05
garbage_seconds = 0
compact_seconds = 0
"""


@dataclass
class Server:
    """`alto up --simulate` on a data directory that outlives it."""

    data_dir: Path
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "altostratus.cli", "up", "--simulate", "--data-dir", str(self.data_dir)]
        command += ["--listen", f"127.0.0.1:{self.port}", "--log-level", "warning"]
        with (self.data_dir.parent / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.log_in()
            except (OSError, http.client.HTTPException):
                assert self.process.poll() is None
                assert time.monotonic() < end, "the cloud does not answer"
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def log_in(self) -> None:
        password = {"user": {"name": "admin", "domain": {"id": "default"}, "password": self._password()}}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        body = {"auth": {"identity": {"methods": ["password"], "password": password}, "scope": scope}}
        connection = self.connect()
        connection.request("POST", "/identity/v3/auth/tokens", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.token = str(answer.headers["x-subject-token"])
        self.account = "/object-store/v1/AUTH_" + json.loads(answer.read())["token"]["project"]["id"]
        connection.close()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b""
    ) -> tuple[int, bytes]:
        headers = {"X-Auth-Token": self.token, "Content-Type": "text/plain", "Content-Length": str(len(body))}
        connection.request(method, f"{self.account}/c{path}", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _password(self) -> str:
        return (self.data_dir / "admin-password").read_text().strip()


class Client(threading.Thread):
    """Writes and deletes until the server is gone, names of its own. `may` has for each name the sums of what its
    content may be (None: nothing): what was acknowledged last, and what was asked for and never answered."""

    def __init__(self, server: Server, number: int, may: dict[str, set[bytes | None]]) -> None:
        super().__init__()
        self.may = may
        self.acknowledged = 0
        self._server = server
        self._number = number
        self._random = random.Random()

    def run(self) -> None:
        connection = self._server.connect()
        try:
            while True:
                self._step(connection)
        except (OSError, http.client.HTTPException):
            connection.close()

    def _step(self, connection: http.client.HTTPConnection) -> None:
        name = f"{self._number}/{self._random.randrange(40)}"
        wanted = None if self._random.random() < 0.2 else self._random.randbytes(self._random.choice(SIZES))
        self.may.setdefault(name, {None}).add(_sum(wanted))
        if wanted is None:
            status, _ = self._server.ask(connection, "DELETE", f"/{name}")
            assert status in (204, 404)
        else:
            status, _ = self._server.ask(connection, "PUT", f"/{name}", wanted)
            assert status == 201
        self.may[name] = {_sum(wanted)}
        self.acknowledged += 1


def _sum(content: bytes | None) -> bytes | None:
    return None if content is None else hashlib.sha256(content).digest()


def check(server: Server, may: dict[str, set[bytes | None]]) -> None:
    """What is there is what may be, and the totals say so."""
    connection = server.connect()
    listed = json.loads(server.ask(connection, "GET", "?format=json")[1])
    sizes = {entry["name"]: entry["bytes"] for entry in listed}
    assert sizes.keys() <= may.keys()
    for name, contents in may.items():
        status, body = server.ask(connection, "GET", f"/{name}")
        assert status == (200 if name in sizes else 404), name
        found = body if status == 200 else None
        assert _sum(found) in contents, (name, status, len(body))
        assert sizes.get(name) == (None if found is None else len(found))
        may[name] = {_sum(found)}
    connection.request("HEAD", f"{server.account}/c", headers={"X-Auth-Token": server.token})
    head = connection.getresponse()
    head.read()
    totals = [int(head.headers[f"x-container-{what}"]) for what in ("object-count", "bytes-used")]
    assert totals == [len(sizes), sum(sizes.values())]
    connection.close()


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_a_killed_server_acknowledged_is_there(tmp_path: Path) -> None:
    server = Server(tmp_path / "cloud")
    server.data_dir.mkdir(mode=0o711)
    (server.data_dir / "altostratus.toml").write_text(SETTINGS)
    server.start()
    try:
        connection = server.connect()
        assert server.ask(connection, "PUT", "")[0] == 201
        connection.close()
        may: dict[str, set[bytes | None]] = {}
        for _ in range(ROUNDS):
            clients = [Client(server, number, may) for number in range(THREADS)]
            for client in clients:
                client.start()
            enough = random.randrange(40, 200)
            while sum(client.acknowledged for client in clients) < enough:
                assert all(client.is_alive() for client in clients)
                time.sleep(0.005)
            server.kill()
            for client in clients:
                client.join()
            server.start()
            check(server, may)
    finally:
        server.kill()
