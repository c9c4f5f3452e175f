"""What ends tokens, and how it is told to who validates tokens on its own."""

import asyncio
from pathlib import Path
from typing import Any

from tests.services.identity.cloud import PASSWORD, TOKENS, V3, People, login, run

EVENTS = f"{V3}/OS-REVOKE/events"
NOW = "2026-11-20T12:00:00.123456Z"
TIMES = {"issued_before": NOW, "revoked_at": NOW}


async def told(people: People, query: str = "") -> list[dict[str, Any]]:
    response = await people.admin.get(EVENTS + query)
    assert response.status_code == 200, response.text
    assert response.json()["links"] == {"next": None, "self": f"http://cloud{EVENTS}", "previous": None}
    found: list[dict[str, Any]] = response.json()["events"]
    return found


async def is_good(people: People, token: str) -> bool:
    return (await people.client(token).get(f"{V3}/auth/projects")).status_code == 200


def test_a_revoked_token_takes_those_got_with_it_along(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")

        async def again(token: str) -> str:
            by = {"methods": ["token"], "token": {"id": token}}
            response = await people.client().post(TOKENS, {"auth": {"identity": by}})
            return str(response.headers["X-Subject-Token"])

        response = await people.login(user)
        first, audit_id = response.headers["X-Subject-Token"], response.json()["token"]["audit_ids"][0]
        other, second = await people.token(user), await again(first)
        third = await again(second)
        assert (await people.client(second).delete(TOKENS, headers={"X-Subject-Token": second})).status_code == 204
        assert [await is_good(people, token) for token in (first, second, third, other)] == [True, False, True, True]
        before = await told(people)
        assert (await people.admin.delete(TOKENS, headers={"X-Subject-Token": first})).status_code == 204
        assert [await is_good(people, token) for token in (first, third, other)] == [False, False, True]
        new = [event for event in await told(people) if event not in before]
        assert len(new) == 2
        assert {"audit_id": audit_id, **TIMES} in new
        assert {"audit_chain_id": audit_id, **TIMES} in new

    run(tmp_path, story)


def test_what_ends_all_tokens_of_a_user(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, group = await people.user("ann"), await people.make("group", name="g")
        member = f"{V3}/groups/{group}/users/{user}"
        await people.admin.put(member)
        own = {"original_password": PASSWORD, "password": "another-secret"}
        # how it is ended, and how the user gets back in
        ways: list[tuple[str, str, Any, Any]] = [
            ("PATCH", f"{V3}/users/{user}", {"user": {"enabled": False}}, {"enabled": True}),
            ("PATCH", f"{V3}/users/{user}", {"user": {"password": PASSWORD}}, None),
            ("POST", f"{V3}/users/{user}/password", {"user": own}, {"password": PASSWORD}),
            ("DELETE", f"{V3}/users/{user}/tokens", None, None),
            ("DELETE", member, None, None),
            ("DELETE", f"{V3}/users/{user}", None, None),
        ]
        for method, path, body, back in ways:
            people.clock.move(seconds=1)
            token, before = await people.token(user), len(await told(people))
            changed = await people.admin.request(method, path, **({} if body is None else {"json": body}))
            assert changed.status_code in (200, 204), changed.text
            new = (await told(people))[before:]
            assert [event["user_id"] for event in new] == [user], (method, path)
            assert new[0].keys() == {"user_id", *TIMES}
            assert not await is_good(people, token)
            if back:
                await people.admin.patch(f"{V3}/users/{user}", {"user": back})
                assert not await is_good(people, token)

    run(tmp_path, story)


def test_a_user_may_end_its_own_tokens(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, other = await people.user("ann"), await people.user("bob")
        token = await people.token(user)
        client = people.client(token)
        assert (await client.delete(f"{V3}/users/{other}/tokens")).status_code == 403
        assert (await client.delete(f"{V3}/users/{user}/tokens")).status_code == 204
        assert not await is_good(people, token)
        assert await is_good(people, await people.token(user))
        assert (await people.admin.delete(f"{V3}/users/nobody/tokens")).status_code == 404

    run(tmp_path, story)


def test_a_group_that_is_gone_ends_tokens_if_it_had_roles(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        for name, granted in (("g", False), ("h", True)):
            group = await people.make("group", name=name)
            await people.admin.put(f"{V3}/groups/{group}/users/{user}")
            if granted:
                grant = f"{V3}/projects/{project}/groups/{group}/roles/{await people.role('member')}"
                assert (await people.admin.put(grant)).status_code == 204
            token = await people.token(user)
            assert (await people.admin.delete(f"{V3}/groups/{group}")).status_code == 204
            assert await is_good(people, token) is not granted
        assert await told(people) == [{"user_id": user, **TIMES}]

    run(tmp_path, story)


def test_projects_domains_and_trusts(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project, domain = await people.make("project", name="p"), await people.make("domain", name="d")
        ann, bob = await people.person("member", project), await people.person("member", project)
        trust = {"trustor_user_id": ann.user_id, "trustee_user_id": bob.user_id, "project_id": project}
        more = {"impersonation": False, "roles": [{"name": "member"}]}
        made = (await ann.post(f"{V3}/OS-TRUST/trusts", {"trust": {**trust, **more}})).json()["trust"]["id"]
        await ann.delete(f"{V3}/OS-TRUST/trusts/{made}")
        assert await told(people) == [{"OS-TRUST:trust_id": made, **TIMES}]
        inside = await people.make("project", name="inside", domain_id=domain)
        user = await people.user("eve", domain_id=domain)
        # a disabled one ends tokens, but is not told: it may be enabled again
        for noun, id in (("project", project), ("domain", domain)):  # noqa: A001
            await people.admin.patch(f"{V3}/{noun}s/{id}", {noun: {"enabled": False}})
        assert len(await told(people)) == 1
        await people.admin.delete(f"{V3}/projects/{project}")
        await people.admin.delete(f"{V3}/domains/{domain}")
        ended = [{name: value for name, value in event.items() if name not in TIMES} for event in await told(people)]
        expected = [{"project_id": project}, {"project_id": inside}, {"project_id": domain}, {"user_id": user}]
        assert sorted(map(str, ended)) == sorted(map(str, [*expected, {"OS-TRUST:trust_id": made}]))

    run(tmp_path, story)


def test_since(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for name in ("ann", "bob"):
            await people.admin.delete(f"{V3}/users/{await people.user(name)}")
            people.clock.move(seconds=10)
        everything = await told(people)
        assert len(everything) == 2
        assert await told(people, "?since=") == everything
        assert await told(people, "?since=2026-11-20T12:00:00.123455Z") == everything
        assert await told(people, "?since=2026-11-20T12:00:00.123456Z") == everything[1:]
        assert await told(people, "?since=2026-11-20T12:00:05") == everything[1:]
        assert await told(people, "?since=2026-11-20T13:00:05%2B01:00") == everything[1:]
        assert await told(people, "?since=2026-11-20T12:01:00Z") == []
        assert (await people.admin.get(f"{EVENTS}?since=yesterday")).status_code == 400

    run(tmp_path, story)


def test_events_are_forgotten_once_no_token_fits_them(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        users = [await people.user(name) for name in ("ann", "bob")]
        await people.admin.delete(f"{V3}/users/{users[0]}")
        people.clock.move(seconds=3600 + 1801)
        await people.admin.login("admin", "admin-secret", "admin")
        await people.admin.delete(f"{V3}/users/{users[1]}")
        assert [event["user_id"] for event in await told(people)] == [users[1]]

    run(tmp_path, story)


def test_who_may_read_them(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.person("service", await people.make("project", name="p"))
        assert (await service.get(EVENTS)).status_code == 200
        await people.grant(people.admin.user_id, "admin", "domains/default")
        in_domain = {"domain": {"id": "default"}}
        answer = await people.client().post(TOKENS, login(people.admin.user_id, in_domain, "admin-secret"))
        assert (await people.client(answer.headers["X-Subject-Token"]).get(EVENTS)).status_code == 403

    run(tmp_path, story)


def test_nobody_is_told_of_pki_tokens(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        answers = await asyncio.gather(
            *(client.get(f"{TOKENS}/OS-PKI/revoked") for client in (people.client(), people.admin))
        )
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].json()["error"]["title"] == "Forbidden"

    run(tmp_path, story)
