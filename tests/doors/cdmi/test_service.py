"""The door in a whole cloud: with tokens, in the catalog, and with several clients at once."""

import asyncio
import base64
from pathlib import Path

from tests.doors.cdmi.cloud import CONTAINER, OBJECT, CdmiCloud, V, run
from tests.harness import running_system


def test_it_is_found_in_the_catalog(tmp_path: Path) -> None:
    async def test() -> None:
        async with running_system(tmp_path / "cloud") as (_, client):
            catalog = (await client.get("/identity/v3/auth/catalog")).json()["catalog"]
            urls = {end["url"] for entry in catalog if entry["type"] == "cdmi" for end in entry["endpoints"]}
            assert urls == {"http://cloud/cdmi"}
            made = await client.put("/cdmi/a/", headers={**V, "Content-Type": CONTAINER})
            assert made.status_code == 201, made.text
            made = await client.put("/cdmi/a/x", {"value": "1"}, headers={**V, "Content-Type": OBJECT})
            assert made.status_code == 201, made.text
            assert (await client.get("/cdmi/a/x")).content == b"1"
            client.token = "none"
            assert (await client.get("/cdmi/a/x")).status_code == 401

    asyncio.run(test())


def test_ranges_that_are_written_at_once_are_not_lost(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await cloud.make("/a/")
        await cloud.make("/a/x", {"value": "." * 10})

        async def write(place: int) -> bool:
            value = base64.b64encode(str(place).encode()).decode()
            status = (await cloud.put(f"/a/x?value:{place}-{place}", {"value": value})).status
            assert status in (204, 409)
            return status == 204

        written = await asyncio.gather(*(write(place) for place in range(10)))
        assert any(written)
        expected = "".join(str(place) if done else "." for place, done in enumerate(written))
        assert (await cloud.shown("/a/x"))["value"] == expected

    run(tmp_path, test)
