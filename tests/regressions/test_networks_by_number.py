"""Listing by a number that Python takes for digits, but for no integer ('³', '--1'), was a 500."""

import asyncio
from pathlib import Path

import pytest

from tests.harness import running_system


@pytest.mark.parametrize("text", ["³", "--1", "1-", "", "9" * 19])
def test_a_number_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            path = "/network/v2.0/security-groups"
            found = await client.get(path, params={"revision_number": text})
            assert found.status_code == 400, found.text
            assert "is not an integer" in found.json()["NeutronError"]["message"]
            negative = await client.get(path, params={"revision_number": "-1"})
            assert (negative.status_code, negative.json()["security_groups"]) == (200, [])

    asyncio.run(scenario())
