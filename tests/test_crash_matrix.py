"""Runs the crash matrix; see tests/crash_matrix.py."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from altostratus.app.wiring import System
from altostratus.kernel.testing.loop import run_seeded
from altostratus.services.network.drivers.simulated.network import SimulatedNetwork
from tests.crash_matrix import SCENARIOS, cases, run_case
from tests.crash_scene import Scene, client_of
from tests.harness import database_url, objects_url
from tests.universe import make_settings

BY_DAY = cases()[::2]
"""Every other case. At night all are run, five times each."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The data directory of a cloud that has an image, and a network behind a router; and their ids."""
    data_dir = tmp_path_factory.mktemp("template") / "cloud"
    data_dir.mkdir()
    settings = make_settings(data_dir)
    assert database_url(data_dir) == settings.database_url
    objects_url(data_dir)
    return data_dir, asyncio.run(_furnish(settings))


async def _furnish(settings: Any) -> dict[str, str]:
    system = System(settings, drivers={"network": SimulatedNetwork()})
    system.prepare()
    async with client_of(system) as client:

        async def make(path: str, kind: str, **wish: Any) -> str:
            response = await client.post(f"/network/v2.0/{path}", {kind: wish})
            assert response.status_code == 201, response.text
            return str(response.json()[kind]["id"])

        body = {"name": "image", "disk_format": "raw", "container_format": "bare"}
        image = (await client.post("/image/v2/images", body)).json()["id"]
        headers = {"Content-Type": "application/octet-stream"}
        put = await client.put(f"/image/v2/images/{image}/file", content=b"\0" * 4096, headers=headers)
        assert put.status_code == 204
        public = (await client.get("/network/v2.0/networks?name=public")).json()["networks"][0]["id"]
        network = await make("networks", "network", name="net")
        subnet = await make("subnets", "subnet", network_id=network, ip_version=4, cidr="10.9.0.0/24")
        router = await make("routers", "router", external_gateway_info={"network_id": public})
        await client.put(f"/network/v2.0/routers/{router}/add_router_interface", {"subnet_id": subnet})
    await system.stop()
    return {"image": image, "public": public, "network": network, "subnet": subnet, "router": router}


def run(template: tuple[Path, dict[str, str]], tmp_path: Path, case: Any, seed: object) -> Scene:
    source, names = template
    return run_seeded(seed, lambda simulation: run_case(simulation, source, tmp_path / "cloud", names, case))


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_faults_a_scenario_needs_its_steps(template: Any, tmp_path: Path, name: str) -> None:
    universe = run(template, tmp_path, (name,), 0)
    wanted = {(kind, step) for kind, steps in SCENARIOS[name].steps.items() for step in steps}
    assert wanted <= universe.happened, sorted(universe.happened)


@pytest.mark.slow
@pytest.mark.parametrize("case", BY_DAY, ids=lambda case: ", ".join(case))
def test_each_step_survives(template: Any, tmp_path: Path, case: Any) -> None:
    run(template, tmp_path, case, "matrix")


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("case", cases(), ids=lambda case: ", ".join(case))
def test_each_step_survives_in_any_order_of_things(template: Any, tmp_path: Path, case: Any, seed: int) -> None:
    run(template, tmp_path, case, seed)
