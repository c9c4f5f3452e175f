"""A flavor's rxtx_factor that was a whole number beyond all floats was a 500; found by fuzzing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.harness import running_system


@pytest.mark.parametrize(
    "odd",
    [
        {"rxtx_factor": 10**400},
        {"rxtx_factor": "9" * 400},
        {"rxtx_factor": "nan"},
        {"rxtx_factor": 1e39},
        {"ram": 10**400},
        {"vcpus": "9" * 400},
        {"disk": -(10**400)},
    ],
)
def test_it_is_refused(tmp_path: Path, odd: dict[str, Any]) -> None:
    async def main() -> int:
        async with running_system(tmp_path) as (_, client):
            flavor = {"name": "odd", "ram": 64, "vcpus": 1, "disk": 1, **odd}
            return (await client.post("/compute/v2.1/flavors", {"flavor": flavor})).status_code

    assert asyncio.run(main()) == 400
