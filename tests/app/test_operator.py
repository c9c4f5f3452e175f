"""The operator's own routes."""

import asyncio
from pathlib import Path

from tests.harness import running_system

OPENAPI = "/operator/v1/openapi"


def test_every_service_describes_itself(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (system, client):
            names = {service.name: service.edge.prefix for service in system.services} | {"operator": "/operator"}
            for name, prefix in names.items():
                document = (await client.get(f"{OPENAPI}/{name}")).json()
                assert document["info"]["title"] == name
                assert document["paths"]
                assert all(path.startswith(prefix) for path in document["paths"])
            missing = await client.get(f"{OPENAPI}/weather")
            assert missing.status_code == 404
            assert "weather" in missing.json()["error"]["message"]
            client.token = None
            assert (await client.get(f"{OPENAPI}/compute")).status_code == 401

    asyncio.run(scenario())
