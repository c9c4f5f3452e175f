"""Roles, grants of them, and the list of assignments."""

from pathlib import Path
from typing import Any

from tests.services.identity.cloud import V3, People, run

ROLES, ASSIGNMENTS = f"{V3}/roles", f"{V3}/role_assignments"


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


def test_the_standard_roles_imply_one_another(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        admin = await people.role("admin")
        implied = (await people.admin.get(f"{ROLES}/{admin}/implies")).json()["role_inference"]
        assert [role["name"] for role in implied["implies"]] == ["manager"]
        every = (await people.admin.get(f"{V3}/role_inferences")).json()["role_inferences"]
        pairs = {(i["prior_role"]["name"], r["name"]) for i in every for r in i["implies"]}
        assert pairs == {("admin", "manager"), ("manager", "member"), ("member", "reader")}
        reader = await people.role("reader")
        assert (await people.admin.get(f"{ROLES}/{reader}/implies")).json()["role_inference"]["implies"] == []

    run(tmp_path, story)


def test_grants_everywhere(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, group = await people.user("ann"), await people.make("group", name="g")
        project, member = await people.make("project", name="p"), await people.role("member")
        for target in (f"projects/{project}", "domains/default", "system"):
            for holder in (f"users/{user}", f"groups/{group}"):
                roles = f"{V3}/{target}/{holder}/roles"
                grant = f"{roles}/{member}"
                statuses = [(await people.admin.request(m, grant)).status_code for m in ("GET", "PUT", "PUT", "GET")]
                assert statuses == [404, 204, 204, 204]
                assert [r["id"] for r in (await people.admin.get(roles)).json()["roles"]] == [member]
                assert (await people.admin.delete(grant)).status_code == 204
                assert (await people.admin.delete(grant)).status_code == 404
                assert (await people.admin.put(f"{roles}/no-such")).status_code == 404

    run(tmp_path, story)


def test_what_is_not_there_cannot_be_granted(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, member = await people.user("ann"), await people.role("member")
        for path in (
            f"projects/no-such/users/{user}",
            "projects/default/users/no-such",
            f"domains/{people.admin.project_id}/users/{user}",
            "system/groups/no-such",
        ):
            assert (await people.admin.put(f"{V3}/{path}/roles/{member}")).status_code == 404

    run(tmp_path, story)


def test_a_domains_role_stays_in_that_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain, user = await people.make("domain", name="d"), await people.user("ann")
        role = await people.make("role", name="own", domain_id=domain)
        inside = await people.make("project", name="p", domain_id=domain)
        outside = people.admin.project_id
        assert (await people.admin.put(f"{V3}/projects/{inside}/users/{user}/roles/{role}")).status_code == 204
        assert (await people.admin.put(f"{V3}/projects/{outside}/users/{user}/roles/{role}")).status_code == 403
        listed = (await people.admin.get(f"{ROLES}?domain_id={domain}")).json()["roles"]
        assert [r["name"] for r in listed] == ["own"]
        assert "own" not in {r["name"] for r in (await people.admin.get(ROLES)).json()["roles"]}

    run(tmp_path, story)


def test_assignments_as_made_and_as_they_work(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, group = await people.user("ann"), await people.make("group", name="g")
        project, member = await people.make("project", name="p"), await people.role("member")
        reader = await people.role("reader")
        await people.admin.put(f"{V3}/groups/{group}/users/{user}")
        await people.admin.put(f"{V3}/projects/{project}/groups/{group}/roles/{member}")

        async def found(query: str) -> list[dict[str, Any]]:
            response = await people.admin.get(f"{ASSIGNMENTS}?{query}")
            assert response.status_code == 200
            return list(response.json()["role_assignments"])

        assert await found(f"user.id={user}") == []
        assert [a["group"]["id"] for a in await found(f"group.id={group}")] == [group]
        effective = await found(f"user.id={user}&effective")
        assert [(a["user"]["id"], a["role"]["id"]) for a in effective] == [(user, member), (user, reader)]
        assert effective[0]["links"]["membership"].endswith(f"/groups/{group}/users/{user}")
        assert effective[1]["links"]["prior_role"].endswith(f"/{member}/implies/{reader}")
        assert [a["role"]["id"] for a in await found(f"user.id={user}&effective&role.id={reader}")] == [reader]
        named = (await found(f"scope.project.id={project}&include_names"))[0]
        assert named["scope"]["project"] == {"id": project, "name": "p", "domain": {"id": "default", "name": "Default"}}
        assert named["group"]["name"] == "g"
        assert named["role"] == {"id": member, "name": "member"}
        assert [a["scope"] for a in await found("scope.system=all")] == [{"system": {"all": True}}]
        assert await found("role.id=no-such") == []

    run(tmp_path, story)


def test_contradictory_filters_are_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for query in ("user.id=a&group.id=b", "scope.project.id=a&scope.domain.id=b", "group.id=a&effective"):
            assert (await people.admin.get(f"{ASSIGNMENTS}?{query}")).status_code == 400

    run(tmp_path, story)


def test_a_domains_reader_sees_that_domains_assignments(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        user = await people.user("ann", domain_id=domain)
        await people.grant(user, "reader", f"domains/{domain}")
        ann = people.client(await people.token(user, {"domain": {"id": domain}}))
        listed = (await ann.get(ASSIGNMENTS)).json()["role_assignments"]
        assert [a["scope"] for a in listed] == [{"domain": {"id": domain}}]
        assert (await ann.get(f"{ASSIGNMENTS}?scope.domain.id=default")).status_code == 403

    run(tmp_path, story)


def test_a_domains_role_gives_no_power_by_its_name(tmp_path: Path) -> None:
    """A domain may have a role of its own called admin."""

    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        ann = await people.person("member", project)
        role = await people.make("role", name="admin", domain_id="default")
        await people.admin.put(f"{V3}/projects/{project}/users/{ann.user_id}/roles/{role}")
        assert (await ann.get(f"{V3}/users")).status_code == 403
        roles = (await people.login(ann.user_id, {"project": {"id": project}})).json()["token"]["roles"]
        assert {r["name"] for r in roles} == {"member", "reader"}
        bob = await people.user("bob")
        await people.admin.put(f"{V3}/projects/{project}/users/{bob}/roles/{role}")
        assert (await people.login(bob, {"project": {"id": project}})).status_code == 401

    run(tmp_path, story)
