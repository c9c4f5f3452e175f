"""Two processes of one cloud, as `alto up` starts them, on one PostgreSQL: what ends a token ends it in both."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.postgres import running_postgres
from tests.simulated_cloud import CloudProcess, simulated_cloud

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


class Client:
    """Speaks to one of the processes."""

    def __init__(self, cloud: CloudProcess, database: str) -> None:
        self.cloud, self.database = cloud, database
        self._http = httpx.Client(base_url=cloud.identity_url, timeout=30)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def log_in(self, name: str = "admin", password: str | None = None) -> str:
        user = {"name": name, "domain": {"name": "Default"}, "password": password or self.cloud.password}
        methods = {"methods": ["password"], "password": {"user": user}}
        scope = {} if name != "admin" else {"scope": {"project": {"name": "admin", "domain": {"name": "Default"}}}}
        made = self._http.post("/auth/tokens", json={"auth": {"identity": methods, **scope}})
        return made.headers["X-Subject-Token"] if made.status_code == 201 else ""

    def ask(self, token: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self._http.request(method, path, json=body, headers={"X-Auth-Token": token, **headers})

    def accepts(self, token: str) -> bool:
        return self.ask(token, "GET", "/auth/projects").status_code == 200


@contextmanager
def two_processes() -> Iterator[tuple[Client, Client]]:
    with (
        running_postgres() as url,
        simulated_cloud("--database", url) as one,
        simulated_cloud("--database", url, secrets_of=one) as two,
        Client(one, url) as here,
        Client(two, url) as there,
    ):
        yield here, there


def test_what_ends_a_token_here_ends_it_there_for_the_next_request() -> None:
    with two_processes() as (here, there):
        admin = here.log_in()
        user = here.ask(admin, "POST", "/users", {"user": {"name": "eve", "password": "first"}}).json()["user"]["id"]
        assert there.accepts(admin)

        token = here.log_in("eve", "first")
        assert there.accepts(token), "it is in that process's memory now"
        assert here.ask(admin, "DELETE", "/auth/tokens", **{"X-Subject-Token": token}).status_code == 204
        assert not there.accepts(token)
        assert there.ask(admin, "GET", "/auth/tokens", **{"X-Subject-Token": token}).status_code == 404

        for change in ({"password": "second"}, {"enabled": False}):
            here.ask(admin, "PATCH", f"/users/{user}", {"user": {"enabled": True, "password": "first"}})
            token = there.log_in("eve", "first")
            assert there.accepts(token)
            assert here.ask(admin, "PATCH", f"/users/{user}", {"user": change}).status_code == 200
            assert not there.accepts(token), change


def test_keys_rotate_without_a_gap() -> None:
    with two_processes() as (here, there):
        old = there.log_in()
        command = [sys.executable, "-P", "-m", "altostratus.cli", "keys", "rotate", "--database", here.database]
        where = ["--data-dir", str(here.cloud.data_dir)]
        done = subprocess.run([*command, *where], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "1 older" in done.stdout
        new = here.log_in()
        assert there.accepts(new), "it was sealed with a key that this process had not seen"
        assert here.accepts(old)
        assert there.accepts(old)
        assert there.log_in()
