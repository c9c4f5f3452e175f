"""Two control planes on one PostgreSQL: one is frozen in the middle of a step, past its lease, and thawed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from altostratus.app.settings import Settings
from altostratus.app.wiring import System
from tests.cluster import world as shared
from tests.crash_scene import client_of

ROOT = Path(__file__).resolve().parents[2]
LEASE = 2.0
SERVERS = "/compute/v2.1/servers"


class ControlPlane:
    """A process of tests.cluster.control_plane."""

    def __init__(self, data_dir: Path, database: str, socket: Path) -> None:
        self.log = data_dir.with_suffix(f".{time.monotonic_ns()}.log")
        command = [
            sys.executable,
            "-m",
            "tests.cluster.control_plane",
            str(data_dir),
            database,
            str(socket),
            str(LEASE),
        ]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        wait(lambda: "ready" in self.log.read_text() or self._died())

    def _died(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return False

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def end(self) -> None:
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@contextmanager
def control_plane(data_dir: Path, database: str, socket: Path) -> Iterator[ControlPlane]:
    plane = ControlPlane(data_dir, database, socket)
    try:
        yield plane
    finally:
        plane.end()


def wait(look: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"nothing within {seconds} s"
        time.sleep(0.02)
    return found


class Api:
    """The API over the same database, without a reconciler of its own."""

    def __init__(self, data_dir: Path, database: str, socket: Path) -> None:
        settings = Settings(data_dir=data_dir, simulate=True, database=database, public_url="http://cloud")
        self.system = System(settings, drivers=shared.connect(socket))
        self.system.prepare()

    def ask(self, method: str, path: str, status: int, **options: Any) -> Any:
        async def send() -> Any:
            async with client_of(self.system) as client:
                response = await client.request(method, path, **options)
                assert response.status_code == status, response.text
                return response.json() if response.content else None

        return asyncio.run(send())

    def make_server(self) -> str:
        image = self.ask("POST", "/image/v2/images", 201, json={"disk_format": "raw", "container_format": "bare"})["id"]
        headers = {"Content-Type": "application/octet-stream"}
        self.ask("PUT", f"/image/v2/images/{image}/file", 204, content=b"\0" * 512, headers=headers)
        wish = {"name": "vm", "imageRef": image, "flavorRef": "42", "networks": []}
        return str(self.ask("POST", SERVERS, 202, json={"server": wish})["server"]["id"])

    def status(self, server_id: str) -> str:
        return str(self.ask("GET", f"{SERVERS}/{server_id}", 200)["server"]["status"])


@pytest.mark.postgres
@pytest.mark.slow
def test_a_frozen_worker_that_wakes_up_changes_nothing(postgres_url: str, tmp_path: Path) -> None:
    socket, data_dir = tmp_path / "world", tmp_path / "cloud"
    data_dir.mkdir()
    world, faults = shared.serve(socket)
    api = Api(data_dir, postgres_url, socket)
    with control_plane(data_dir, postgres_url, socket) as first:
        faults.inject("ensure_running", "hang")
        server = api.make_server()
        wait(lambda: faults.hanging == 1)  # the first control plane is in the middle of a step
        first.signal(signal.SIGSTOP)
        with control_plane(data_dir, postgres_url, socket) as second:
            wait(lambda: api.status(server) == "ACTIVE", 60)
            fence = world.machines[server].fence
            faults.release()  # the frozen worker's call goes on now, and is refused: it carries an old fence
            first.signal(signal.SIGCONT)
            wait(lambda: "FencedOut" in first.log.read_text() or "the lease was lost" in first.log.read_text())
            assert (world.machines[server].starts, world.machines[server].fence) == (1, fence)
            assert api.status(server) == "ACTIVE"
            assert second.process.poll() is None
        # the thawed one is as good as new
        api.ask("POST", f"{SERVERS}/{server}/action", 202, json={"os-stop": None})
        wait(lambda: api.status(server) == "SHUTOFF")
        api.ask("DELETE", f"{SERVERS}/{server}", 204)
        wait(lambda: not world.leftovers())
    asyncio.run(api.system.stop())


@pytest.mark.postgres
@pytest.mark.slow
def test_two_control_planes_share_the_work(postgres_url: str, tmp_path: Path) -> None:
    socket, data_dir = tmp_path / "world", tmp_path / "cloud"
    data_dir.mkdir()
    world, _ = shared.serve(socket)
    api = Api(data_dir, postgres_url, socket)
    with control_plane(data_dir, postgres_url, socket), control_plane(data_dir, postgres_url, socket):
        servers = [api.make_server() for _ in range(4)]
        for server in servers:
            wait(lambda server=server: api.status(server) == "ACTIVE", 60)
        assert [world.machines[server].starts for server in servers] == [1] * 4
    asyncio.run(api.system.stop())
