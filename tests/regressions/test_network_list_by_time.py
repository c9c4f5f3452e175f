"""Filtering a network list by an instant was a 500; Neutron's instants are to sort by, not to filter by."""

import asyncio
from pathlib import Path

from tests.harness import running_system


def test_instants_are_no_filters(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            for name in ("created_at", "updated_at"):
                refused = await client.get(f"/network/v2.0/networks?{name}=2026-11-20T00:00:00Z")
                assert refused.status_code == 400
                assert name in refused.json()["NeutronError"]["message"]
                sorted_by = await client.get(f"/network/v2.0/networks?sort_key={name}&sort_dir=desc")
                assert sorted_by.status_code == 200

    asyncio.run(scenario())
