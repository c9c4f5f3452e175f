"""Grants of roles on projects, domains and the system."""

from pathlib import Path

from tests.services.identity.cloud import V3, People, run

ROLES = f"{V3}/roles"


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


def test_a_domains_role_is_for_its_projects_and_for_domains(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain, user = await people.make("domain", name="d"), await people.user("ann")
        role = await people.make("role", name="own", domain_id=domain)
        system = await people.admin.put(f"{V3}/system/users/{user}/roles/{role}")
        assert system.status_code == 400
        assert "domain-specific role" in system.json()["error"]["message"]
        assert (await people.admin.put(f"{V3}/domains/default/users/{user}/roles/{role}")).status_code == 204

    run(tmp_path, story)


def test_what_nobody_has_is_not_revoked(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        gone = await people.admin.delete(f"{V3}/system/users/nobody/roles/{await people.role('member')}")
        assert gone.status_code == 404
        assert gone.json()["error"]["message"].startswith("Could not find role assignment with role")

    run(tmp_path, story)


def test_a_revoked_role_ends_its_tokens_at_once(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project, group = await people.make("project", name="p"), await people.make("group", name="g")
        user, member = await people.user("ann"), await people.role("member")
        await people.admin.put(f"{V3}/groups/{group}/users/{user}")
        grant = f"{V3}/projects/{project}/groups/{group}/roles/{member}"
        await people.admin.put(grant)
        ann = people.client(await people.token(user, {"project": {"id": project}}))
        assert (await ann.get(f"{V3}/auth/projects")).status_code == 200
        await people.admin.delete(grant)
        assert (await ann.get(f"{V3}/auth/projects")).status_code == 401

    run(tmp_path, story)


def test_a_domains_manager_grants_what_is_below_it(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        user = await people.user("ann", domain_id=domain)
        project = await people.make("project", name="p", domain_id=domain)
        await people.grant(user, "manager", f"domains/{domain}")
        ann = people.client(await people.token(user, {"domain": {"id": domain}}))

        async def put(where: str, role: str) -> int:
            return (await ann.put(f"{V3}/{where}/users/{user}/roles/{await people.role(role)}")).status_code

        assert [await put(f"projects/{project}", role) for role in ("member", "manager", "admin")] == [204, 204, 403]
        assert await put(f"projects/{people.admin.project_id}", "member") == 403
        assert await put("system", "reader") == 403

    run(tmp_path, story)
