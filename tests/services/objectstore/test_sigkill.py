"""A server that is killed under load, several times: what it acknowledged is there, byte for byte, and nothing else."""

import http.client
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.objectstore.load import Session, Writer, run_until
from tests.simulated_cloud import START_SECONDS, free_port

ROUNDS, THREADS = 3, 6
SECONDS = 60.0
SETTINGS = """
[identity]
password_time_cost = 1
password_memory_cost = 1024
[objectstore]
upkeep_seconds = 0.05
garbage_seconds = 0
compact_seconds = 0
"""
PASSWORD = "of the first administrator"


@dataclass
class Server:
    """`alto up --simulate` on a data directory that outlives it."""

    data_dir: Path

    def __post_init__(self) -> None:
        self.data_dir.mkdir(mode=0o711)
        (self.data_dir / "altostratus.toml").write_text(SETTINGS)
        (self.data_dir / "admin-password").write_text(PASSWORD)
        self.session = Session(free_port(), PASSWORD)

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "altostratus.cli", "up", "--simulate", "--data-dir", str(self.data_dir)]
        command += ["--listen", f"127.0.0.1:{self.session.port}", "--log-level", "warning"]
        with (self.data_dir.parent / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.session.log_in()
            except (OSError, http.client.HTTPException):
                assert self.process.poll() is None
                assert time.monotonic() < end, "the cloud does not answer"
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_a_killed_server_acknowledged_is_there(tmp_path: Path) -> None:
    server = Server(tmp_path / "cloud")
    clients = [Writer(server.session, f"c{number}") for number in range(THREADS)]
    server.start()
    try:
        for client in clients:
            client.prepare()
        for _ in range(ROUNDS):
            run_until(clients, random.randrange(40, 200), SECONDS, server.kill)
            server.start()
            for client in clients:
                client.check()
    finally:
        server.kill()
