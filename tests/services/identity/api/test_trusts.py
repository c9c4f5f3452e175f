"""Trusts as they are made, kept and shown; what they are good for is in test_trust_tokens."""

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
        listed = (await bob.get(f"{path}/roles")).json()
        assert ([r["id"] for r in listed["roles"]], "links" in listed) == ([member], True)
        assert (await bob.get(f"{path}/roles/{member}")).status_code == 200
        assert (await bob.get(f"{path}/roles/{reader}")).status_code == 404
        assert [t["id"] for t in (await people.admin.get(TRUSTS)).json()["trusts"]] == [made["id"]]
        mine = await ann.get(f"{TRUSTS}?trustor_user_id={ann.user_id}")
        assert "roles" not in mine.json()["trusts"][0]
        assert len((await bob.get(f"{TRUSTS}?trustee_user_id={bob.user_id}")).json()["trusts"]) == 1
        assert (await bob.get(f"{TRUSTS}?trustor_user_id={ann.user_id}")).status_code == 403
        # Keystone shows all to whom asks for nothing else, and else only those from or to one user
        for query in ("limit=1", f"project_id={project}", "trustor_user_id="):
            assert (await people.admin.get(f"{TRUSTS}?{query}")).json()["trusts"] == []
        both = f"{TRUSTS}?trustor_user_id={ann.user_id}&trustee_user_id={cat.user_id}"
        assert len((await people.admin.get(both)).json()["trusts"]) == 1
        assert (await bob.delete(path)).status_code == 403
        people.clock.move(minutes=59)
        assert (await ann.delete(path)).status_code == 204
        assert (await ann.get(path)).status_code == 404

    run(tmp_path, story)


def test_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        member = await people.role("member")
        for more, status in (
            ({"trustor_user_id": bob.user_id}, 403),
            ({"trustee_user_id": "no-such"}, 404),
            ({"project_id": "no-such"}, 404),
            ({"roles": []}, 403),
            ({"roles": [{"name": "admin"}]}, 404),
            ({"roles": [{"name": "no-such"}]}, 404),
            ({"roles": [{"id": "no-such"}]}, 404),
            ({"roles": [{}]}, 400),
            ({"roles": [{"name": "member", "id": member}]}, 400),
            ({"roles": [{"name": "member", "more": 1}]}, 400),
            ({"roles": None}, 400),
            ({"roles": [{"name": "member"}, {"id": member}]}, 409),
            ({"project_id": None}, 404),
            ({"redelegated_trust_id": "no-such"}, 404),
            ({"trustor_user_id": None}, 400),
            ({"expires_at": "bad.123Z"}, 400),
            ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
            ({"expires_at": "2099-01-01"}, 400),
            ({"expires_at": "2099-01-01T00:00:00+02:00"}, 400),
            ({"expires_at": ""}, 400),
            ({"remaining_uses": 0}, 400),
            ({"remaining_uses": 1.5}, 400),
            ({"remaining_uses": 1, "allow_redelegation": True}, 400),
            ({"allow_redelegation": "yes"}, 400),
            ({"redelegation_count": -1}, 400),
            ({"redelegation_count": 4, "allow_redelegation": True}, 403),
            ({"impersonation": "yes"}, 400),
        ):
            assert (await ann.post(TRUSTS, body(ann, bob, **more))).status_code == status, more

    run(tmp_path, story)


def test_what_is_filled_in(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        for said, expected in (
            ({}, {"redelegation_count": 0, "redelegated_trust_id": None, "remaining_uses": None, "expires_at": None}),
            ({"allow_redelegation": True}, {"redelegation_count": 3}),
            ({"allow_redelegation": True, "redelegation_count": None}, {"redelegation_count": 3}),
            ({"allow_redelegation": True, "redelegation_count": 2}, {"redelegation_count": 2}),
            ({"allow_redelegation": True, "redelegation_count": 0, "remaining_uses": 3}, {"redelegation_count": 0}),
            ({"redelegation_count": 2}, {"redelegation_count": 0}),
            ({"expires_at": "2099-01-02T03:04:05.678"}, {"expires_at": "2099-01-02T03:04:05.000000Z"}),
            ({"expires_at": "20990102T0304Z"}, {"expires_at": "2099-01-02T03:04:00.000000Z"}),
            ({"project_id": "", "roles": []}, {"project_id": None, "roles": []}),
            ({"id": "mine", "deleted_at": "x", "more": "kept"}, {"deleted_at": None, "more": "kept"}),
        ):
            answer = await ann.post(TRUSTS, body(ann, bob, **said))
            assert answer.status_code == 201, said
            made = answer.json()["trust"]
            assert {name: made[name] for name in expected} == expected
            assert made["id"] != "mine"
            assert "allow_redelegation" not in made

    run(tmp_path, story)


def test_one_like_another_is_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        end = {"expires_at": "2099-01-01T00:00:00Z"}
        for more, status in (({}, 201), ({}, 201), (end, 201), (end, 409), ({**end, "impersonation": False}, 201)):
            assert (await ann.post(TRUSTS, body(ann, bob, **more))).status_code == status

    run(tmp_path, story)


def test_an_application_credential_stays_away(tmp_path: Path) -> None:
    """Even an unrestricted one."""

    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        path = f"{TRUSTS}/{(await ann.post(TRUSTS, body(ann, bob))).json()['trust']['id']}"
        wanted = {"application_credential": {"name": "a", "unrestricted": True}}
        made = (await ann.post(f"{V3}/users/{ann.user_id}/application_credentials", wanted)).json()
        secret = {name: made["application_credential"][name] for name in ("id", "secret")}
        identity = {"methods": ["application_credential"], "application_credential": secret}
        answer = await people.client().post(f"{V3}/auth/tokens", {"auth": {"identity": identity}})
        program = people.client(answer.headers["X-Subject-Token"])
        assert (await program.post(TRUSTS, body(ann, bob))).status_code == 403
        member = await people.role("member")
        for url in (f"{TRUSTS}?trustor_user_id={ann.user_id}", path, f"{path}/roles", f"{path}/roles/{member}"):
            assert (await program.get(url)).status_code == 403
        assert (await program.get(f"{TRUSTS}/no-such")).status_code == 404
        assert (await program.delete(path)).status_code == 403
        assert (await ann.delete(path)).status_code == 204

    run(tmp_path, story)
