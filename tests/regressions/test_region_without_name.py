"""An empty text as a region's parent or an endpoint's region was a 500: it passed for none, but not the foreign key."""

import asyncio
from pathlib import Path

from tests.harness import running_system

V3 = "/identity/v3"


def test_the_empty_text_names_no_region(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            region = (await client.post(f"{V3}/regions", {"region": {}})).json()["region"]
            nowhere = {"region": {"parent_region_id": ""}}
            assert (await client.post(f"{V3}/regions", nowhere)).status_code == 400
            assert (await client.patch(f"{V3}/regions/{region['id']}", nowhere)).status_code == 400
            service = (await client.post(f"{V3}/services", {"service": {"type": "x"}})).json()["service"]
            endpoint = {"interface": "public", "service_id": service["id"], "url": "http://a.example", "region_id": ""}
            assert (await client.post(f"{V3}/endpoints", {"endpoint": endpoint})).status_code == 400

    asyncio.run(scenario())
