"""A trust with the same role twice was a 500; Keystone calls it a conflict."""

import asyncio
from pathlib import Path

from tests.harness import running_system

TRUSTS = "/identity/v3/OS-TRUST/trusts"


def test_same_role_twice_in_a_trust_is_a_conflict(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            me = (await client.get("/identity/v3/users?name=admin")).json()["users"][0]["id"]
            project = (await client.get("/identity/v3/projects?name=admin")).json()["projects"][0]["id"]
            trust = {"trustor_user_id": me, "trustee_user_id": me, "project_id": project, "impersonation": False}
            twice = await client.post(TRUSTS, {"trust": {**trust, "roles": [{"name": "admin"}, {"name": "admin"}]}})
            assert twice.status_code == 409, twice.text
            assert (await client.get(TRUSTS)).json()["trusts"] == []
            once = await client.post(TRUSTS, {"trust": {**trust, "roles": [{"name": "admin"}]}})
            assert once.status_code == 201, once.text

    asyncio.run(scenario())
