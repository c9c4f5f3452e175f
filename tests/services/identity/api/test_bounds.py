"""What a client may say without limit costs us no more than that: nobody stops the cloud, or guesses faster, by it."""

import json
from pathlib import Path

import httpx

from altostratus.services.identity.domain.session import Session
from tests.services.identity.api.test_application_credentials import body, client_of, credentials, made, member
from tests.services.identity.api.test_trusts import TRUSTS
from tests.services.identity.api.test_trusts import body as trust
from tests.services.identity.cloud import TOKENS, V3, People, run

LONG = "x" * 10_000


def test_a_user_is_one_however_it_is_named(tmp_path: Path) -> None:
    """What counts for nothing beside a name or an id does not make it another one to guess the password of."""

    async def story(people: People) -> None:
        transport = httpx.ASGITransport(people.asgi, client=("10.0.0.66", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://cloud") as attacker:
            ann = await people.user("ann")

            async def guess(**user: object) -> int:
                by = {"methods": ["password"], "password": {"user": {**user, "password": "wrong"}}}
                return (await attacker.post(TOKENS, json={"auth": {"identity": by}})).status_code

            in_default = [await guess(name="ann", id=f"{n}", domain={"id": "default"}) for n in range(3)]
            by_name = [await guess(name="ann", domain={"name": "Default", "id": f"{n}"}) for n in range(3)]
            by_id = [await guess(id=ann, domain={"name": f"{n}"}) for n in range(3)]
            assert in_default == by_name == by_id == [401, 401, 429]

    run(tmp_path, story, {"login_failures": 2, "password_memory_cost": 1024, "password_time_cost": 1})


def test_lists_with_any_number_of_filters(tmp_path: Path) -> None:
    """SQLite refuses expressions that are nested a thousand times. Of filters with one name the first counts."""

    async def story(people: People) -> None:
        project = await people.make("project", name="p", tags=["t1", "t2"])
        many = ",".join(f"t{n}" for n in range(3000))
        for kind, found in (("tags", []), ("tags-any", [project]), ("tags=t1,t2&not-tags", [project])):
            listed = await people.admin.get(f"{V3}/projects?{kind}={many}")
            assert listed.status_code == 200, listed.text
            assert [one["id"] for one in listed.json()["projects"]] == found
        listed = await people.admin.get(f"{V3}/projects?name=p" + "&name=other" * 3000)
        assert [one["id"] for one in listed.json()["projects"]] == [project]

    run(tmp_path, story)


def test_no_depth_of_what_is_said_spoils_the_lists_that_show_it(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        async def say(depth: int) -> int:
            """Of lists in the body's noun, so that there are two levels more."""
            nested = json.loads("[" * depth + "]" * depth)
            fields = {"user_id": people.admin.user_id, "type": "t", "blob": "b", "said": nested}
            made = await people.admin.post(f"{V3}/credentials", {"credential": fields})
            assert (await people.admin.get(f"{V3}/credentials")).status_code == 200
            return made.status_code

        assert [await say(depth) for depth in (62, 63, 400)] == [201, 400, 400]

    run(tmp_path, story)


def test_what_is_kept_of_a_token_is_short(tmp_path: Path) -> None:
    """Thousands of sessions are kept in memory, for as many tokens as one member may get."""

    async def story(people: People) -> None:
        ann = await member(people)
        trust_id = (await ann.post(TRUSTS, trust(ann, ann, said=LONG))).json()["trust"]["id"]
        by_trust = people.client(await people.token(ann.user_id, {"OS-TRUST:trust": {"id": trust_id}}))
        by_credential = await client_of(people, await made(ann, description=LONG))
        for client in (by_trust, by_credential):
            assert (await client.get(TOKENS, headers={"X-Subject-Token": client.token or ""})).status_code == 200
        named = {"name": "theirs", "id": LONG, "domain": {"id": "default", "name": "Default"}}
        await people.token(ann.user_id, {"project": named})
        assert LONG not in repr(people.service.state.memory.scopes._kept)
        kept: list[Session] = [known.session for _, known in people.service.state.memory.tokens._kept.values()]
        assert any(session.trust for session in kept)
        assert any(session.application_credential for session in kept)
        assert LONG not in repr(kept)
        rules = [{"service": "compute", "method": "GET", "path": f"/{n}"} for n in range(101)]
        assert (await ann.post(credentials(ann), body(name="ruled", access_rules=rules))).status_code == 400
        assert (await ann.post(credentials(ann), body(name="ruled", access_rules=rules[1:]))).status_code == 201

    run(tmp_path, story)
