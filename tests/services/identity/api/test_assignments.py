"""GET /v3/role_assignments: as they were made and as they work."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.api.test_inherit import INHERIT, make_tree
from tests.services.identity.cloud import V3, People, run

ASSIGNMENTS = f"{V3}/role_assignments"
BASE = f"http://cloud{V3}"
INHERITED = "OS-INHERIT:inherited_to"


@dataclass
class Scene:
    """ann is a member beneath the domain and a reader of its top; bob is in a group that is manager beneath top, and
    reads the system."""

    domain: str
    tree: dict[str, str]
    ann: str
    bob: str
    group: str
    roles: dict[str, str]


async def make_scene(people: People) -> Scene:
    domain, tree = await make_tree(people)
    ann, bob = [await people.user(name, domain_id=domain) for name in ("ann", "bob")]
    group = await people.make("group", name="g", domain_id=domain)
    roles = {name: await people.role(name) for name in ("manager", "member", "reader")}
    for path in (
        f"{V3}/groups/{group}/users/{bob}",
        f"{INHERIT}/domains/{domain}/users/{ann}/roles/{roles['member']}/inherited_to_projects",
        f"{V3}/projects/{tree['top']}/users/{ann}/roles/{roles['reader']}",
        f"{INHERIT}/projects/{tree['top']}/groups/{group}/roles/{roles['manager']}/inherited_to_projects",
        f"{V3}/system/users/{bob}/roles/{roles['reader']}",
    ):
        assert (await people.admin.put(path)).status_code == 204
    return Scene(domain, tree, ann, bob, group, roles)


async def found(client: ApiClient, query: str) -> list[dict[str, Any]]:
    response = await client.get(f"{ASSIGNMENTS}?{query}")
    assert response.status_code == 200, response.text
    return list(response.json()["role_assignments"])


async def brief(people: People, scene: Scene, query: str) -> list[str]:
    """'role target' of each, with the names of the scene; '+' where it is inherited."""
    names = {**{v: k for k, v in scene.tree.items()}, **{v: k for k, v in scene.roles.items()}, scene.domain: "domain"}

    def one(a: dict[str, Any]) -> str:
        scope = a["scope"]
        target = next((scope[kind]["id"] for kind in ("project", "domain") if kind in scope), "system")
        return f"{names[a['role']['id']]} {names.get(target, target)}{'+' if INHERITED in scope else ''}"

    return sorted(one(a) for a in await found(people.admin, query.format(**vars(scene), **scene.tree)))


MEMBER = ["member beside+", "member bottom+", "member middle+", "member top+"]
READER = ["reader beside+", "reader bottom+", "reader middle+", "reader top", "reader top+"]


FILTERS = (
    ("user.id={ann}", ["member domain+", "reader top"]),
    ("user.id={ann}&scope.OS-INHERIT:inherited_to=projects", ["member domain+"]),
    ("user.id={ann}&scope.OS-INHERIT:inherited_to=nothing", ["reader top"]),
    ("user.id={ann}&effective", MEMBER + READER),
    ("user.id={ann}&effective=0", ["member domain+", "reader top"]),
    ("user.id={ann}&effective&scope.OS-INHERIT:inherited_to=no", ["reader top"]),
    ("user.id={ann}&effective&scope.project.id={bottom}", ["member bottom+", "reader bottom+"]),
    ("user.id={ann}&effective&scope.domain.id={domain}", []),
    ("user.id={bob}", ["reader system"]),
    ("user.id={bob}&scope.system=all", ["reader system"]),
    ("user.id={bob}&effective&scope.project.id={top}", []),
    (
        "user.id={bob}&effective&scope.project.id={middle}",
        ["manager middle+", "member middle+", "reader middle+"],
    ),
    ("group.id={group}", ["manager top+"]),
    ("scope.project.id={top}", ["manager top+", "reader top"]),
    ("scope.project.id={middle}&include_subtree", []),
    ("scope.project.id={top}&include_subtree=0", ["manager top+", "reader top"]),
    ("scope.domain.id={domain}", ["member domain+"]),
    ("scope.project.id=no-such", []),
    ("role.id=no-such&effective", []),
)


def test_filters(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        scene = await make_scene(people)
        for query, expected in FILTERS:
            assert await brief(people, scene, query) == expected, query

    run(tmp_path, story)


def test_a_tree_as_it_works(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        scene = await make_scene(people)
        query = "effective&include_subtree&scope.project.id={top}"
        of_bob = [f"{role} {project}+" for role in ("manager", "member", "reader") for project in ("bottom", "middle")]
        of_ann = [*MEMBER[1:], *READER[1:]]
        assert await brief(people, scene, query) == sorted(of_ann + of_bob)
        member = scene.roles["member"]
        beneath = [f"member {project}+" for project in ("bottom", "bottom", "middle", "middle", "top")]
        assert await brief(people, scene, f"{query}&role.id={member}") == beneath

    run(tmp_path, story)


def test_links_lead_to_where_it_comes_from(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        scene = await make_scene(people)
        member, reader, manager = (scene.roles[name] for name in ("member", "reader", "manager"))
        top, bottom = scene.tree["top"], scene.tree["bottom"]
        grants = f"OS-INHERIT/projects/{top}/groups/{scene.group}/roles"
        shown = await found(people.admin, f"effective&user.id={scene.bob}&scope.project.id={bottom}&role.id={reader}")
        assert shown == [
            {
                "role": {"id": reader},
                "user": {"id": scene.bob},
                "scope": {"project": {"id": bottom}, "OS-INHERIT:inherited_to": "projects"},
                "links": {
                    "assignment": f"{BASE}/{grants}/{member}/inherited_to_projects",
                    "membership": f"{BASE}/groups/{scene.group}/users/{scene.bob}",
                    "prior_role": f"{BASE}/prior_role/{reader}/implies/{member}",
                },
            }
        ]
        made = await found(people.admin, f"group.id={scene.group}")
        assert [a["links"] for a in made] == [{"assignment": f"{BASE}/{grants}/{manager}/inherited_to_projects"}]
        system = await found(people.admin, f"scope.system=all&user.id={scene.bob}")
        assert [a["scope"] for a in system] == [{"system": {"all": True}}]
        assert system[0]["links"] == {"assignment": f"{BASE}/system/users/{scene.bob}/roles/{reader}"}

    run(tmp_path, story)


def test_names(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        scene = await make_scene(people)
        domain = {"id": scene.domain, "name": "d"}
        own = await people.make("role", name="own", domain_id=scene.domain)
        await people.admin.put(f"{V3}/projects/{scene.tree['beside']}/groups/{scene.group}/roles/{own}")
        (shown,) = await found(people.admin, f"include_names&scope.project.id={scene.tree['beside']}")
        assert shown["role"] == {"id": own, "name": "own", "domain": domain}
        assert shown["group"] == {"id": scene.group, "name": "g", "domain": domain}
        assert shown["scope"] == {"project": {"id": scene.tree["beside"], "name": "beside", "domain": domain}}
        (shown,) = await found(people.admin, f"include_names&scope.domain.id={scene.domain}")
        assert shown["scope"] == {"domain": domain, "OS-INHERIT:inherited_to": "projects"}
        assert shown["role"] == {"id": scene.roles["member"], "name": "member"}
        assert await found(people.admin, f"effective&scope.project.id={scene.tree['beside']}&role.id={own}") == []

    run(tmp_path, story)


CONTRADICTIONS = (
    "user.id=a&group.id=b",
    "scope.project.id=a&scope.domain.id=b",
    "scope.project.id=a&scope.system=all",
    "scope.domain.id=a&scope.system=x",
    "group.id=a&effective",
    "effective&scope.domain.id=a&scope.OS-INHERIT:inherited_to=projects",
    "include_subtree",
    "include_subtree&scope.domain.id=a",
    "role.id=a%20b",
    "scope.project.id=",
)


def test_contradictory_filters_are_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for query in CONTRADICTIONS:
            assert (await people.admin.get(f"{ASSIGNMENTS}?{query}")).status_code == 400, query

    run(tmp_path, story)


def test_what_is_not_there_has_no_effect(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for query in ("effective&user.id=x", "effective&scope.project.id=x", "include_subtree&scope.project.id=x"):
            assert (await people.admin.get(f"{ASSIGNMENTS}?{query}")).status_code == 404

    run(tmp_path, story)


def test_a_domains_reader_sees_that_domains_assignments(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        scene = await make_scene(people)
        cat = await people.user("cat", domain_id=scene.domain)
        await people.grant(cat, "reader", f"domains/{scene.domain}")
        reader = people.client(await people.token(cat, {"domain": {"id": scene.domain}}))
        kinds = sorted(next(kind for kind in a["scope"] if kind != INHERITED) for a in await found(reader, ""))
        assert kinds == ["domain", "domain", "project", "project"]
        elsewhere = f"scope.project.id={people.admin.project_id}"
        for query in ("scope.domain.id=default", "scope.system=all", elsewhere, f"{elsewhere}&effective"):
            assert await found(reader, query) == []
        assert (await reader.get(f"{ASSIGNMENTS}?include_subtree&{elsewhere}")).status_code == 403
        assert len(await found(reader, f"include_subtree&scope.project.id={scene.tree['top']}")) == 2

    run(tmp_path, story)


def test_who_reads_a_project_sees_none(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        project = await people.make("project", name="p")
        reader = await people.person("reader", project)
        for query in ("", f"user.id={reader.user_id}", f"scope.project.id={project}&include_subtree"):
            assert (await reader.get(f"{ASSIGNMENTS}?{query}")).status_code == 403

    run(tmp_path, story)
