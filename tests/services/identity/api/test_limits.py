"""Limits: what one project or domain may have, in both models."""

from pathlib import Path
from typing import Any

from tests.services.identity.cloud import V3, People, run

REGISTERED, LIMITS, PROJECTS, DOMAINS = (
    f"{V3}/{noun}" for noun in ("registered_limits", "limits", "projects", "domains")
)
NOBODY = "0" * 32
STRICT = {"unified_limit_enforcement_model": "strict_two_level"}


class Limits:
    """Cores (10, and 20 in region R1) and ram (5) of one service, and a domain with two projects."""

    def __init__(self, people: People) -> None:
        self.people, self.admin = people, people.admin

    async def prepare(self) -> "Limits":
        people = self.people
        self.service = await people.make("service", type="compute")
        await people.make("region", id="R1")
        self.domain = await people.make("domain", name="d")
        self.one = await people.make("project", name="one", domain_id=self.domain)
        self.two = await people.make("project", name="two", domain_id=self.domain)
        base = {"service_id": self.service, "resource_name": "cores", "default_limit": 10}
        wishes = [base, {**base, "region_id": "R1", "default_limit": 20}]
        wishes.append({**base, "resource_name": "ram", "default_limit": 5})
        assert (await self.admin.post(REGISTERED, {"registered_limits": wishes})).status_code == 201
        return self

    def wish(self, **change: Any) -> dict[str, Any]:
        return {"service_id": self.service, "resource_name": "cores", "resource_limit": 5, **change}

    async def post(self, *wishes: dict[str, Any]) -> int:
        return (await self.admin.post(LIMITS, {"limits": list(wishes)})).status_code

    async def make(self, **change: Any) -> dict[str, Any]:
        response = await self.admin.post(LIMITS, {"limits": [self.wish(**change)]})
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()["limits"][0]
        return found

    async def patch(self, limit: dict[str, Any], **fields: Any) -> int:
        return (await self.admin.patch(f"{LIMITS}/{limit['id']}", {"limit": fields})).status_code


def test_made_and_shown(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        wishes = [limits.wish(project_id=limits.one, description="d"), limits.wish(domain_id=limits.domain)]
        response = await people.admin.post(LIMITS, {"limits": wishes})
        assert response.status_code == 201
        assert set(response.json()) == {"limits"}
        first, second = response.json()["limits"]
        assert first == {
            "id": first["id"],
            "project_id": limits.one,
            "domain_id": None,
            "service_id": limits.service,
            "region_id": None,
            "resource_name": "cores",
            "resource_limit": 5,
            "description": "d",
            "links": {"self": f"{people.cloud.public_url}{LIMITS}/{first['id']}"},
        }
        assert (second["project_id"], second["domain_id"], second["description"]) == (None, limits.domain, None)
        assert (await people.admin.get(f"{LIMITS}/{first['id']}")).json() == {"limit": first}
        listed = (await people.admin.get(LIMITS)).json()
        assert sorted(listed["limits"], key=str) == sorted([first, second], key=str)
        assert set(listed["links"]) == {"next", "self", "previous"}
        as_project = await limits.make(project_id=limits.domain, resource_name="ram")
        assert (as_project["project_id"], as_project["domain_id"]) == (None, limits.domain)
        missing = await people.admin.get(f"{LIMITS}/nope")
        assert (missing.status_code, missing.json()["error"]["message"]) == (404, "Could not find limit for nope.")

    run(tmp_path, story)


def test_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        one = limits.one
        refused: list[dict[str, Any]] = [
            {},
            {"project_id": one, "domain_id": limits.domain},
            {"project_id": one, "domain_id": None},
            {"project_id": None},
            {"domain_id": None},
            {"project_id": "a/b"},
            {"project_id": ""},
            {"project_id": NOBODY},
            {"domain_id": NOBODY},
            {"domain_id": one},
            {"project_id": one, "service_id": NOBODY},
            {"project_id": one, "region_id": "no"},
            {"project_id": one, "resource_limit": -2},
            {"project_id": one, "resource_limit": "5"},
            {"project_id": one, "description": "x" * 256},
            {"project_id": one, "unknown": 1},
        ]
        for change in refused:
            assert await limits.post(limits.wish(project_id=limits.two), limits.wish(**change)) == 400, change
        for wrong in ({}, {"limits": []}, {"limits": {}}, {"limits": [limits.wish(project_id=one)], "x": 1}):
            assert (await people.admin.post(LIMITS, wrong)).status_code == 400, wrong
        assert (await people.admin.get(LIMITS)).json()["limits"] == []

    run(tmp_path, story)


def test_a_limit_overrides_a_registered_one_once(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        one, two = limits.wish(project_id=limits.one), limits.wish(project_id=limits.two)
        assert await limits.post({**one, "resource_name": "disks"}) == 403
        assert await limits.post({**one, "resource_name": "ram", "region_id": "R1"}) == 403
        assert await limits.post(one, {**one, "region_id": "R1"}, {**one, "resource_name": "ram"}) == 201
        assert await limits.post(one) == 409
        assert await limits.post(two, two) == 409
        assert await limits.post(two, one) == 409
        assert len((await people.admin.get(LIMITS)).json()["limits"]) == 3

    run(tmp_path, story)


def test_filters(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        await limits.make(project_id=limits.one)
        await limits.make(project_id=limits.one, region_id="R1")
        await limits.make(project_id=limits.two, resource_name="ram")
        await limits.make(domain_id=limits.domain)
        for query, count in (
            (f"service_id={limits.service}", 4),
            (f"service_id={NOBODY}", 0),
            ("region_id=R1", 1),
            ("resource_name=cores", 3),
            (f"project_id={limits.one}", 2),
            (f"domain_id={limits.domain}", 1),
            (f"project_id={limits.one}&resource_name=cores&region_id=R1", 1),
            ("resource_name__startswith=r", 1),
            ("resource_limit=1", 4),
            ("limit=3", 3),
        ):
            response = await people.admin.get(f"{LIMITS}?{query}")
            assert (response.status_code, len(response.json()["limits"])) == (200, count), query
        for query in ("service_id=x", "region_id=", "resource_name=", "project_id=a/b", "domain_id=", "limit=x"):
            assert (await people.admin.get(f"{LIMITS}?{query}")).status_code == 400, query
        seen, url = [], f"{LIMITS}?limit=1&resource_name=cores"
        while url:
            body = (await people.admin.get(url)).json()
            seen += [limit["id"] for limit in body["limits"]]
            url = body["links"]["next"]
        assert len(seen) == len(set(seen)) == 3

    run(tmp_path, story)


def test_changed_and_deleted(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        made = await limits.make(project_id=limits.one, description="d")
        path = f"{LIMITS}/{made['id']}"
        for fields in ({}, {"resource_limit": 0}, {"resource_limit": -1, "description": None}, {"description": ""}):
            made = {**made, **fields}
            response = await people.admin.patch(path, {"limit": fields})
            assert (response.status_code, response.json()) == (200, {"limit": made})
        assert (await people.admin.get(path)).json() == {"limit": made}
        for wrong in (
            {"resource_limit": None},
            {"resource_limit": "5"},
            {"project_id": limits.two},
            {"id": made["id"]},
        ):
            assert await limits.patch(made, **wrong) == 400, wrong
        assert (await people.admin.patch(path, {})).status_code == 400
        assert await limits.patch({"id": "nope"}, resource_limit=1) == 404
        assert (await people.admin.delete(path)).status_code == 204
        assert (await people.admin.delete(path)).status_code == 404
        found = await people.events(1000)
        kinds = [(event.kind, event.project_id) for event in found if event.resource_id == made["id"]]
        assert kinds[0] == ("identity.limit.create", limits.one)
        assert {kind for kind, _ in kinds} == {f"identity.limit.{verb}" for verb in ("create", "update", "delete")}

    run(tmp_path, story)


def test_who_sees_which(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        names = {}
        for name, holder in (
            ("one", {"project_id": limits.one}),
            ("two", {"project_id": limits.two}),
            ("domain", {"domain_id": limits.domain}),
            ("elsewhere", {"domain_id": "default"}),
        ):
            names[(await limits.make(**holder))["id"]] = name
        reader = await people.person("reader", limits.one)
        await people.grant(reader.user_id, "reader", f"domains/{limits.domain}")
        await people.grant(reader.user_id, "reader", "system")
        in_domain = people.client(await people.token(reader.user_id, {"domain": {"id": limits.domain}}))
        in_system = people.client(await people.token(reader.user_id, {"system": {"all": True}}))
        everything = set(names.values())
        for client, listed, shown in (
            (reader, {"one"}, {"one"}),
            (in_domain, {"one", "two", "domain"}, {"one", "two", "domain"}),
            (in_system, everything, everything),
            (people.client(await people.token(reader.user_id)), set(), set()),
            (await people.person("service", limits.two), everything, {"two"}),
            (people.admin, everything, everything),
        ):
            found = (await client.get(LIMITS)).json()["limits"]
            assert {names[limit["id"]] for limit in found} == listed
            for id, name in names.items():  # noqa: A001
                status = (await client.get(f"{LIMITS}/{id}")).status_code
                assert status == (200 if name in shown else 403), name
        assert (await reader.get(f"{LIMITS}?project_id={limits.two}")).json()["limits"] == []
        assert (await reader.get(f"{LIMITS}/nope")).status_code == 403
        assert (await people.client().get(LIMITS)).status_code == 401

    run(tmp_path, story)


def test_only_administrators_write(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        made = await limits.make(project_id=limits.one)
        manager = await people.person("manager", limits.one)
        await people.grant(people.admin.user_id, "admin", f"domains/{limits.domain}")
        scope = {"domain": {"id": limits.domain}}
        domain_admin = people.client(await people.token(people.admin.user_id, scope, "admin-secret"))
        change = {"limit": {"resource_limit": 1}}
        for client in (manager, domain_admin):
            body = {"limits": [limits.wish(project_id=limits.two)]}
            assert (await client.post(LIMITS, body)).status_code == 403
            assert (await client.patch(f"{LIMITS}/{made['id']}", change)).status_code == 403
            assert (await client.delete(f"{LIMITS}/{made['id']}")).status_code == 403
            # here Keystone looks first whether there is one
            assert (await client.patch(f"{LIMITS}/nope", change)).status_code == 404
            assert (await client.delete(f"{LIMITS}/nope")).status_code == 404

    run(tmp_path, story)


def test_limits_go_with_their_project_and_domain(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        await limits.make(project_id=limits.one)
        await limits.make(project_id=limits.two)
        await limits.make(domain_id=limits.domain)
        kept = await limits.make(domain_id="default")
        assert (await people.admin.delete(f"{PROJECTS}/{limits.one}")).status_code == 204
        assert len((await people.admin.get(LIMITS)).json()["limits"]) == 3
        await people.admin.patch(f"{DOMAINS}/{limits.domain}", {"domain": {"enabled": False}})
        assert (await people.admin.delete(f"{DOMAINS}/{limits.domain}")).status_code == 204
        assert (await people.admin.get(LIMITS)).json()["limits"] == [kept]

    run(tmp_path, story)


def test_relatives_are_shown_with_their_limits(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        child = await people.make("project", name="child", domain_id=limits.domain, parent_id=limits.one)
        await people.grant(people.admin.user_id, "reader", f"projects/{limits.one}")
        made = await limits.make(project_id=limits.one)
        path = f"{PROJECTS}/{child}?parents_as_list"
        (plain,) = (await people.admin.get(path)).json()["project"]["parents"]
        assert "limits" not in plain["project"]
        (parent,) = (await people.admin.get(f"{path}&include_limits")).json()["project"]["parents"]
        del made["links"]
        assert parent["project"]["limits"] == [made]

    run(tmp_path, story)


def test_the_model_is_flat_unless_told_otherwise(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        shown = (await people.admin.get(f"{LIMITS}/model")).json()["model"]
        assert shown["name"] == "flat"
        assert set(shown) == {"name", "description"}
        head = await people.admin.request("HEAD", f"{LIMITS}/model")
        assert (head.status_code, head.content) == (200, b"")
        assert (await people.client().get(f"{LIMITS}/model")).status_code == 401
        await limits.make(domain_id=limits.domain, resource_limit=1)
        await limits.make(project_id=limits.one, resource_limit=99)

    run(tmp_path, story)


def test_the_strict_model_says_so(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        assert (await people.admin.get(f"{LIMITS}/model")).json()["model"]["name"] == "strict_two_level"

    run(tmp_path, story, STRICT)


def test_two_levels(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        limits = await Limits(people).prepare()
        assert await limits.post(limits.wish(project_id=limits.one, resource_limit=11)) == 403  # the default is 10
        one = await limits.make(project_id=limits.one, resource_limit=8)
        assert await limits.post(limits.wish(domain_id=limits.domain, resource_limit=7)) == 403
        top = await limits.make(domain_id=limits.domain, resource_limit=15)
        assert await limits.post(limits.wish(project_id=limits.two, resource_limit=16)) == 403
        assert [await limits.patch(one, resource_limit=value) for value in (16, 15)] == [403, 200]
        assert [await limits.patch(top, resource_limit=value) for value in (14, -1, 16)] == [403, 403, 200]
        assert await limits.patch(one, description="the number as it was") == 200
        # a domain's limit in the same list counts; another region is another limit
        there = {"region_id": "R1"}
        both = [limits.wish(project_id=limits.one, resource_limit=30, **there)]
        both.append(limits.wish(domain_id=limits.domain, resource_limit=29, **there))
        assert await limits.post(*both) == 403
        both[1]["resource_limit"] = 30
        assert await limits.post(*both) == 201
        refused = await people.admin.patch(f"{LIMITS}/{one['id']}", {"limit": {"resource_limit": 17}})
        assert refused.json()["error"]["message"] == (
            f"Invalid resource limit: The resource limit (project_id: {limits.one}, resource_name: cores, "
            f"resource_limit: 17, service_id: {limits.service}, region_id: None) doesn't satisfy current hierarchy "
            "model.."
        )

    run(tmp_path, story, STRICT)


def test_two_levels_of_projects_and_no_more(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        first = await people.make("project", name="1")
        second = await people.make("project", name="2", parent_id=first)
        third = await people.admin.post(PROJECTS, {"project": {"name": "3", "parent_id": second}})
        assert third.status_code == 403
        assert third.json()["error"]["message"] == f"Max hierarchy depth reached for {second} branch."

    run(tmp_path, story, STRICT)
