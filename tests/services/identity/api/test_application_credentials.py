"""Application credentials: made, seen by their owners, logged in with, and everything that ends them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from altostratus.kernel.testing.client import ApiClient
from altostratus.services.identity.store import tables
from tests.services.identity.api.test_trusts import TRUSTS
from tests.services.identity.api.test_trusts import body as trust
from tests.services.identity.cloud import PASSWORD, TOKENS, V3, People, run

METHOD = "application_credential"


def body(**fields: Any) -> dict[str, Any]:
    return {METHOD: {"name": "robot", **fields}}


def credentials(owner: ApiClient) -> str:
    return f"{V3}/users/{owner.user_id}/application_credentials"


async def made(owner: ApiClient, **fields: Any) -> dict[str, Any]:
    """What POST answers."""
    response = await owner.post(credentials(owner), body(**fields))
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()[METHOD]
    return found


async def enter(people: People, **said: Any) -> httpx.Response:
    """Log in with an application credential."""
    identity = {"methods": [METHOD], METHOD: said}
    return await people.client().post(TOKENS, {"auth": {"identity": identity}})


async def client_of(people: People, credential: dict[str, Any]) -> ApiClient:
    """A client with a token of this credential."""
    response = await enter(people, id=credential["id"], secret=credential["secret"])
    assert response.status_code == 201, response.text
    client = people.client(response.headers["X-Subject-Token"])
    client.user_id, client.project_id = credential["user_id"], credential["project_id"] or ""
    return client


async def member(people: People) -> ApiClient:
    return await people.person("member", await people.make("project", name="theirs"))


def test_life_of_an_application_credential(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        robot = await made(ann)
        assert len(robot["secret"]) == 86
        expected = {
            "name": "robot",
            "description": None,
            "user_id": ann.user_id,
            "project_id": ann.project_id,
            "system": None,
            "expires_at": None,
            "unrestricted": None,
            "links": {"self": f"http://cloud{V3}/application_credentials/{robot['id']}"},
        }
        assert {name: robot[name] for name in expected} == expected
        assert [role["name"] for role in robot["roles"]] == ["member", "reader"]
        assert set(robot["roles"][0]) == {"id", "name", "domain_id", "description", "options"}
        seen = {name: value for name, value in robot.items() if name != "secret"}
        assert (await ann.get(f"{credentials(ann)}/{robot['id']}")).json() == {METHOD: seen}
        await made(ann, name="other", description="d")
        listed = (await ann.get(f"{credentials(ann)}?name=robot")).json()
        assert listed["application_credentials"] == [seen]
        assert listed["links"]["self"] == f"http://cloud{credentials(ann)}?name=robot"
        assert len((await ann.get(credentials(ann))).json()["application_credentials"]) == 2
        assert (await ann.delete(f"{credentials(ann)}/{robot['id']}")).status_code == 204
        assert (await ann.get(f"{credentials(ann)}/{robot['id']}")).status_code == 404
        assert (await ann.delete(f"{credentials(ann)}/{robot['id']}")).status_code == 404

    run(tmp_path, story)


def test_its_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        robot = await made(ann, roles=[{"name": "reader"}], secret="chosen")
        assert robot["secret"] == "chosen"
        token = (await enter(people, id=robot["id"], secret="chosen")).json()["token"]
        assert token["methods"] == [METHOD]
        assert token[METHOD] == {"id": robot["id"], "name": "robot", "restricted": True}
        assert (token["user"]["id"], token["project"]["id"]) == (ann.user_id, ann.project_id)
        assert [role["name"] for role in token["roles"]] == ["reader"]
        robots = await client_of(people, robot)
        assert (await robots.get(f"{V3}/projects/{ann.project_id}")).status_code == 200
        again = {"auth": {"identity": {"methods": ["token"], "token": {"id": robots.token}}}}
        assert (await people.client().post(TOKENS, again)).status_code == 403

    run(tmp_path, story)


def test_the_secret_is_kept_nowhere(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        robot = await made(ann, secret="very secret")
        await enter(people, id=robot["id"], secret="very secret")
        table = tables.application_credential
        stored = await people.cloud.db.read(lambda tx: tx.sql.execute(select(table.c.secret_hash)).scalar_one())
        assert stored.startswith("$argon2id$")
        written = await people.events(100)
        assert "identity.application_credential.create" in {event.kind for event in written}
        assert "very secret" not in str(written)

    run(tmp_path, story)


BAD: list[tuple[dict[str, Any], int]] = [
    ({}, 400),
    ({METHOD: {}}, 400),
    (body(name=""), 400),
    (body(name="  "), 400),
    (body(name="x" * 256), 400),
    (body(colour="red"), 400),
    (body(user_id="other"), 400),
    (body(unrestricted="true"), 400),
    (body(secret=1), 400),
    (body(description=1), 400),
    (body(roles=None), 400),
    (body(roles=[{}]), 400),
    (body(roles=[{"id": "0" * 32}]), 400),
    (body(roles=[{"id": "0" * 32, "name": "member"}]), 400),
    (body(roles=[{"name": "admin"}]), 400),
    (body(roles=[{"name": "nothing"}]), 404),
    (body(expires_at="soon"), 400),
    (body(expires_at=""), 400),
    (body(expires_at="2036-01-01"), 400),
    (body(expires_at="2036-01-01T00:00:00+02:00"), 400),
    (body(expires_at="2026-11-20T11:59:59Z"), 400),
    (body(expires_at=3), 400),
    (body(access_rules=None), 400),
    (body(access_rules=[3]), 400),
    (body(access_rules=[{}]), 400),
    (body(access_rules=[{"service": "s", "method": "GET"}]), 400),
    (body(access_rules=[{"service": "s", "method": "get", "path": "/"}]), 400),
    (body(access_rules=[{"service": "s", "method": "GET", "path": "x"}]), 400),
    (body(access_rules=[{"service": "s", "method": "GET", "path": ""}]), 400),
    (body(access_rules=[{"service": "s", "method": "GET", "path": "/" + "x" * 128}]), 400),
    (body(access_rules=[{"service": "a b", "method": "GET", "path": "/"}]), 400),
    (body(access_rules=[{"id": "f" * 32}]), 404),
]


def test_bad_requests(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        answers = [(await ann.post(credentials(ann), document)).status_code for document, _ in BAD]
        assert answers == [status for _, status in BAD]
        assert (await ann.get(credentials(ann))).json()["application_credentials"] == []

    run(tmp_path, story)


def test_what_may_be_said_besides(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        role = await people.role("member")
        robot = await made(
            ann,
            id="mine",
            project_id="elsewhere",
            system="all",
            unrestricted=False,
            roles=[{"id": role}, {"name": "member"}],
            expires_at="2036-01-01T00:00:00.25Z",
        )
        assert (robot["id"], robot["project_id"], robot["system"]) != ("mine", "elsewhere", "all")
        assert (robot["unrestricted"], robot["expires_at"]) == (False, "2036-01-01T00:00:00.250000")
        assert [found["name"] for found in robot["roles"]] == ["member", "reader"]
        again = await ann.post(credentials(ann), body())
        assert again.status_code == 409
        assert "Duplicate entry found with name robot" in again.json()["error"]["message"]
        bob = await people.person("member", ann.project_id)
        assert (await made(bob, roles=[], description=None, secret=""))["name"] == "robot"

    run(tmp_path, story)


def test_a_limit_for_each_user(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        await made(ann)
        more = await ann.post(credentials(ann), body(name="second"))
        assert (more.status_code, "maximum of 1 already" in more.text) == (403, True)
        bob = await people.person("member", ann.project_id)
        await made(bob)

    run(tmp_path, story, {"application_credential_limit": 1})


def test_who_makes_and_who_sees_whose(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        bob = await people.person("reader", ann.project_id)
        in_domain, system = await people.in_domain(ann.user_id), await people.on_system()
        unscoped = people.client(await people.token(ann.user_id))
        robot = await made(ann)
        one, by_bobs_path = f"{credentials(ann)}/{robot['id']}", f"{credentials(bob)}/{robot['id']}"
        seen: list[tuple[ApiClient, tuple[int, ...]]] = [
            (people.client(), (401, 401, 401, 401)),
            (bob, (403, 403, 403, 403)),
            (in_domain, (403, 403, 403, 403)),
            (unscoped, (200, 200, 200, 404)),
            (people.admin, (200, 200, 200, 404)),
            (system, (200, 200, 200, 404)),
        ]
        for client, expected in seen:
            paths = (credentials(ann), one, by_bobs_path, f"{credentials(ann)}/nothing")
            assert tuple([(await client.get(path)).status_code for path in paths]) == expected
        for client, status in ((people.client(), 401), (bob, 403), (people.admin, 403), (in_domain, 403)):
            assert (await client.post(credentials(ann), body(name="forged"))).status_code == status
        assert (await system.post(credentials(people.admin), body())).status_code == 403
        for client, status in ((people.client(), 401), (bob, 403), (in_domain, 403), (people.admin, 204)):
            assert (await client.delete(by_bobs_path)).status_code == status
        nobodys = f"{V3}/users/nobody/application_credentials"
        assert (await people.admin.get(nobodys)).json()["application_credentials"] == []
        assert (await ann.get(nobodys)).status_code == 403

    run(tmp_path, story)


def test_one_of_no_project(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        unscoped = people.client(await people.token(ann.user_id))
        unscoped.user_id = ann.user_id
        robot = await made(unscoped)
        assert (robot["project_id"], robot["roles"]) == (None, [])
        assert (await unscoped.post(credentials(ann), body(name="n", roles=[{"name": "member"}]))).status_code == 400
        token = (await enter(people, id=robot["id"], secret=robot["secret"])).json()["token"]
        assert not {"project", "roles", "catalog"} & set(token)

    run(tmp_path, story)


def test_what_is_wrong_at_login(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        name = (await ann.get(f"{V3}/users/{ann.user_id}")).json()["user"]["name"]
        one = (await made(ann, secret="s", expires_at="2026-11-20T12:10:00"))["id"]
        by_name = {"name": "robot", "secret": "s"}
        wanted: list[tuple[dict[str, Any], int]] = [
            ({"id": one, "secret": "s"}, 201),
            ({"id": one, "secret": "s", "user": {"id": people.admin.user_id}}, 201),
            ({**by_name, "user": {"id": ann.user_id}}, 201),
            ({**by_name, "user": {"name": name, "domain": {"name": "Default"}}}, 201),
            ({"id": one, "secret": "wrong"}, 401),
            ({"id": one, "secret": ""}, 401),
            ({"id": one, "secret": None}, 401),
            ({"id": one}, 401),
            ({"id": "nothing", "secret": "s"}, 404),
            ({**by_name, "name": "nothing", "user": {"id": ann.user_id}}, 401),
            ({**by_name, "user": {"id": "nobody"}}, 401),
            ({**by_name, "user": {"name": "nobody", "domain": {"id": "default"}}}, 401),
            ({**by_name, "user": {"name": name}}, 400),
            (by_name, 400),
            ({"secret": "s"}, 400),
        ]
        assert [(await enter(people, **said)).status_code for said, _ in wanted] == [status for _, status in wanted]
        for scope in ({"project": {"id": ann.project_id}}, "unscoped", {}):
            identity = {"methods": [METHOD], METHOD: {"id": one, "secret": "s"}}
            response = await people.client().post(TOKENS, {"auth": {"identity": identity, "scope": scope}})
            assert (response.status_code, "cannot request a scope" in response.text) == (401, True)
        without = {"auth": {"identity": {"methods": [METHOD]}}}
        assert (await people.client().post(TOKENS, without)).status_code == 400
        people.clock.move(minutes=10)
        assert [(await enter(people, **said)).status_code for said, _ in wanted[:4]] == [401] * 4

    run(tmp_path, story)


def test_a_token_ends_with_its_credential(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        short, gone = await made(ann, name="s", expires_at="2026-11-20T12:10:00.5"), await made(ann, name="g")
        token = (await enter(people, id=short["id"], secret=short["secret"])).json()["token"]
        assert token["expires_at"] == "2026-11-20T12:10:00.000000Z"
        shorts, gones = await client_of(people, short), await client_of(people, gone)
        assert [(await client.get(f"{V3}/auth/projects")).status_code for client in (shorts, gones)] == [200, 200]
        await ann.delete(f"{credentials(ann)}/{gone['id']}")
        assert [(await client.get(f"{V3}/auth/projects")).status_code for client in (shorts, gones)] == [200, 401]
        people.clock.move(minutes=10)
        assert (await shorts.get(f"{V3}/auth/projects")).status_code == 401
        assert (await ann.get(f"{credentials(ann)}/{short['id']}")).status_code == 200

    run(tmp_path, story)


def test_a_restricted_one_makes_no_others(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        robot = await made(ann)
        robots = await client_of(people, robot)
        mine = f"{credentials(ann)}/{robot['id']}"
        refused = [await robots.post(credentials(ann), body(name="child")), await robots.delete(mine)]
        refused.append(await robots.delete(f"{credentials(ann)}/nothing"))
        assert [answer.status_code for answer in refused] == [403, 403, 403]
        assert "managing additional application credentials" in refused[0].json()["error"]["message"]
        assert (await robots.get(mine)).status_code == 200
        assert (await robots.get(credentials(ann))).status_code == 200
        assert (await robots.get(f"{V3}/users/{ann.user_id}/access_rules")).status_code == 200

    run(tmp_path, story)


def test_an_unrestricted_one_passes_on_what_it_has(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        free = await client_of(people, await made(ann, unrestricted=True, roles=[{"name": "reader"}]))
        assert (await free.post(credentials(ann), body(name="n", roles=[{"name": "member"}]))).status_code == 400
        child = await made(free, name="child")
        assert [role["name"] for role in child["roles"]] == ["reader"]
        assert (await free.delete(f"{credentials(ann)}/{child['id']}")).status_code == 204

    run(tmp_path, story)


def test_a_trusts_token_neither_makes_nor_sees_them(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        bob = await people.person("reader", ann.project_id)
        robot = await made(ann)
        trust_id = (await ann.post(TRUSTS, trust(ann, bob))).json()["trust"]["id"]
        bobs = people.client(await people.token(bob.user_id, {"OS-TRUST:trust": {"id": trust_id}}))
        rules = f"{V3}/users/{ann.user_id}/access_rules"
        assert (await bobs.post(credentials(ann), body(name="n"))).status_code == 403
        for path in (credentials(ann), f"{credentials(ann)}/{robot['id']}", rules, f"{rules}/nothing"):
            assert (await bobs.get(path)).status_code == 403
        for path in (f"{credentials(ann)}/{robot['id']}", f"{rules}/nothing"):
            assert (await bobs.delete(path)).status_code == 403

    run(tmp_path, story)


async def roles_at_login(people: People, robot: dict[str, Any]) -> list[str] | int:
    """The roles its token has, or why there is none."""
    response = await enter(people, id=robot["id"], secret=robot["secret"])
    if response.status_code != 201:
        return response.status_code
    return [role["name"] for role in response.json()["token"]["roles"]]


def test_its_roles_are_those_that_the_user_still_has(tmp_path: Path) -> None:
    """As in Keystone, a role taken away leaves the credential there; without any it is good for nothing."""

    async def story(people: People) -> None:
        ann = await member(people)
        where, granted = f"projects/{ann.project_id}", f"{V3}/projects/{ann.project_id}"
        member_role, manager = await people.role("member"), await people.role("manager")
        group = await people.make("group", name="g")
        await people.admin.put(f"{granted}/groups/{group}/roles/{manager}")
        await people.admin.put(f"{V3}/groups/{group}/users/{ann.user_id}")
        robot = await made(ann)
        robots = await client_of(people, robot)
        assert await roles_at_login(people, robot) == ["manager", "member", "reader"]
        assert (await people.admin.delete(f"{V3}/groups/{group}/users/{ann.user_id}")).status_code == 204
        assert await roles_at_login(people, robot) == ["member", "reader"]
        extra = await people.make("role", name="extra")
        await people.admin.put(f"{V3}/roles/{member_role}/implies/{extra}")
        await people.grant(ann.user_id, "extra", where)
        assert await roles_at_login(people, robot) == ["member", "reader"]
        for role in (extra, member_role):
            await people.admin.delete(f"{granted}/users/{ann.user_id}/roles/{role}")
        assert await roles_at_login(people, robot) == 401
        assert (await robots.get(f"{V3}/auth/projects")).status_code == 401
        await people.grant(ann.user_id, "reader", where)
        assert await roles_at_login(people, robot) == ["reader"]

    run(tmp_path, story)


def test_they_go_with_a_role_they_stand_on(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        bob = await people.person("member", ann.project_id)
        before, kept = await made(ann), await made(bob)
        extra, grouped = await people.make("role", name="extra"), await people.make("role", name="grouped")
        await people.grant(ann.user_id, "extra", f"projects/{ann.project_id}")
        group = await people.make("group", name="g")
        await people.admin.put(f"{V3}/projects/{ann.project_id}/groups/{group}/roles/{grouped}")
        await people.admin.put(f"{V3}/groups/{group}/users/{bob.user_id}")
        through_group = await made(bob, name="grouped", roles=[{"id": grouped}])
        for role in (extra, grouped):
            assert (await people.admin.delete(f"{V3}/roles/{role}")).status_code == 204
        found = [await roles_at_login(people, robot) for robot in (before, through_group, kept)]
        assert found == [404, 404, ["member", "reader"]]

    run(tmp_path, story)


@pytest.mark.parametrize("noun", ["user", "project", "domain"])
def test_they_go_with_their_user_and_project(tmp_path: Path, noun: str) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        project = await people.make("project", name="p", domain_id=domain)
        user = await people.user("ann", domain_id=domain)
        await people.grant(user, "member", f"projects/{project}")
        ann = people.client(await people.token(user, {"project": {"id": project}}))
        ann.user_id = user
        rule = {"service": "identity", "method": "GET", "path": "/**"}
        robot, ruled = await made(ann), await made(ann, name="ruled", access_rules=[rule])
        await people.admin.patch(f"{V3}/domains/{domain}", {"domain": {"enabled": False}})
        gone = {"user": f"users/{user}", "project": f"projects/{project}", "domain": f"domains/{domain}"}[noun]
        assert (await people.admin.delete(f"{V3}/{gone}")).status_code == 204
        assert [await roles_at_login(people, one) for one in (robot, ruled)] == [404, 404]

    run(tmp_path, story)


def test_who_is_disabled_cannot_enter(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann = await member(people)
        robot = await made(ann)
        for noun, one in (("user", ann.user_id), ("project", ann.project_id)):
            for enabled, expected in ((False, 401), (True, ["member", "reader"])):
                await people.admin.patch(f"{V3}/{noun}s/{one}", {noun: {"enabled": enabled}})
                assert await roles_at_login(people, robot) == expected
        await people.admin.patch(f"{V3}/users/{ann.user_id}", {"user": {"password": PASSWORD}})
        assert await roles_at_login(people, robot) == ["member", "reader"]

    run(tmp_path, story)
