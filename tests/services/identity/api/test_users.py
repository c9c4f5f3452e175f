"""Users, groups and who is in them."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.services.identity.cloud import PASSWORD, V3, People, run

USERS, GROUPS = f"{V3}/users", f"{V3}/groups"


def test_a_user_is_shown_without_its_password(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann", email="a@example.org", options={"ignore_password_expiry": True})
        response = await people.admin.get(f"{USERS}/{user}")
        assert response.json()["user"] == {
            "id": user,
            "name": "ann",
            "domain_id": "default",
            "enabled": True,
            "email": "a@example.org",
            "password_expires_at": None,
            "options": {"ignore_password_expiry": True},
            "links": {"self": f"http://cloud{USERS}/{user}"},
        }
        change = {"user": {"email": None, "phone": "5"}}
        changed = (await people.admin.patch(f"{USERS}/{user}", change)).json()["user"]
        assert changed["extra"] == {"email": None, "phone": "5"}
        assert "password" not in str(changed).replace("password_expires_at", "").replace("ignore_password_expiry", "")

    run(tmp_path, story)


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({}, 400),
    ({"name": ""}, 400),
    ({"name": 5}, 400),
    ({"name": "x" * 256}, 400),
    ({"name": "x", "enabled": "yes"}, 400),
    ({"name": "x", "password": 5}, 400),
    ({"name": "x", "password": "x" * 5000}, 400),
    ({"name": "x", "domain_id": "no-such"}, 404),
    ({"name": "x", "options": {"no_such": True}}, 400),
    ({"name": "x", "default_project_id": 5}, 400),
    ({"name": "x", "default_project_id": "default"}, 400),
    ({"name": "admin"}, 409),
]


def test_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for fields, status in REFUSED:
            assert (await people.admin.post(USERS, {"user": fields})).status_code == status, fields

    run(tmp_path, story)


def test_a_user_without_a_password_cannot_log_in(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.make("user", name="ann")
        assert (await people.login(user, password="")).status_code == 401
        await people.admin.patch(f"{USERS}/{user}", {"user": {"password": PASSWORD}})
        assert (await people.login(user)).status_code == 201
        await people.admin.patch(f"{USERS}/{user}", {"user": {"password": None}})
        assert (await people.login(user)).status_code == 401

    run(tmp_path, story)


def test_changing_ones_own_password(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        path = f"{USERS}/{user}/password"
        nobody = people.client()

        async def change(old: str, new: Any, where: str = path) -> int:
            body = {"user": {"original_password": old, "password": new}}
            return (await nobody.post(where, body)).status_code

        assert await change("wrong", "next") == 401
        assert await change(PASSWORD, "next", f"{USERS}/no-such/password") == 401
        assert await change(PASSWORD, 5) == 400
        assert await change(PASSWORD, "next") == 204
        assert await change(PASSWORD, "next") == 401
        await people.admin.patch(f"{USERS}/{user}", {"user": {"options": {"lock_password": True}}})
        assert await change("next", "other") == 400

    run(tmp_path, story)


def test_lists(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        await people.user("ann", domain_id=domain)
        await people.user("bob", enabled=False)

        async def found(query: str) -> set[str]:
            return {u["name"] for u in (await people.admin.get(f"{USERS}?{query}")).json()["users"]}

        assert await found("") == {"admin", "ann", "bob"}
        assert await found(f"domain_id={domain}") == {"ann"}
        assert await found("enabled=0") == {"bob"}
        assert await found("name__contains=n&enabled=1") == {"admin", "ann"}

    run(tmp_path, story)


def test_a_domains_people_see_and_manage_that_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        manager = await people.user("boss", domain_id=domain)
        await people.grant(manager, "manager", f"domains/{domain}")
        boss = people.client(await people.token(manager, {"domain": {"id": domain}}))
        assert {u["name"] for u in (await boss.get(USERS)).json()["users"]} == {"boss"}
        made = await boss.post(USERS, {"user": {"name": "new", "domain_id": domain}})
        assert made.status_code == 201
        assert (await boss.post(USERS, {"user": {"name": "new", "domain_id": "default"}})).status_code == 403
        assert (await boss.get(f"{USERS}/{people.admin.user_id}")).status_code == 403
        assert (await boss.delete(f"{USERS}/{made.json()['user']['id']}")).status_code == 204
        assert [d["id"] for d in (await boss.get(f"{V3}/domains")).json()["domains"]] == [domain]
        assert (await boss.get(f"{V3}/projects")).json()["projects"] == []

    run(tmp_path, story)


def test_groups_and_members(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        group, user = await people.make("group", name="g", note="kept"), await people.user("ann")
        member = f"{GROUPS}/{group}/users/{user}"
        assert (await people.admin.get(member)).status_code == 404
        assert (await people.admin.put(member)).status_code == 204
        assert (await people.admin.put(member)).status_code == 204
        assert (await people.admin.get(member)).status_code == 204
        assert (await people.admin.put(f"{GROUPS}/{group}/users/no-such")).status_code == 404
        assert [u["id"] for u in (await people.admin.get(f"{GROUPS}/{group}/users")).json()["users"]] == [user]
        mine = (await people.admin.get(f"{USERS}/{user}/groups")).json()["groups"]
        assert [(g["id"], g["note"], g["membership_expires_at"]) for g in mine] == [(group, "kept", None)]
        assert (await people.admin.delete(member)).status_code == 204
        assert (await people.admin.delete(member)).status_code == 404
        assert (await people.admin.post(GROUPS, {"group": {"name": "g"}})).status_code == 409
        changed = await people.admin.patch(f"{GROUPS}/{group}", {"group": {"description": "new"}})
        assert changed.json()["group"]["description"] == "new"
        assert (await people.admin.delete(f"{GROUPS}/{group}")).status_code == 204
        assert (await people.admin.get(f"{GROUPS}/{group}")).status_code == 404

    run(tmp_path, story)


def test_hostile_values(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        json = {"Content-Type": "application/json"}
        for value, status in (
            (b'"\\ud800"', 400),
            (b'"\\u0000"', 400),
            (b"1e400", 400),
            (b"[" * 5000 + b"]" * 5000, 400),
            (b'"' + b"x" * 300_000 + b'"', 413),
            (b"9" * 40, 201),
        ):
            body = b'{"user": {"name": "x", "note": ' + value + b"}}"
            response = await people.admin.request("POST", USERS, content=body, headers=json)
            assert response.status_code == status, value[:20]
        for query, status in (("limit=-1", 400), ("limit=x", 400), (f"limit={10**30}", 200), ("marker=zzz", 404)):
            assert (await people.admin.get(f"{USERS}?{query}")).status_code == status, query

    run(tmp_path, story)


def test_a_list_takes_as_many_queries_for_many_users_as_for_few(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        async def queries() -> int:
            statements: list[str] = []

            def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
                statements.append(statement)

            event.listen(Engine, "before_cursor_execute", count)
            for noun in ("users", "projects", "groups", "role_assignments?effective&include_names"):
                assert (await people.admin.get(f"{V3}/{noun}")).status_code == 200
            event.remove(Engine, "before_cursor_execute", count)
            return len([s for s in statements if s.startswith("SELECT")])

        # admin's own token is looked up once a change
        await people.admin.get(USERS)
        few = await queries()
        for number in range(5):
            user = await people.make("user", name=f"u{number}")
            project = await people.make("project", name=f"p{number}", tags=["t"])
            await people.make("group", name=f"g{number}")
            await people.grant(user, "member", f"projects/{project}")
        await people.admin.get(USERS)
        assert await queries() == few

    run(tmp_path, story)
