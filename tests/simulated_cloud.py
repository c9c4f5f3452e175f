"""A simulated cloud as its users get it: `alto up --simulate` in a process of its own, on a free port."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0


@dataclass(frozen=True)
class CloudProcess:
    """Where it is, and its first administrator. `project` is the administrator's."""

    url: str
    data_dir: Path
    pid: int
    username: str
    password: str
    project: str

    @property
    def identity_url(self) -> str:
        return f"{self.url}/identity/v3"

    @property
    def image_url(self) -> str:
        return f"{self.url}/image"

    @property
    def object_url(self) -> str:
        return f"{self.url}/object-store"


@contextmanager
def simulated_cloud(
    *options: str,
    environment: dict[str, str] | None = None,
    secrets_of: "CloudProcess | None" = None,
    settings: str = "",
) -> Iterator[CloudProcess]:
    """Started and answering; stopped and gone afterwards. With the secrets of another it is a second process of that
    one's cloud, if both have the same --database. `settings` are its altostratus.toml."""
    with tempfile.TemporaryDirectory(prefix="alto-cloud-") as scratch:
        data_dir, port = Path(scratch) / "cloud", free_port()
        data_dir.mkdir(mode=0o711)
        (data_dir / "altostratus.toml").write_text(settings)
        if secrets_of:
            shutil.copytree(secrets_of.data_dir / "keys", data_dir / "keys")
            shutil.copy(secrets_of.data_dir / "admin-password", data_dir)
        command = [sys.executable, "-P", "-m", "altostratus.cli", "up", "--simulate", "--data-dir", str(data_dir)]
        command += ["--listen", f"127.0.0.1:{port}", "--log-level", "warning", *options]
        with (Path(scratch) / "log").open("w+") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
            try:
                url = f"http://127.0.0.1:{port}"
                _wait_answering(process, f"{url}/healthcheck", Path(log.name))
                password = (data_dir / "admin-password").read_text().strip()
                yield CloudProcess(url, data_dir, process.pid, "admin", password, "admin")
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_answering(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the cloud ended at its start:\n{log.read_text()}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the cloud does not answer:\n{log.read_text()}")
