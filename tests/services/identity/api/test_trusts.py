"""Trusts as they are kept and shown."""

from pathlib import Path
from typing import Any

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.cloud import V3, People, run

TRUSTS = f"{V3}/OS-TRUST/trusts"


def body(trustor: ApiClient, trustee: ApiClient, **more: Any) -> dict[str, Any]:
    fields = {
        "trustor_user_id": trustor.user_id,
        "trustee_user_id": trustee.user_id,
        "project_id": trustor.project_id,
        "impersonation": True,
        "roles": [{"name": "member"}],
    }
    return {"trust": {**fields, **more}}


def test_life_of_a_trust(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        cat = await people.person("member", project)
        expires = "2026-11-20T13:00:00.000000Z"
        made = (await ann.post(TRUSTS, body(ann, bob, expires_at=expires))).json()["trust"]
        assert ([r["name"] for r in made["roles"]], made["expires_at"]) == (["member"], expires)
        path = f"{TRUSTS}/{made['id']}"
        assert [(await who.get(path)).status_code for who in (ann, bob, cat, people.admin)] == [200, 200, 403, 200]
        member, reader = await people.role("member"), await people.role("reader")
        assert [r["id"] for r in (await bob.get(f"{path}/roles")).json()["roles"]] == [member]
        assert (await bob.get(f"{path}/roles/{member}")).status_code == 200
        assert (await bob.get(f"{path}/roles/{reader}")).status_code == 404
        assert [t["id"] for t in (await people.admin.get(TRUSTS)).json()["trusts"]] == [made["id"]]
        mine = await ann.get(f"{TRUSTS}?trustor_user_id={ann.user_id}")
        assert "roles" not in mine.json()["trusts"][0]
        assert len((await bob.get(f"{TRUSTS}?trustee_user_id={bob.user_id}")).json()["trusts"]) == 1
        assert (await bob.get(f"{TRUSTS}?trustor_user_id={ann.user_id}")).status_code == 403
        assert (await bob.delete(path)).status_code == 403
        people.clock.move(minutes=59)
        assert (await ann.delete(path)).status_code == 204
        assert (await ann.get(path)).status_code == 404

    run(tmp_path, story)


def test_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        for more, status in (
            ({"trustor_user_id": bob.user_id}, 403),
            ({"trustee_user_id": "no-such"}, 404),
            ({"project_id": "no-such"}, 404),
            ({"roles": []}, 403),
            ({"roles": [{"name": "admin"}]}, 404),
            ({"roles": [{"name": "no-such"}]}, 404),
            ({"expires_at": "bad.123Z"}, 400),
            ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
            ({"remaining_uses": 0}, 400),
            ({"impersonation": "yes"}, 400),
        ):
            assert (await ann.post(TRUSTS, body(ann, bob, **more))).status_code == status, more

    run(tmp_path, story)
