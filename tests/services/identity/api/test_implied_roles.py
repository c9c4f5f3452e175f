"""Which role comes with which."""

from pathlib import Path

from tests.services.identity.cloud import V3, People, run

ROLES = f"{V3}/roles"


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


def test_life_of_a_rule(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        one, two = await people.make("role", name="one"), await people.make("role", name="two")
        rule = f"{ROLES}/{one}/implies/{two}"
        statuses = [(await people.admin.request(m, rule)).status_code for m in ("GET", "HEAD", "PUT", "PUT", "HEAD")]
        assert statuses == [404, 404, 201, 409, 204]
        shown = (await people.admin.get(rule)).json()
        links = [{"self": f"http://cloud{ROLES}/{role}"} for role in (one, two)]
        assert shown["role_inference"] == {
            "prior_role": {"id": one, "name": "one", "links": links[0]},
            "implies": {"id": two, "name": "two", "links": links[1]},
        }
        assert shown["links"] == {"self": f"http://cloud{rule}"}
        gone = [await people.admin.delete(rule) for _ in range(2)]
        assert [response.status_code for response in gone] == [204, 404]
        assert gone[1].json()["error"]["message"] == f"{one} does not imply {two}."

    run(tmp_path, story)


def test_what_no_rule_may_say(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        role = await people.make("role", name="r")
        own = await people.make("role", name="own", domain_id="default")
        other = await people.make("role", name="other", domain_id=await people.make("domain", name="d"))

        async def put(prior: str, implied: str) -> int:
            return (await people.admin.put(f"{ROLES}/{prior}/implies/{implied}")).status_code

        admin = await people.role("admin")
        assert [await put(role, admin), await put(own, admin), await put(role, own)] == [403, 403, 403]
        assert [await put(own, role), await put(own, other), await put(role, role)] == [201, 201, 201]
        assert [await put("no-such", role), await put(role, "no-such")] == [404, 404]

    run(tmp_path, story)


def test_a_domains_role_works_by_what_it_implies(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        own = await people.make("role", name="own", domain_id="default")
        project, user = await people.make("project", name="p"), await people.user("ann")
        await people.admin.put(f"{V3}/projects/{project}/users/{user}/roles/{own}")
        scope = {"project": {"id": project}}
        assert (await people.login(user, scope)).status_code == 401
        ann = people.client(await people.token(user, {"unscoped": {}}))
        assert (await ann.get(f"{V3}/auth/projects")).json()["projects"] == []
        rule = f"{ROLES}/{own}/implies/{await people.role('member')}"
        await people.admin.put(rule)
        assert [p["id"] for p in (await ann.get(f"{V3}/auth/projects")).json()["projects"]] == [project]
        made = await people.login(user, scope)
        assert sorted(role["name"] for role in made.json()["token"]["roles"]) == ["member", "reader"]
        scoped = people.client(made.headers["X-Subject-Token"])
        assert (await scoped.get(f"{V3}/auth/projects")).status_code == 200
        await people.admin.delete(rule)
        assert (await scoped.get(f"{V3}/auth/projects")).status_code == 401

    run(tmp_path, story)
