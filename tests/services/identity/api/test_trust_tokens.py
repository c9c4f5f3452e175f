"""Tokens that act by a trust: whose they are, what they may, what ends them; and trusts passed on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.cloud import PASSWORD, TOKENS, V3, People, run

TRUSTS = f"{V3}/OS-TRUST/trusts"


@dataclass
class Trusting:
    """Ann has the roles member and extra in a project, and trusts others with them."""

    people: People
    project: str
    extra: str
    ann: ApiClient

    async def ask(self, by: ApiClient, trustee: str, **more: Any) -> Any:
        """The answer to POST /OS-TRUST/trusts; the trustor is whom `by` acts for."""
        fields = {
            "trustor_user_id": by.user_id,
            "trustee_user_id": trustee,
            "project_id": self.project,
            "impersonation": True,
            "roles": [{"name": "member"}],
        }
        return await by.post(TRUSTS, {"trust": {**fields, **more}})

    async def trust(self, trustee: str, by: ApiClient | None = None, **more: Any) -> str:
        made = await self.ask(by or self.ann, trustee, **more)
        assert made.status_code == 201, made.text
        return str(made.json()["trust"]["id"])

    async def status(self, user_id: str, trust_id: str) -> int:
        """Of a login by the trust."""
        return (await self.people.login(user_id, scope(trust_id))).status_code

    async def trustee(self, user_id: str, trust_id: str) -> ApiClient:
        """Acting by the trust; `user_id` is who its token says it is."""
        answer = await self.people.login(user_id, scope(trust_id))
        assert answer.status_code == 201, answer.text
        client = self.people.client(answer.headers["X-Subject-Token"])
        client.user_id = answer.json()["token"]["user"]["id"]
        return client

    async def works(self, client: ApiClient) -> bool:
        answer = await client.get(f"{V3}/projects/{self.project}")
        assert answer.status_code in (200, 401)
        return answer.status_code == 200

    async def change(self, noun: str, id: str, **fields: Any) -> None:  # noqa: A002
        answer = await self.people.admin.patch(f"{V3}/{noun}s/{id}", {noun: fields})
        assert answer.status_code == 200, answer.text


def scope(trust_id: str) -> dict[str, Any]:
    return {"OS-TRUST:trust": {"id": trust_id}}


async def trusting(people: People) -> Trusting:
    project, extra = await people.make("project", name="p"), await people.make("role", name="extra")
    ann = await people.person("member", project)
    await people.grant(ann.user_id, "extra", f"projects/{project}")
    return Trusting(people, project, extra, ann)


@pytest.mark.parametrize("impersonation", [True, False])
def test_whose_token_it_is(tmp_path: Path, impersonation: bool) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        service = await people.make("service", type="t")
        await people.make("endpoint", service_id=service, interface="public", url="http://x/$(user_id)s")
        ann, bob = world.ann.user_id, await people.user("bob")
        trust = await world.trust(bob, impersonation=impersonation)
        token = (await people.login(bob, scope(trust))).json()["token"]
        assert token["OS-TRUST:trust"] == {
            "id": trust,
            "trustor_user": {"id": ann},
            "trustee_user": {"id": bob},
            "impersonation": impersonation,
        }
        assert token["user"]["id"] == (ann if impersonation else bob)
        assert (token["project"]["id"], token["methods"], "is_domain" in token) == (world.project, ["password"], False)
        assert [role["name"] for role in token["roles"]] == ["member", "reader"]
        offered = next(item for item in token["catalog"] if item["id"] == service)
        assert offered["endpoints"][0]["url"] == f"http://x/{ann}"
        acting = await world.trustee(bob, trust)
        shown = await people.admin.get(TOKENS, headers={"X-Subject-Token": acting.token})
        assert shown.json()["token"]["OS-TRUST:trust"]["id"] == trust
        assert await world.works(acting)
        mine = await acting.get(f"{V3}/users/{acting.user_id}")
        assert mine.status_code == 200

    run(tmp_path, story)


def test_who_gets_no_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        ann, bob, cat = world.ann.user_id, await people.user("bob"), await people.user("cat")
        trust, once = await world.trust(bob), await world.trust(bob, remaining_uses=1)
        brief = await world.trust(bob, expires_at="2026-11-20T12:00:30Z")
        nowhere = await world.trust(bob, project_id=None, roles=[])
        assert await world.status(bob, "no-such") == 401
        assert [await world.status(cat, trust), await world.status(ann, trust)] == [403, 403]
        assert [await world.status(bob, once) for _ in range(3)] == [201, 401, 401]
        assert await world.status(cat, once) == 401
        assert await world.status(bob, nowhere) == 404
        assert (await people.login(bob, scope(trust), "wrong")).status_code == 401
        people.clock.move(seconds=31)
        assert await world.status(bob, brief) == 401
        for path in (once, brief):
            assert (await world.ann.get(f"{TRUSTS}/{path}")).status_code == 404
            assert (await world.ann.delete(f"{TRUSTS}/{path}")).status_code == 404
        await world.change("project", world.project, enabled=False)
        assert await world.status(bob, trust) == 401
        await world.change("project", world.project, enabled=True)
        await world.change("user", ann, enabled=False)
        assert await world.status(bob, trust) == 403
        await world.change("user", ann, enabled=True)
        assert await world.status(bob, trust) == 201
        member = f"{V3}/projects/{world.project}/users/{ann}/roles/{await people.role('member')}"
        await people.admin.delete(member)
        assert await world.status(bob, trust) == 403
        await people.admin.put(member)
        assert await world.status(bob, trust) == 201

    run(tmp_path, story)


def test_uses_are_counted_down(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob = await people.user("bob")
        trust = await world.trust(bob, remaining_uses=2)
        first = await world.trustee(bob, trust)
        assert (await world.ann.get(f"{TRUSTS}/{trust}")).json()["trust"]["remaining_uses"] == 1
        assert await world.status(bob, "no-such") == 401
        last = await world.trustee(bob, trust)
        assert await world.status(bob, trust) == 401
        listed = (await world.ann.get(f"{TRUSTS}?trustor_user_id={world.ann.user_id}")).json()["trusts"]
        assert [found["remaining_uses"] for found in listed] == [0]
        # the trust is used up; its tokens are not
        assert [await world.works(client) for client in (first, last)] == [True, True]

    run(tmp_path, story)


def test_a_token_ends_with_its_trust(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob = await people.user("bob")
        brief = "2026-11-20T12:10:00.000000Z"
        acting = await world.trustee(bob, await world.trust(bob, expires_at=brief))
        shown = await people.admin.get(TOKENS, headers={"X-Subject-Token": acting.token})
        assert shown.json()["token"]["expires_at"] == brief
        trust = await world.trust(bob)
        other = await world.trustee(bob, trust)
        assert [await world.works(client) for client in (acting, other)] == [True, True]
        people.clock.move(minutes=10)
        assert [await world.works(client) for client in (acting, other)] == [False, True]
        assert (await world.ann.delete(f"{TRUSTS}/{trust}")).status_code == 204
        assert not await world.works(other)
        gone = await people.admin.get(TOKENS, headers={"X-Subject-Token": other.token})
        assert gone.status_code == 404
        events = (await people.admin.get(f"{V3}/OS-REVOKE/events")).json()["events"]
        assert [event["OS-TRUST:trust_id"] for event in events if "OS-TRUST:trust_id" in event] == [trust]

    run(tmp_path, story)


def test_what_ends_trusts(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob, cat = await people.user("bob"), await people.user("cat")
        project = await people.make("project", name="q")
        eve = await people.person("member", project)
        dan = await people.person("member", world.project)
        for end, trust, trustee in (
            (f"users/{cat}", await world.trust(cat), cat),
            (f"users/{dan.user_id}", await world.trust(bob, dan), bob),
            (f"roles/{world.extra}", await world.trust(bob, roles=[{"name": "extra"}, {"name": "member"}]), bob),
            (f"projects/{project}", await world.trust(bob, eve, project_id=project), bob),
        ):
            acting = await world.trustee(trustee, trust)
            assert (await acting.get(f"{TRUSTS}/{trust}")).status_code == 200
            assert (await people.admin.delete(f"{V3}/{end}")).status_code == 204
            assert (await acting.get(f"{TRUSTS}/{trust}")).status_code == 401, end
            assert (await people.admin.get(f"{TRUSTS}/{trust}")).status_code == 404, end
            assert await world.status(trustee, trust) == 401, end
        assert (await people.admin.get(TRUSTS)).json()["trusts"] == []

    run(tmp_path, story)


def test_what_ends_tokens_but_not_the_trust(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        ann, bob = world.ann.user_id, await people.user("bob")
        trust = await world.trust(bob)
        for noun, id_, fields in (
            ("user", ann, {"password": "second-secret"}),
            ("user", bob, {"password": PASSWORD}),
            ("user", ann, {"enabled": False}),
            ("project", world.project, {"enabled": False}),
        ):
            acting = await world.trustee(bob, trust)
            assert await world.works(acting)
            await world.change(noun, id_, **fields)
            assert not await world.works(acting), fields
            await world.change(noun, id_, enabled=True)
            assert not await world.works(acting), fields
        assert await world.status(bob, trust) == 201

    run(tmp_path, story)


@pytest.mark.parametrize("impersonation", [True, False])
def test_what_it_may_not_be_used_for(tmp_path: Path, impersonation: bool) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob = await people.user("bob")
        await people.grant(bob, "member", f"projects/{world.project}")
        trust = await world.trust(bob, impersonation=impersonation)
        acting = await world.trustee(bob, trust)
        user = f"{V3}/users/{acting.user_id}"
        identity = {"methods": ["token"], "token": {"id": acting.token}}
        cert = {"user_id": acting.user_id, "type": "cert", "blob": "x"}
        for path, body in (
            (TOKENS, {"auth": {"identity": identity}}),
            (TOKENS, {"auth": {"identity": identity, "scope": scope(trust)}}),
            (TOKENS, {"auth": {"identity": identity, "scope": {"project": {"id": world.project}}}}),
            (f"{V3}/credentials", {"credential": cert}),
            (f"{user}/credentials/OS-EC2", {"tenant_id": world.project}),
            (f"{user}/application_credentials", {"application_credential": {"name": "a"}}),
        ):
            assert (await acting.post(path, body)).status_code == 403, path
        for path in (f"{user}/credentials/OS-EC2", f"{user}/application_credentials", f"{user}/access_rules"):
            assert (await acting.get(path)).status_code == 403, path
        made = await people.make("credential", **cert)
        assert (await acting.get(f"{V3}/credentials")).json()["credentials"] == []
        assert (await acting.get(f"{V3}/credentials/{made}")).status_code == 403
        assert (await world.ask(acting, await people.user("cat"), impersonation=False)).status_code == 403

    run(tmp_path, story)


def test_passed_on(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob, cat, dan, eve = [await people.user(name) for name in ("bob", "cat", "dan", "eve")]
        end = "2026-11-20T15:00:00.000000Z"
        more: dict[str, Any] = {"allow_redelegation": True}
        first = await world.trust(bob, redelegation_count=2, expires_at=end, **more)
        by_bob = await world.trustee(bob, first)
        made = (await world.ask(by_bob, cat, redelegation_count=1, **more)).json()["trust"]
        assert (made["redelegated_trust_id"], made["redelegation_count"], made["expires_at"]) == (first, 1, end)
        assert made["trustor_user_id"] == world.ann.user_id
        second = made["id"]
        by_cat = await world.trustee(cat, second)
        third = await world.trust(dan, by_cat, **more)
        by_dan = await world.trustee(dan, third)
        assert by_dan.user_id == world.ann.user_id
        assert (await world.ask(by_dan, eve, **more)).status_code == 403
        # whoever stands between must be there
        await world.change("user", cat, enabled=False)
        assert [await world.works(client) for client in (by_bob, by_dan)] == [True, False]
        assert await world.status(dan, third) == 403
        await world.change("user", cat, enabled=True)
        assert await world.status(dan, third) == 201
        # what was passed on goes with what it was passed on from
        assert (await world.ann.delete(f"{TRUSTS}/{second}")).status_code == 204
        found = [(await world.ann.get(f"{TRUSTS}/{trust}")).status_code for trust in (first, second, third)]
        assert found == [200, 404, 404]
        assert [await world.works(client) for client in (by_bob, by_cat, by_dan)] == [True, False, False]
        assert await world.status(dan, third) == 401

    run(tmp_path, story)


def test_no_more_is_passed_on_than_was_given(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob, cat = await people.user("bob"), await people.user("cat")
        elsewhere = await people.make("project", name="q")
        await people.grant(world.ann.user_id, "member", f"projects/{elsewhere}")
        first = await world.trust(
            bob, allow_redelegation=True, redelegation_count=2, expires_at="2026-11-20T15:00:00.000000Z"
        )
        acting = await world.trustee(bob, first)
        for more, status in (
            ({"expires_at": "2026-11-20T15:00:01Z"}, 403),
            ({"roles": [{"name": "extra"}]}, 403),
            ({"remaining_uses": 1}, 403),
            ({"remaining_uses": 1, "allow_redelegation": True}, 400),
            ({"redelegation_count": 2, "allow_redelegation": True}, 403),
            ({"project_id": elsewhere}, 403),
            ({"trustor_user_id": bob}, 403),
            ({"redelegated_trust_id": "no-such"}, 404),
            ({"trustee_user_id": bob}, 409),
            ({"project_id": None, "roles": []}, 201),
            ({"impersonation": False, "expires_at": "2026-11-20T14:00:00Z"}, 201),
        ):
            assert (await world.ask(acting, cat, **more)).status_code == status, more
        leaf = await world.trustee(cat, await world.trust(cat, acting))
        assert (await world.ask(leaf, bob, allow_redelegation=True)).status_code == 403

    run(tmp_path, story)


def test_passed_on_in_ones_own_name(tmp_path: Path) -> None:
    """Then who passes it on must have the roles as well."""

    async def story(people: People) -> None:
        world = await trusting(people)
        bob, cat = await people.user("bob"), await people.user("cat")
        first = await world.trust(bob, impersonation=False, allow_redelegation=True)
        acting = await world.trustee(bob, first)
        assert acting.user_id == bob
        assert (await world.ask(acting, cat, redelegated_trust_id=first)).status_code == 403
        own = {"impersonation": False}
        assert (await world.ask(acting, cat, **own)).status_code == 404
        empty = await world.trust(cat, acting, redelegated_trust_id=first, **own)
        assert await world.status(cat, empty) == 403
        await people.grant(bob, "member", f"projects/{world.project}")
        acting = await world.trustee(bob, first)
        second = await world.trust(cat, acting, **own)
        by_cat = await world.trustee(cat, second)
        assert (by_cat.user_id, await world.works(by_cat)) == (cat, True)
        member = await people.role("member")
        await people.admin.delete(f"{V3}/projects/{world.project}/users/{world.ann.user_id}/roles/{member}")
        assert not await world.works(by_cat)
        assert await world.status(cat, second) == 403
        # a chain goes with anyone in it
        assert (await people.admin.delete(f"{V3}/users/{bob}")).status_code == 204
        assert (await people.admin.get(TRUSTS)).json()["trusts"] == []

    run(tmp_path, story)


def test_how_often_trusts_are_passed_on_is_an_option(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob, cat = await people.user("bob"), await people.user("cat")
        assert (await world.ask(world.ann, bob, allow_redelegation=True, redelegation_count=2)).status_code == 403
        acting = await world.trustee(bob, await world.trust(bob, allow_redelegation=True))
        leaf = await world.ask(acting, cat, allow_redelegation=True)
        assert leaf.json()["trust"]["redelegation_count"] == 0

    run(tmp_path, story, {"max_redelegation_count": 1})


def test_a_domains_own_role_passes_on_what_it_implies(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        world = await trusting(people)
        bob = await people.user("bob")
        own = await people.make("role", name="own", domain_id="default")
        place = f"{V3}/projects/{world.project}/users/{world.ann.user_id}/roles/{own}"
        assert (await people.admin.put(place)).status_code == 204
        trust = await world.trust(bob, roles=[{"id": own}, {"name": "extra"}])
        token = (await people.login(bob, scope(trust))).json()["token"]
        assert [role["name"] for role in token["roles"]] == ["extra"]
        assert (await people.admin.delete(place)).status_code == 204
        assert await world.status(bob, trust) == 403

    run(tmp_path, story)
