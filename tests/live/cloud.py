"""A real cloud in a data directory of its own, driven by the `alto` command and the public API.

Owns how tests start, stop, kill and ask a cloud; `guest.py` owns what they do with one guest.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from altostratus.cli.client import ApiError, Client

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 240.0
POLL_SECONDS = 0.2


def wait(what: str, look: Callable[[], T], seconds: float = 90.0) -> T:
    """The first truthy answer of `look`; fails the test, saying what was waited for, when there is none in time."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s, last seen {found!r}"
        time.sleep(POLL_SECONDS)
    return found


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveCloud:
    """One cloud; `home` is the $HOME of the person who uses it."""

    data: Path
    home: Path
    port: int = field(default_factory=free_port)

    # -- the command ----------------------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SUDO_", "OS_"))}
        return {**inherited, "HOME": str(self.home), "ALTO_DATA_DIR": str(self.data)}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command, whatever its end."""
        command = [sys.executable, "-P", "-m", "altostratus.cli", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS
        )

    def alto(self, *words: str) -> str:
        """What a command that must succeed says."""
        done = self.run(*words)
        assert done.returncode == 0, f"alto {' '.join(words)}: {done.stdout}{done.stderr}{self.log_tail()}"
        return done.stdout

    def up(self) -> None:
        self.alto("up", "-d", "--listen", f"127.0.0.1:{self.port}")

    def up_to_die(self, when: str, step: str) -> subprocess.Popen[bytes]:
        """Start a control plane that kills itself before or after it takes such a step."""
        words = [sys.executable, "-m", "tests.live.dying", when, step, str(self.port)]
        with (self.data / "altostratus.log").open("ab") as log:
            process = subprocess.Popen(words, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        wait("it is up", lambda: self.answers() or process.poll() is not None, 60)
        assert process.poll() is None, self.log_tail()
        return process

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthcheck", timeout=1):
                return True
        except OSError:
            return False

    def down(self) -> None:
        self.alto("down")

    def process(self) -> int:
        """The process that serves this cloud."""
        return int((self.data / "lock").read_text())

    def kill(self) -> None:
        """End the control plane as a power cut would end it."""
        pid = self.process()
        os.kill(pid, signal.SIGKILL)
        wait("the control plane dies", lambda: is_dead(pid), 10)

    def log_tail(self) -> str:
        log = self.data / "altostratus.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-30:]) if log.exists() else ""

    # -- the API --------------------------------------------------------------------------------------------------

    @property
    def api(self) -> Client:
        """Logged in afresh: what a token was is of no matter here."""
        return Client(self.data / "clouds.yaml")

    def server(self, name_or_id: str) -> dict[str, Any]:
        servers = self.api.get("/compute/v2.1/servers/detail")["servers"]
        found = [server for server in servers if name_or_id in (server["id"], server["name"])]
        assert len(found) == 1, (name_or_id, [server["name"] for server in servers])
        only: dict[str, Any] = found[0]
        return only

    def act(self, server_id: str, action: str, arguments: Any = None) -> None:
        self.api.post(f"/compute/v2.1/servers/{server_id}/action", {action: arguments})

    def wait_status(self, server_id: str, status: str, seconds: float = 90.0) -> dict[str, Any]:
        """The server once it has the status and nothing is being done to it any more."""
        api = self.api

        def look() -> dict[str, Any] | None:
            server: dict[str, Any] = api.get(f"/compute/v2.1/servers/{server_id}")["server"]
            assert server["status"] == status or server["status"] != "ERROR", server["fault"]
            settled = server["status"] == status and server["OS-EXT-STS:task_state"] is None
            return server if settled else None

        return wait(f"server {server_id} is {status}", look, seconds) or {}

    def wait_gone(self, server_id: str, seconds: float = 60.0) -> None:
        api = self.api

        def gone() -> bool:
            try:
                api.get(f"/compute/v2.1/servers/{server_id}")
            except ApiError as error:
                return error.status == 404
            return False

        wait(f"server {server_id} is gone", gone, seconds)

    def find(self, path: str, collection: str, **query: Any) -> dict[str, Any]:
        """The only thing that a query finds."""
        [found] = self.api.get(path, **query)[collection]
        only: dict[str, Any] = found
        return only


def is_dead(pid: int) -> bool:
    """It is gone, or nobody has collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True
