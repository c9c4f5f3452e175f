"""Roles that are granted on a project or domain for all projects beneath it."""

from pathlib import Path

import pytest

from tests.services.identity.cloud import V3, People, run

INHERIT = f"{V3}/OS-INHERIT"


async def make_tree(people: People) -> tuple[str, dict[str, str]]:
    """A domain with projects in one another (top, middle, bottom) and one beside them."""
    domain = await people.make("domain", name="d")
    top = await people.make("project", name="top", domain_id=domain)
    middle = await people.make("project", name="middle", domain_id=domain, parent_id=top)
    bottom = await people.make("project", name="bottom", domain_id=domain, parent_id=middle)
    beside = await people.make("project", name="beside", domain_id=domain)
    return domain, {"top": top, "middle": middle, "bottom": bottom, "beside": beside}


@pytest.mark.parametrize("holder", ["user", "group"])
@pytest.mark.parametrize("target", ["project", "domain"])
def test_life_of_an_inherited_grant(tmp_path: Path, target: str, holder: str) -> None:
    async def story(people: People) -> None:
        where = await people.make(target, name="t")
        who = await people.user("ann") if holder == "user" else await people.make("group", name="g")
        roles = f"{target}s/{where}/{holder}s/{who}/roles"
        grant = f"{INHERIT}/{roles}/{await people.role('member')}/inherited_to_projects"
        verbs = ("GET", "PUT", "PUT", "GET", "HEAD")
        assert [(await people.admin.request(m, grant)).status_code for m in verbs] == [404, 204, 204, 204, 204]
        assert (await people.admin.get(f"{V3}/{roles}")).json()["roles"] == []
        listed = await people.admin.get(f"{INHERIT}/{roles}/inherited_to_projects")
        assert listed.status_code == (200 if target == "domain" else 404)
        if target == "domain":
            assert [role["name"] for role in listed.json()["roles"]] == ["member"]
        assert [(await people.admin.delete(grant)).status_code for _ in range(2)] == [204, 404]

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("above", "expected"), [("domain", ["beside", "bottom", "middle", "top"]), ("top", ["bottom", "middle"])]
)
def test_it_counts_beneath_and_nowhere_else(tmp_path: Path, above: str, expected: list[str]) -> None:
    async def story(people: People) -> None:
        domain, tree = await make_tree(people)
        user, group = await people.user("ann", domain_id=domain), await people.make("group", name="g")
        await people.admin.put(f"{V3}/groups/{group}/users/{user}")
        where = f"domains/{domain}" if above == "domain" else f"projects/{tree[above]}"
        grant = f"{INHERIT}/{where}/groups/{group}/roles/{await people.role('member')}/inherited_to_projects"
        assert (await people.admin.put(grant)).status_code == 204
        logins = {name: await people.login(user, {"project": {"id": id}}) for name, id in tree.items()}  # noqa: A001
        assert sorted(name for name, login in logins.items() if login.status_code == 201) == expected
        roles = logins["bottom"].json()["token"]["roles"]
        assert sorted(role["name"] for role in roles) == ["member", "reader"]
        assert (await people.login(user, {"domain": {"id": domain}})).status_code == 401
        ann = people.client(logins["bottom"].headers["X-Subject-Token"])
        for client, path in ((ann, "/auth/projects"), (people.admin, f"/users/{user}/projects")):
            found = (await client.get(V3 + path)).json()["projects"]
            assert sorted(project["name"] for project in found) == expected
        assert (await ann.get(f"{V3}/auth/domains")).json()["domains"] == []
        await people.admin.delete(grant)
        assert (await ann.get(f"{V3}/auth/projects")).status_code == 401

    run(tmp_path, story)


def test_what_is_not_there_cannot_inherit(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, member = await people.user("ann"), await people.role("member")
        for path in (
            f"projects/no-such/users/{user}",
            f"domains/no-such/users/{user}",
            "domains/default/users/no-such",
        ):
            put = await people.admin.put(f"{INHERIT}/{path}/roles/{member}/inherited_to_projects")
            assert put.status_code == 404
        listed = await people.admin.get(f"{INHERIT}/domains/default/users/no-such/roles/inherited_to_projects")
        assert (listed.status_code, listed.json()["roles"]) == (200, [])

    run(tmp_path, story)
