"""Logging in, scopes, and everything that ends a token at once."""

from pathlib import Path
from typing import Any

import msgspec

from altostratus.services.identity.store.token_keys import LONGEST
from tests.services.identity.cloud import PASSWORD, TOKENS, V3, People, login, run

DEFAULT = {"id": "default"}


async def status_of(people: People, token: str) -> int:
    """What using the token answers: 200, or 401 when it has ended."""
    return (await people.client(token).get(f"{V3}/auth/projects")).status_code


def test_scopes(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        await people.grant(user, "member", f"projects/{project}")
        await people.grant(user, "reader", "domains/default")
        await people.grant(user, "manager", "system")
        unscoped = (await people.login(user)).json()["token"]
        assert "roles" not in unscoped
        assert "catalog" not in unscoped
        scopes: list[tuple[Any, set[str], str]] = [
            ({"project": {"id": project}}, {"member", "reader"}, "project"),
            ({"project": {"name": "p", "domain": {"name": "Default"}}}, {"member", "reader"}, "project"),
            ({"domain": DEFAULT}, {"reader"}, "domain"),
            ({"system": {"all": True}}, {"manager", "member", "reader"}, "system"),
        ]
        for scope, roles, key in scopes:
            response = await people.login(user, scope)
            body = response.json()["token"]
            assert {role["name"] for role in body["roles"]} == roles
            assert key in body
            assert body["catalog"][0]["type"] == "identity"
            assert len(response.headers["X-Subject-Token"]) <= LONGEST
        assert (await people.login(user, "unscoped")).status_code == 201

    run(tmp_path, story)


def test_tokens_are_the_same_however_their_path_is_spelled(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        token = await people.token(user)
        for method, body, status in (("POST", login(user), 201), ("GET", None, 200), ("HEAD", None, 200)):
            found = []
            for path in (TOKENS, f"{TOKENS}/", f"{V3}//auth/tokens", f"{V3}/auth/token%73"):
                headers = {"X-Subject-Token": token}
                answer = await people.client(token).request(method, path, json=body, headers=headers)
                shown = answer.json()["token"] | {"audit_ids": []} if answer.content else None
                found.append((answer.status_code, sorted(answer.headers), answer.headers["Vary"], shown))
            assert found[0][0] == status
            assert found == found[:1] * 4

    run(tmp_path, story)


def test_a_default_project_is_the_scope_when_none_is_asked_for(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="home")
        user = await people.user("ann", default_project_id=project)
        assert "project" not in (await people.login(user)).json()["token"]
        await people.grant(user, "member", f"projects/{project}")
        assert (await people.login(user)).json()["token"]["project"]["id"] == project
        assert "project" not in (await people.login(user, "unscoped")).json()["token"]

    run(tmp_path, story)


def test_whatever_is_wrong_answers_the_same(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        wrong = [
            login(user, password="wrong"),
            login("nobody"),
            login(user, {"project": {"id": project}}),
            login(user, {"project": {"id": "nowhere"}}),
            login(user, {"project": DEFAULT}),
            login(user, {"domain": DEFAULT}),
            login(user, {"domain": {"id": project}}),
            login(user, {"system": {"all": True}}),
        ]
        answers = [await people.client().post(TOKENS, body) for body in wrong]
        assert {(a.status_code, a.text) for a in answers} == {(401, answers[0].text)}
        assert answers[0].headers["WWW-Authenticate"] == 'Keystone uri="http://cloud/identity/v3"'
        assert answers[0].headers["Vary"] == "X-Auth-Token"

    run(tmp_path, story)


def test_an_unknown_user_costs_as_many_hashes_as_a_known_one(tmp_path: Path) -> None:
    """Counted in the lane, because time on a busy machine proves nothing."""

    async def story(people: People) -> None:
        user = await people.user("ann")
        hashing = people.service.state.hashing
        calls: list[str] = []
        run_call = hashing.run
        hashing.run = lambda call, *args: calls.append(call.__name__) or run_call(call, *args)
        for who in (user, "nobody"):
            await people.login(who, password="wrong")
        assert calls == ["matches", "matches"]

    run(tmp_path, story)


def test_who_is_disabled_while_its_password_is_checked_gets_no_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        hashing = people.service.state.hashing
        check = hashing.run

        async def disable_and_check(*call: Any) -> Any:
            hashing.run = check
            response = await people.admin.patch(f"{V3}/users/{user}", {"user": {"enabled": False}})
            assert response.status_code == 200
            return await check(*call)

        assert (await people.login(user)).status_code == 201
        hashing.run = disable_and_check
        assert (await people.login(user)).status_code == 401

    run(tmp_path, story)


MALFORMED: list[tuple[Any, int]] = [
    (None, 400),
    ({}, 400),
    ({"identity": {}}, 400),
    ({"identity": {"methods": "password"}}, 400),
    ({"identity": {"methods": []}}, 401),
    ({"identity": {"methods": ["totp"]}}, 400),
    ({"identity": {"methods": ["totp"], "totp": {}}}, 401),
    ({"identity": {"methods": ["password"]}}, 400),
    ({"identity": {"methods": ["password"], "password": {}}}, 400),
    ({"identity": {"methods": ["password"], "password": {"user": {}}}}, 400),
    ({"identity": {"methods": ["password"], "password": {"user": {"name": "admin"}}}}, 400),
    ({"identity": {"methods": ["password"], "password": {"user": {"id": 5}}}}, 400),
    ({"identity": {"methods": ["token"]}}, 400),
    ({"identity": {"methods": ["token"], "token": {"id": "junk"}}}, 404),
    ({**login("u")["auth"], "scope": "nonsense"}, 400),
    ({**login("u")["auth"], "scope": {}}, 400),
    ({**login("u")["auth"], "scope": {"project": {"id": "p"}, "domain": DEFAULT}}, 400),
    ({**login("u")["auth"], "scope": {"project": {"name": "p"}}}, 400),
]


def test_malformed_requests(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for auth, status in MALFORMED:
            response = await people.client().post(TOKENS, {"auth": auth})
            assert response.status_code == status, auth
            assert response.json()["error"]["code"] == status

    run(tmp_path, story)


def test_bodies_that_are_not_json_objects(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        json = {"Content-Type": "application/json"}
        for content, headers in ((b"{x", json), (b"[]", json), (b"", json), (b"{}", {"Content-Type": "text/plain"})):
            response = await people.client().request("POST", TOKENS, content=content, headers=headers)
            assert response.status_code == 400
        body = msgspec.json.encode(login(await people.user("ann")))
        for headers in ({}, {"Content-Type": ""}, {"Content-Type": "Application/JSON; charset=utf-8"}):
            response = await people.client().request("POST", TOKENS, content=body, headers=headers)
            assert response.status_code == 201, headers

    run(tmp_path, story)


def test_a_token_gets_another_that_ends_with_it(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        await people.grant(user, "member", f"projects/{project}")
        first = await people.login(user)
        people.clock.move(minutes=30)
        auth = {
            "identity": {"methods": ["token"], "token": {"id": first.headers["X-Subject-Token"]}},
            "scope": {"project": {"id": project}},
        }
        second = await people.client().post(TOKENS, {"auth": auth})
        old, new = first.json()["token"], second.json()["token"]
        assert new["expires_at"] == old["expires_at"]
        assert new["methods"] == ["password", "token"]
        assert new["audit_ids"][1:] == old["audit_ids"]
        people.clock.move(minutes=30)
        assert await status_of(people, second.headers["X-Subject-Token"]) == 401

    run(tmp_path, story)


def test_tokens_expire(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        token = await people.token(await people.user("ann"))
        assert await status_of(people, token) == 200
        people.clock.move(seconds=59)
        assert await status_of(people, token) == 200
        people.clock.move(seconds=1)
        assert await status_of(people, token) == 401

    run(tmp_path, story, {"token_lifetime": 60})


def test_a_revoked_token_ends_and_its_siblings_do_not(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        token, other = await people.token(user), await people.token(user)
        assert await status_of(people, token) == 200
        gone = await people.client(token).delete(TOKENS, headers={"X-Subject-Token": token})
        assert gone.status_code == 204
        assert await status_of(people, token) == 401
        assert await status_of(people, other) == 200
        shown = await people.admin.get(TOKENS, headers={"X-Subject-Token": token})
        assert shown.status_code == 404

    run(tmp_path, story)


def test_what_ends_a_users_tokens(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        change = {"user": {"original_password": PASSWORD, "password": "next"}}
        token = await people.token(user)
        assert (await people.client().post(f"{V3}/users/{user}/password", change)).status_code == 204
        assert await status_of(people, token) == 401
        for fields, password in (({"password": PASSWORD}, "next"), ({"enabled": False}, PASSWORD)):
            token = await people.token(user, password=password)
            assert await status_of(people, token) == 200
            assert (await people.admin.patch(f"{V3}/users/{user}", {"user": fields})).status_code == 200
            assert await status_of(people, token) == 401
        assert (await people.login(user)).status_code == 401
        await people.admin.patch(f"{V3}/users/{user}", {"user": {"enabled": True}})
        assert await status_of(people, token) == 401
        token = await people.token(user)
        await people.admin.delete(f"{V3}/users/{user}")
        assert await status_of(people, token) == 401

    run(tmp_path, story)


def test_what_ends_a_scoped_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        scope = {"project": {"id": project}}
        await people.grant(user, "member", f"projects/{project}")
        token = await people.token(user, scope)
        member = await people.role("member")
        await people.admin.delete(f"{V3}/projects/{project}/users/{user}/roles/{member}")
        assert await status_of(people, token) == 401
        await people.grant(user, "member", f"projects/{project}")
        assert await status_of(people, token) == 200
        await people.admin.patch(f"{V3}/projects/{project}", {"project": {"enabled": False}})
        assert await status_of(people, token) == 401
        await people.admin.patch(f"{V3}/projects/{project}", {"project": {"enabled": True}})
        assert await status_of(people, token) == 401
        token = await people.token(user, scope)
        await people.admin.delete(f"{V3}/projects/{project}")
        assert await status_of(people, token) == 401

    run(tmp_path, story)


def test_a_disabled_domain_ends_all_tokens_in_it_for_good(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        user = await people.user("ann", domain_id=domain)
        project = await people.make("project", name="p", domain_id=domain)
        await people.grant(user, "member", f"projects/{project}")
        tokens = [await people.token(user), await people.token(user, {"project": {"id": project}})]
        for enabled in (False, True):
            await people.admin.patch(f"{V3}/domains/{domain}", {"domain": {"enabled": enabled}})
            assert [await status_of(people, token) for token in tokens] == [401, 401]
        assert (await people.login(user)).status_code == 201

    run(tmp_path, story)


def test_group_roles_count_and_leave_with_the_membership(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        group, member = await people.make("group", name="g"), await people.role("member")
        await people.admin.put(f"{V3}/groups/{group}/users/{user}")
        await people.admin.put(f"{V3}/projects/{project}/groups/{group}/roles/{member}")
        token = await people.token(user, {"project": {"id": project}})
        assert await status_of(people, token) == 200
        await people.admin.delete(f"{V3}/groups/{group}/users/{user}")
        assert await status_of(people, token) == 401

    run(tmp_path, story)


def test_who_may_look_at_a_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann, bob = await people.person("member", project), await people.person("member", project)
        headers = {"X-Subject-Token": ann.token or ""}
        shown = await people.admin.get(TOKENS, headers=headers)
        assert shown.status_code == 200
        assert shown.headers["X-Subject-Token"] == ann.token
        assert shown.json()["token"]["user"]["id"] == ann.user_id
        assert "catalog" not in (await ann.get(f"{TOKENS}?nocatalog", headers=headers)).json()["token"]
        assert (await bob.get(TOKENS, headers=headers)).status_code == 403
        assert (await bob.delete(TOKENS, headers=headers)).status_code == 403
        assert (await people.client().get(TOKENS, headers=headers)).status_code == 401
        head = await people.admin.request("HEAD", TOKENS, headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert (await people.admin.get(TOKENS)).status_code == 404

    run(tmp_path, story)


def test_what_a_token_reaches(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project, closed = await people.make("project", name="p"), await people.make("project", name="closed")
        ann = await people.person("member", project)
        await people.grant(ann.user_id, "member", f"projects/{closed}")
        await people.admin.patch(f"{V3}/projects/{closed}", {"project": {"enabled": False}})
        projects = (await ann.get(f"{V3}/auth/projects")).json()["projects"]
        assert {p["id"]: p["enabled"] for p in projects} == {project: True, closed: False}
        assert (await ann.get(f"{V3}/auth/domains")).json()["domains"] == []
        assert (await ann.get(f"{V3}/auth/system")).json()["system"] == []
        assert (await people.admin.get(f"{V3}/auth/system")).json()["system"] == [{"all": True}]
        assert (await ann.get(f"{V3}/auth/catalog")).json()["catalog"][0]["name"] == "keystone"
        unscoped = people.client(await people.token(ann.user_id))
        assert (await unscoped.get(f"{V3}/auth/catalog")).status_code == 403

    run(tmp_path, story)


def test_a_full_disk_lets_nobody_change_anything_and_everybody_log_in(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        if people.cloud.db.dialect != "sqlite":
            return
        ann = await people.user("ann")
        await people.cloud.db.write(lambda tx: tx.sql.exec_driver_sql("PRAGMA max_page_count = 1").scalar())
        body = {"project": {"name": "p", "description": "d" * 50_000}}
        assert (await people.admin.post(f"{V3}/projects", body)).status_code >= 500
        assert (await people.login(ann, password="wrong")).status_code == 401
        token = await people.token(ann)
        assert (await people.client(token).get(f"{V3}/users/{ann}")).status_code == 200

    run(tmp_path, story)


def test_logins_that_go_together_badly_are_events(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, other = await people.user("ann"), await people.user("bob")
        password = {"user": {"id": user, "password": PASSWORD}}
        its_own = people.client(await people.token(user))
        made = await its_own.post(
            f"{V3}/users/{user}/application_credentials", {"application_credential": {"name": "a"}}
        )
        credential = {name: made.json()["application_credential"][name] for name in ("id", "secret")}
        with_credential = {"methods": ["application_credential"], "application_credential": credential}
        delegated = (await people.client().post(TOKENS, {"auth": {"identity": with_credential}})).headers[
            "X-Subject-Token"
        ]
        both = ["password", "token"]
        for identity, more, status, reason in (
            ({"methods": ["password", "totp"], "password": password, "totp": {}}, {}, 401, "method not offered"),
            (
                {"methods": both, "password": password, "token": {"id": await people.token(other)}},
                {},
                401,
                "methods of different users",
            ),
            ({"methods": ["token"], "token": {"id": delegated}}, {}, 403, "token of a delegation"),
            (with_credential, {"scope": "unscoped"}, 401, "application credential with a scope"),
        ):
            response = await people.client().post(TOKENS, {"auth": {"identity": identity, **more}})
            assert response.status_code == status, (reason, response.text)
            [last] = await people.events(1)
            expected = (other if reason == "methods of different users" else user, "failure", reason)
            assert (last.resource_id, last.detail["outcome"], last.detail["reason"]) == expected

    run(tmp_path, story)


def test_a_token_reaches_the_system_through_a_group(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        ann, group = await people.user("ann"), await people.make("group", name="g")
        client = people.client(await people.token(ann))
        assert (await client.get(f"{V3}/auth/system")).json()["system"] == []
        await people.admin.put(f"{V3}/groups/{group}/users/{ann}")
        await people.admin.put(f"{V3}/system/groups/{group}/roles/{await people.role('reader')}")
        client = people.client(await people.token(ann, {"system": {"all": True}}))
        assert (await client.get(f"{V3}/auth/system")).json()["system"] == [{"all": True}]

    run(tmp_path, story)


def test_success_and_failure_are_events_without_secrets(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, here = await people.user("ann"), "127.0.0.1"
        await people.login(user, password="wrong-secret")
        await people.login("nobody")
        await people.login(user)
        found = await people.events(3)
        assert [(e.kind, e.resource_id, e.detail) for e in found] == [
            ("identity.authenticate", user, {"outcome": "failure", "client": here, "reason": "wrong password"}),
            ("identity.authenticate", "", {"outcome": "failure", "client": here, "reason": "no such user"}),
            ("identity.authenticate", user, {"outcome": "success", "client": here}),
        ]
        every = await people.events(1000)
        assert not [e for e in every if "secret" in str(e)]

    run(tmp_path, story)


def test_versions_and_unknown_routes_need_no_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        nobody = people.client()
        versions = await nobody.get("/identity/")
        assert versions.status_code == 300
        assert versions.json()["versions"]["values"][0]["links"][0]["href"] == "http://cloud/identity/v3/"
        assert (await nobody.get("/identity")).status_code == 300
        assert (await nobody.get(V3)).json()["version"]["status"] == "stable"
        for path in ("/nothing", "/v3/nothing", "/v3/policies"):
            assert (await nobody.get(f"/identity{path}")).status_code == 404
        assert (await nobody.put(f"{V3}/users", {})).status_code == 405

    run(tmp_path, story)
