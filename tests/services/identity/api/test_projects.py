"""Projects, their tree, their tags, and domains."""

from pathlib import Path
from typing import Any

from tests.services.identity.cloud import V3, People, run

PROJECTS, DOMAINS = f"{V3}/projects", f"{V3}/domains"


def test_unknown_fields_are_kept_and_merged(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name=" p ", colour="red", tags=["b", "a"])
        shown = (await people.admin.get(f"{PROJECTS}/{project}")).json()["project"]
        assert (shown["name"], shown["colour"], shown["tags"], shown["parent_id"]) == (
            "p",
            "red",
            ["a", "b"],
            "default",
        )
        change = {"project": {"size": 5, "colour": None, "options": {"immutable": False}}}
        changed = (await people.admin.patch(f"{PROJECTS}/{project}", change)).json()["project"]
        assert changed["extra"] == {"colour": None, "size": 5}
        assert (changed["size"], changed["options"]) == (5, {"immutable": False})

    run(tmp_path, story)


REFUSED: list[dict[str, Any]] = [
    {},
    {"name": ""},
    {"name": "  "},
    {"name": 5},
    {"name": None},
    {"name": "x" * 65},
    {"name": "x", "enabled": "yes"},
    {"name": "x", "description": 5},
    {"name": "x", "domain_id": "no-such"},
    {"name": "x", "parent_id": "no-such"},
    {"name": "x", "domain_id": "a/b"},
    {"name": "x", "tags": "red"},
    {"name": "x", "tags": ["a/b"]},
    {"name": "x", "tags": ["t"] * 81},
    {"name": "x", "options": {"no_such": True}},
    {"name": "x", "is_domain": True, "parent_id": "default"},
]


def test_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for fields in REFUSED:
            assert (await people.admin.post(PROJECTS, {"project": fields})).status_code == 400, fields
        assert len((await people.admin.get(PROJECTS)).json()["projects"]) == 1

    run(tmp_path, story)


def test_names_are_unique_in_their_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        await people.make("project", name="p")
        other = await people.make("project", name="q")
        assert (await people.admin.post(PROJECTS, {"project": {"name": "p"}})).status_code == 409
        assert (await people.admin.patch(f"{PROJECTS}/{other}", {"project": {"name": "p"}})).status_code == 409
        domain = await people.make("domain", name="p")
        await people.make("project", name="p", domain_id=domain)
        assert (await people.admin.post(DOMAINS, {"domain": {"name": "p"}})).status_code == 409

    run(tmp_path, story)


def test_ids_domains_and_parents_do_not_change(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        path = f"{PROJECTS}/{await people.make('project', name='p')}"
        for fields, status in (
            ({"id": "x"}, 400),
            ({"domain_id": "x"}, 400),
            ({"parent_id": "x"}, 403),
            ({"is_domain": True}, 400),
            ({}, 200),
        ):
            assert (await people.admin.patch(path, {"project": fields})).status_code == status

    run(tmp_path, story)


def test_the_tree(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        names = ["a", "b", "c", "d", "e"]
        ids = ["default"]
        for name in names:
            ids.append(await people.make("project", name=name, parent_id=ids[-1]))
            await people.grant(people.admin.user_id, "reader", f"projects/{ids[-1]}")
        _, a, b, c, d, e = ids
        too_deep = {"project": {"name": "f", "parent_id": e}}
        assert (await people.admin.post(PROJECTS, too_deep)).status_code == 403
        assert (await people.admin.delete(f"{PROJECTS}/{e}")).status_code == 204
        shown = (await people.admin.get(f"{PROJECTS}/{c}?parents_as_ids&subtree_as_ids")).json()["project"]
        assert shown["parents"] == {b: {a: {"default": None}}}
        assert shown["subtree"] == {d: None}
        shown = (await people.admin.get(f"{PROJECTS}/{b}?parents_as_list&subtree_as_list")).json()["project"]
        assert [p["project"]["id"] for p in shown["parents"]] == [a]
        assert [p["project"]["id"] for p in shown["subtree"]] == [c, d]
        assert (await people.admin.get(f"{PROJECTS}/{b}?subtree_as_list&subtree_as_ids")).status_code == 400
        assert (await people.admin.delete(f"{PROJECTS}/{c}")).status_code == 403
        off = {"project": {"enabled": False}}
        assert (await people.admin.patch(f"{PROJECTS}/{c}", off)).status_code == 403
        for project in (d, c):
            assert (await people.admin.patch(f"{PROJECTS}/{project}", off)).status_code == 200
        on = {"project": {"enabled": True}}
        assert (await people.admin.patch(f"{PROJECTS}/{d}", on)).status_code == 403
        below_disabled = {"project": {"name": "x", "parent_id": c}}
        assert (await people.admin.post(PROJECTS, below_disabled)).status_code == 400
        assert (await people.admin.delete(f"{PROJECTS}/{d}")).status_code == 204

    run(tmp_path, story)


def test_lists_and_filters(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        one = await people.make("project", name="one", tags=["red", "big"])
        two = await people.make("project", name="two", tags=["red"], enabled=False)
        child = await people.make("project", name="child_1%", parent_id=one)

        async def found(query: str) -> set[str]:
            response = await people.admin.get(f"{PROJECTS}?{query}")
            assert response.status_code == 200
            return {p["name"] for p in response.json()["projects"]}

        assert await found("") == {"admin", "one", "two", "child_1%"}
        assert await found("name=one") == {"one"}
        assert await found("enabled=false") == {"two"}
        assert await found("enabled&name=two") == set()
        assert await found(f"parent_id={one}") == {"child_1%"}
        assert await found("is_domain=true") == {"Default"}
        assert await found("domain_id=no-such") == set()
        assert await found("no_such_filter=1") == {"admin", "one", "two", "child_1%"}
        assert await found("tags=red") == {"one", "two"}
        assert await found("tags=red,big") == {"one"}
        assert await found("tags-any=big,blue") == {"one"}
        assert await found("not-tags=red,big") == {"admin", "two", "child_1%"}
        assert await found("not-tags-any=red") == {"admin", "child_1%"}
        assert await found("name__contains=%25") == {"child_1%"}
        assert await found("name__startswith=t") == {"two"}
        assert await found("name__endswith=e") == {"one"}
        assert await found("name__icontains=ON") == {"one"}
        assert await found("name__iequals=TWO") == {"two"}
        assert (await people.admin.get(f"{PROJECTS}?parent_id=x")).status_code == 400
        assert (await people.admin.get(f"{PROJECTS}?limit=x")).status_code == 400
        assert {one, two, child} <= await _paged(people)

    run(tmp_path, story)


async def _paged(people: People) -> set[str]:
    """Every project, one a page."""
    seen: list[str] = []
    url: str | None = f"{PROJECTS}?limit=1"
    while url:
        body = (await people.admin.get(url)).json()
        assert len(body["projects"]) == 1
        assert body.get("truncated", False) == (body["links"]["next"] is not None)
        seen.append(body["projects"][0]["id"])
        url = body["links"]["next"]
    assert len(seen) == len(set(seen))
    return set(seen)


def test_tags(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        tags = f"{PROJECTS}/{await people.make('project', name='p', tags=['red'])}/tags"
        assert (await people.admin.put(f"{tags}/blue")).status_code == 201
        assert (await people.admin.put(f"{tags}/blue")).status_code == 400
        assert (await people.admin.put(f"{tags}/a,b")).status_code == 400
        assert (await people.admin.get(f"{tags}/blue")).status_code == 204
        assert (await people.admin.get(f"{tags}/green")).status_code == 404
        assert (await people.admin.get(tags)).json()["tags"] == ["blue", "red"]
        assert (await people.admin.put(tags, {"tags": ["x", "y"]})).json()["tags"] == ["x", "y"]
        assert (await people.admin.put(tags, {"tags": ["x", "x"]})).status_code == 400
        assert (await people.admin.put(f"{tags}/%20z%20")).status_code == 201
        assert (await people.admin.get(tags)).json()["tags"] == ["x", "y", "z"]
        assert (await people.admin.delete(f"{tags}/x")).status_code == 204
        assert (await people.admin.delete(f"{tags}/x")).status_code == 404
        assert (await people.admin.delete(tags)).status_code == 204
        assert (await people.admin.get(tags)).json()["tags"] == []

    run(tmp_path, story)


def test_a_disabled_domain_goes_with_everything_in_it(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        user = await people.user("ann", domain_id=domain)
        top = await people.make("project", name="top", domain_id=domain)
        below = await people.make("project", name="below", domain_id=domain, parent_id=top)
        group = await people.make("group", name="g", domain_id=domain)
        role = await people.make("role", name="r", domain_id=domain)
        await people.grant(user, "member", f"projects/{below}")
        await people.grant(user, "member", "projects/" + people.admin.project_id)
        assert (await people.admin.delete(f"{DOMAINS}/{domain}")).status_code == 403
        await people.admin.patch(f"{DOMAINS}/{domain}", {"domain": {"enabled": False}})
        assert (await people.admin.delete(f"{DOMAINS}/{domain}")).status_code == 204
        gone = {"users": user, "projects": top, "groups": group, "roles": role, "domains": domain}
        for noun, id in gone.items():  # noqa: A001
            assert (await people.admin.get(f"{V3}/{noun}/{id}")).status_code == 404
        assignments = (await people.admin.get(f"{V3}/role_assignments")).json()["role_assignments"]
        assert user not in str(assignments)

    run(tmp_path, story)


def test_a_project_can_be_a_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        made = (await people.admin.post(PROJECTS, {"project": {"name": "d", "is_domain": True}})).json()["project"]
        assert (made["domain_id"], made["parent_id"], made["is_domain"]) == (None, None, True)
        assert (await people.admin.get(f"{DOMAINS}/{made['id']}")).json()["domain"]["name"] == "d"
        assert (await people.admin.delete(f"{PROJECTS}/{made['id']}")).status_code == 403

    run(tmp_path, story)


def test_an_immutable_project_yields_only_that_option(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        path = f"{PROJECTS}/{await people.make('project', name='p', options={'immutable': True})}"
        assert (await people.admin.delete(path)).status_code == 403
        assert (await people.admin.patch(path, {"project": {"name": "x"}})).status_code == 403
        free = {"project": {"options": {"immutable": None}}}
        assert (await people.admin.patch(path, free)).json()["project"]["options"] == {}
        assert (await people.admin.delete(path)).status_code == 204

    run(tmp_path, story)


def test_lists_of_relatives_show_those_that_one_has_a_role_on(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        top = await people.make("project", name="top", domain_id=domain)
        middle = await people.make("project", name="middle", domain_id=domain, parent_id=top)
        bottom = await people.make("project", name="bottom", domain_id=domain, parent_id=middle)
        await people.grant(people.admin.user_id, "reader", f"projects/{bottom}")

        async def shown(project: str, what: str) -> Any:
            response = await people.admin.get(f"{PROJECTS}/{project}?{what}")
            return response.json()["project"][what.split("_")[0]]

        assert await shown(bottom, "parents_as_list") == []
        assert await shown(bottom, "parents_as_ids") == {middle: {top: {domain: None}}}
        for project in (top, domain):
            assert [row["project"]["id"] for row in await shown(project, "subtree_as_list")] == [bottom]
        assert await shown(domain, "subtree_as_ids") == {top: {middle: {bottom: None}}}
        assert await shown(domain, "parents_as_ids") is None

    run(tmp_path, story)


def test_nothing_is_enabled_in_a_disabled_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        project = await people.make("project", name="p", domain_id=domain, enabled=False)
        await people.admin.patch(f"{DOMAINS}/{domain}", {"domain": {"enabled": False}})
        on = await people.admin.patch(f"{PROJECTS}/{project}", {"project": {"enabled": True}})
        assert on.status_code == 403
        assert on.json()["error"]["message"] == f"Cannot enable project {project} since it has disabled parents"

    run(tmp_path, story)


def test_an_immutable_project_keeps_its_tags_and_its_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        domain = await people.make("domain", name="d")
        frozen = {"tags": ["a"], "options": {"immutable": True}}
        path = f"{PROJECTS}/{await people.make('project', name='p', domain_id=domain, **frozen)}"
        assert (await people.admin.put(f"{path}/tags/b")).status_code == 403
        assert (await people.admin.put(f"{path}/tags", {"tags": ["b"]})).status_code == 403
        assert (await people.admin.delete(f"{path}/tags/a")).status_code == 403
        assert (await people.admin.delete(f"{path}/tags")).status_code == 403
        assert (await people.admin.get(f"{path}/tags")).json()["tags"] == ["a"]
        await people.admin.patch(f"{DOMAINS}/{domain}", {"domain": {"enabled": False}})
        assert (await people.admin.delete(f"{DOMAINS}/{domain}")).status_code == 403
        assert (await people.admin.get(path)).status_code == 200
        await people.admin.patch(path, {"project": {"options": {"immutable": False}}})
        assert (await people.admin.delete(f"{DOMAINS}/{domain}")).status_code == 204

    run(tmp_path, story)


def test_filters_are_checked(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for query in ("name=", "enabled=maybe", "name=" + "x" * 65):
            assert (await people.admin.get(f"{PROJECTS}?{query}")).status_code == 400, query
            assert (await people.admin.get(f"{DOMAINS}?{query}")).status_code == 400, query
        for query in ("domain_id=a/b", "is_domain=maybe"):
            assert (await people.admin.get(f"{PROJECTS}?{query}")).status_code == 400, query
        for query in ("enabled", "enabled=1", "enabled=True", "enabled=on"):
            assert len((await people.admin.get(f"{DOMAINS}?{query}")).json()["domains"]) == 1, query
        long = {"domain": {"name": "d", "description": "x" * 256}}
        assert (await people.admin.post(DOMAINS, long)).status_code == 400

    run(tmp_path, story)
