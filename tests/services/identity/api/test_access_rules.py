"""Access rules: shared by a user's application credentials, and what they let through."""

from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.api.test_application_credentials import (
    METHOD,
    body,
    client_of,
    credentials,
    made,
    member,
)
from tests.services.identity.cloud import TOKENS, V3, People, run

HEEDED = {"OpenStack-Identity-Access-Rules": "1.0"}


def rules_of(owner: ApiClient) -> str:
    return f"{V3}/users/{owner.user_id}/access_rules"


def rule(path: str, service: str = "identity", method: str = "GET", **more: str) -> dict[str, str]:
    return {"service": service, "method": method, "path": path, **more}


def test_a_user_has_each_rule_once(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        first = (await made(ann, name="1", access_rules=[rule("/a"), rule("/a")]))["access_rules"]
        assert first == [{"id": first[0]["id"], **rule("/a")}]
        second = await made(ann, name="2", access_rules=[rule("/a"), rule("/b", id="my-own")])
        assert {found["id"] for found in second["access_rules"]} == {first[0]["id"], "my-own"}
        third = await made(ann, name="3", access_rules=[{"id": "my-own"}, rule("/elsewhere", id=first[0]["id"])])
        assert {found["path"] for found in third["access_rules"]} == {"/a", "/b"}
        assert "access_rules" not in await made(ann, name="4", access_rules=[])
        bob = await people.person("member", ann.project_id)
        stolen = await bob.post(credentials(bob), body(access_rules=[{"id": "my-own"}]))
        assert stolen.status_code == 404
        stolen = await bob.post(credentials(bob), body(access_rules=[rule("/b", id="my-own")]))
        assert stolen.status_code == 404
        assert (await made(bob, access_rules=[rule("/a")]))["access_rules"][0]["id"] != first[0]["id"]

    run(tmp_path, story)


def test_life_of_a_rule(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        robot = await made(ann, access_rules=[rule("/a"), rule("/b", method="PUT")])
        listed = (await ann.get(f"{rules_of(ann)}?path=/a&method=GET&service=identity")).json()
        (found,) = listed["access_rules"]
        link = f"http://cloud{V3}/access_rules/{found['id']}"
        assert found == {"id": found["id"], **rule("/a"), "links": {"self": link}}
        assert listed["links"]["self"] == f"http://cloud{rules_of(ann)}?path=/a&method=GET&service=identity"
        assert len((await ann.get(rules_of(ann))).json()["access_rules"]) == 2
        one = f"{rules_of(ann)}/{found['id']}"
        assert (await ann.get(one)).json() == {"access_rule": found}
        in_use = await ann.delete(one)
        assert (in_use.status_code, in_use.json()["error"]["message"]) == (403, "May not delete access rule in use")
        assert (await ann.delete(f"{credentials(ann)}/{robot['id']}")).status_code == 204
        assert (await ann.get(one)).status_code == 200
        assert (await ann.delete(one)).status_code == 204
        assert (await ann.get(one)).status_code == 404
        assert (await ann.delete(one)).status_code == 404

    run(tmp_path, story)


def test_who_sees_whose_rules(tmp_path: Path) -> None:
    """Not even a project's administrator; that of the system does."""

    async def story(people: People) -> None:
        ann = await member(people)
        bob = await people.person("member", ann.project_id)
        in_domain, system = await people.in_domain(ann.user_id), await people.on_system()
        unscoped = people.client(await people.token(ann.user_id))
        await made(ann, access_rules=[rule("/a", id="mine")])
        paths = (rules_of(ann), f"{rules_of(ann)}/mine", f"{rules_of(ann)}/nothing")
        seen = [
            (people.client(), (401, 401, 401), 401),
            (bob, (403, 403, 403), 403),
            (people.admin, (403, 403, 403), 403),
            (in_domain, (403, 403, 403), 403),
            (unscoped, (200, 200, 404), 404),
            (system, (200, 200, 404), 404),
        ]
        for client, reads, delete in seen:
            assert tuple([(await client.get(path)).status_code for path in paths]) == reads
            assert (await client.delete(f"{rules_of(ann)}/nothing")).status_code == delete
        assert (await bob.get(f"{rules_of(bob)}/mine")).status_code == 404
        assert (await system.get(f"{V3}/users/nobody/access_rules")).json()["access_rules"] == []

    run(tmp_path, story)


LET_THROUGH: list[tuple[str, str, tuple[int, ...]]] = [
    # the rule, and how GET users/{id}, GET users/{id}/groups, HEAD users/{id} and PATCH users/{id} are answered
    ("/v3/users/{user}", "GET", (200, 401, 401, 401)),
    ("/identity/v3/users/{user}", "GET", (200, 401, 401, 401)),
    ("/v3/users/*", "GET", (200, 401, 401, 401)),
    ("/v3/users/{{user_id}}", "GET", (200, 401, 401, 401)),
    ("/v3/users/*/groups", "GET", (401, 200, 401, 401)),
    ("/v3/users/**", "GET", (200, 200, 401, 401)),
    ("/v3/**", "GET", (200, 200, 401, 401)),
    ("/**", "GET", (200, 200, 401, 401)),
    ("/v3/users/*", "HEAD", (401, 401, 200, 401)),
    ("/v3/users/*", "PATCH", (401, 401, 401, 403)),
    ("/v3/users", "GET", (401, 401, 401, 401)),
]


@pytest.mark.parametrize(("path", "method", "expected"), LET_THROUGH)
def test_requests_that_fit_no_rule_are_refused(
    tmp_path: Path, path: str, method: str, expected: tuple[int, ...]
) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        bound = [rule(path.format(user=ann.user_id), method=method), rule("/**", service="compute")]
        robots = await client_of(people, await made(ann, access_rules=bound))
        asked = (("GET", ""), ("GET", "/groups"), ("HEAD", ""), ("PATCH", ""))
        answers = [
            await robots.request(how, f"{V3}/users/{ann.user_id}{where}", json={"user": {"email": "x"}})
            for how, where in asked
        ]
        assert tuple(answer.status_code for answer in answers) == expected

    run(tmp_path, story)


def test_a_token_with_rules_is_shown_to_who_heeds_them(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        bound, free = await made(ann, name="b", access_rules=[rule("/a")]), await made(ann, name="f")
        subject = {"X-Subject-Token": (await client_of(people, bound)).token}
        header = "OpenStack-Identity-Access-Rules"
        said: list[tuple[dict[str, str], int]] = [
            ({}, 404),
            ({header: "0.9"}, 404),
            ({header: "yes"}, 404),
            ({header: "1"}, 200),
            ({header: "1.0"}, 200),
            ({header: "2.0"}, 200),
        ]
        answers = [await people.admin.get(TOKENS, headers={**subject, **more}) for more, _ in said]
        assert [answer.status_code for answer in answers] == [status for _, status in said]
        assert answers[-1].json()["token"][METHOD]["access_rules"] == bound["access_rules"]
        unbound = {"X-Subject-Token": (await client_of(people, free)).token}
        assert (await people.admin.get(TOKENS, headers=unbound)).status_code == 200

    run(tmp_path, story)


def test_a_token_may_always_be_looked_at(tmp_path: Path) -> None:
    """By itself, too: so services find out what it is bound to."""

    async def story(people: People) -> None:
        ann = await member(people)
        robots = await client_of(people, await made(ann, access_rules=[rule("/a")]))
        itself: dict[str, Any] = {"headers": {"X-Subject-Token": robots.token, **HEEDED}}
        assert (await robots.get(TOKENS, **itself)).status_code == 200
        assert (await robots.delete(TOKENS, **itself)).status_code == 401
        assert (await robots.get(f"{V3}/auth/projects")).status_code == 401

    run(tmp_path, story)
