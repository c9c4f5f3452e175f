"""Who may do what, as a real Keystone has it: every operation by every kind of token (tests/oracles/matrix)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from litestar import Litestar

from altostratus.kernel.http.pipeline import reraise
from altostratus.services.identity import service as identity
from tests.harness import BASE, open_test_cloud
from tests.oracles.compare import Difference, allowed, unexplained
from tests.oracles.matrix import ALLOWED, recorded
from tests.oracles.matrix.play import Cells, play, play_unknown
from tests.oracles.matrix.rows import ROWS
from tests.oracles.matrix.stage import Stage, prepare
from tests.schemas.coverage import listed
from tests.schemas.scope import left_out
from tests.services.identity.cloud import open_people

T = TypeVar("T")


@pytest.mark.slow
def test_everybody_may_do_what_keystone_lets_them(tmp_path: Path) -> None:
    found = differences(recorded.read(), on_stage(tmp_path, play))
    missing = unexplained(found, allowed(ALLOWED))
    assert not missing, "\n" + "\n".join(f"{one.request}: really {one.real}, ours {one.ours}" for one in missing)
    assert [entry for entry in allowed(ALLOWED) if not any(entry.covers(one) for one in found)] == []


@pytest.mark.slow
def test_what_is_left_out_is_there_for_nobody(tmp_path: Path) -> None:
    operations = [(method, path) for method, path in listed("identity") if left_out("identity", path)]
    cells = on_stage(tmp_path, lambda stage: play_unknown(stage, operations))
    assert len(cells) > 100
    assert {name: statuses for name, statuses in cells.items() if set(statuses.values()) != {404}} == {}


REFUSED = {
    "GET, HEAD /": "300",
    "GET, HEAD /v3/auth/tokens/OS-PKI/revoked": "there are no PKI tokens any more",
    "GET, HEAD /v3/ec2tokens": "only POST",
    "GET, HEAD /v3/s3tokens": "only POST",
    "DELETE /v3/users/{user}/access_rules/{access_rule}": "an application credential has it",
}
"""Rows that nobody has a success with, and why; of any other that would be a mistake in the row."""


def test_somebody_may_do_everything() -> None:
    nobody = {name for name, statuses in recorded.read().items() if not any(200 <= s < 300 for s in statuses.values())}
    expected = {f"{method} {name.rpartition(' ')[2]}" for name in REFUSED for method in name.split(" /")[0].split(", ")}
    assert nobody == expected


def test_every_operation_has_a_row() -> None:
    rows = {(row.method, shape(row.path)) for row in ROWS}
    wanted = {(method.replace("HEAD", "GET"), shape(path)) for method, path in listed("identity")}
    assert {(method, path) for method, path in wanted if not left_out("identity", path)} - rows == set()


def test_every_route_has_a_row(tmp_path: Path) -> None:
    cloud = open_test_cloud(tmp_path)
    routes = identity.build(cloud, identity.CATALOG, "x").routes
    app = Litestar(routes, openapi_config=None, logging_config=None, exception_handlers={Exception: reraise})
    there = {(method, shape(route.path)) for route in app.routes for method in route.methods - {"OPTIONS"}}
    assert there - {(row.method, shape(row.path)) for row in ROWS} == set()
    cloud.db.close()


def on_stage(data_dir: Path, play_it: Callable[[Stage], Awaitable[T]]) -> T:
    """What comes of playing in a new cloud of ours."""

    async def run() -> T:
        async with open_people(data_dir) as people:
            transport = httpx.ASGITransport(people.asgi, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/identity") as http:
                return await play_it(await prepare(http, "admin", "admin-secret", "admin"))

    return asyncio.run(run())


def differences(real: Cells, ours: Cells) -> list[Difference]:
    """Cells that differ; `request` is "GET /v3/users by reader, project"."""
    cells = {(name, who) for each in (real, ours) for name in each for who in each[name]}
    return [
        Difference("identity", "authorization", 0, f"{name} by {who}", "status", str(there), str(here))
        for name, who in sorted(cells)
        if (there := real.get(name, {}).get(who)) != (here := ours.get(name, {}).get(who))
    ]


def shape(path: str) -> str:
    """A path below /identity without names of parameters, query and last slash."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0].removeprefix("/identity")).rstrip("/")
