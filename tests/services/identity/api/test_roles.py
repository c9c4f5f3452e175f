"""Roles of the whole cloud and of domains."""

from pathlib import Path

from tests.services.identity.cloud import V3, People, run

ROLES = f"{V3}/roles"


def test_roles(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        role = await people.make("role", name="r", note="kept")
        assert (await people.admin.post(ROLES, {"role": {"name": "r"}})).status_code == 409
        shown = (await people.admin.patch(f"{ROLES}/{role}", {"role": {"name": "s"}})).json()["role"]
        assert (shown["name"], shown["note"], shown["domain_id"]) == ("s", "kept", None)
        admin = await people.role("admin")
        assert (await people.admin.delete(f"{ROLES}/{admin}")).status_code == 403
        assert (await people.admin.patch(f"{ROLES}/{admin}", {"role": {"name": "x"}})).status_code == 403
        assert (await people.admin.delete(f"{ROLES}/{role}")).status_code == 204
        assert (await people.admin.get(f"{ROLES}/{role}")).status_code == 404

    run(tmp_path, story)


def test_a_role_stays_in_its_domain_and_its_name_is_unique_there(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        role = await people.make("role", name="r", domain_id=domain)
        await people.make("role", name="r")
        again = await people.admin.post(ROLES, {"role": {"name": "r", "domain_id": domain}})
        assert again.status_code == 409
        assert again.json()["error"]["message"].endswith(f"Duplicate entry found with name r at domain ID {domain}.")
        moved = await people.admin.patch(f"{ROLES}/{role}", {"role": {"domain_id": None}})
        assert (moved.status_code, moved.json()["error"]["message"]) == (400, "Update of `domain_id` is not allowed.")
        listed = (await people.admin.get(f"{ROLES}?domain_id={domain}")).json()["roles"]
        assert [(r["id"], r["domain_id"]) for r in listed] == [(role, domain)]

    run(tmp_path, story)


def test_an_empty_filter_is_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for query in ("name=", "domain_id="):
            assert (await people.admin.get(f"{ROLES}?{query}")).status_code == 400

    run(tmp_path, story)


def test_a_domains_manager_sees_the_roles_that_it_may_grant(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        await people.grant(user, "manager", "domains/default")
        ann = people.client(await people.token(user, {"domain": {"id": "default"}}))
        assert (await ann.get(ROLES)).status_code == 200
        shown = [(await ann.get(f"{ROLES}/{await people.role(name)}")).status_code for name in ("member", "admin")]
        assert shown == [200, 403]
        assert (await (await people.person("manager", project)).get(ROLES)).status_code == 403

    run(tmp_path, story)
