"""A project or domain with the same tag twice was a 500: the database refused what nobody had checked."""

import asyncio
from pathlib import Path

from tests.harness import running_system

TAGS = ["red", "blue", "red"]


def test_same_tag_twice_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            for noun in ("project", "domain"):
                url = f"/identity/v3/{noun}s"
                assert (await client.post(url, {noun: {"name": "twice", "tags": TAGS}})).status_code == 400
                made = (await client.post(url, {noun: {"name": "once", "tags": TAGS[:2]}})).json()[noun]
                changed = await client.patch(f"{url}/{made['id']}", {noun: {"tags": TAGS}})
                assert changed.status_code == 400
                assert "non-unique" in changed.json()["error"]["message"]
                kept = (await client.get(f"{url}/{made['id']}")).json()[noun]
                assert sorted(kept["tags"]) == ["blue", "red"]

    asyncio.run(scenario())
