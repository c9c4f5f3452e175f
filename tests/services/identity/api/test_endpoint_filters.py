"""/v3/OS-EP-FILTER, and what its associations make of a project's catalog."""

from pathlib import Path
from typing import Any

from altostratus.kernel.testing.client import ApiClient
from tests.services.identity.cloud import V3, People, run

FILTER = f"{V3}/OS-EP-FILTER"
GROUPS = f"{FILTER}/endpoint_groups"


class Offer:
    """A service with a public and an internal endpoint, and somebody in a project."""

    project: str
    service: str
    public: str
    internal: str
    client: ApiClient

    def __init__(self, people: People) -> None:
        self.people = people
        self.admin = people.admin

    async def make(self) -> "Offer":
        self.project = await self.people.make("project", name="filtered", tags=["a"])
        self.service = await self.people.make("service", type="object-store", name="swift")
        self.public = await self.endpoint("public", "http://swift/$(project_id)s")
        self.internal = await self.endpoint("internal", "http://swift/internal")
        self.client = await self.people.person("member", self.project)
        return self

    async def endpoint(self, interface: str, url: str) -> str:
        return await self.people.make("endpoint", service_id=self.service, interface=interface, url=url)

    async def group(self, **filters: Any) -> str:
        body = {"endpoint_group": {"name": "some", "filters": filters}}
        return str((await self.admin.post(GROUPS, body)).json()["endpoint_group"]["id"])

    async def put(self, path: str, status: int = 204) -> None:
        assert (await self.admin.put(f"{FILTER}/{path}")).status_code == status

    async def delete(self, path: str, status: int = 204) -> None:
        assert (await self.admin.delete(f"{FILTER}/{path}")).status_code == status

    async def ids(self, path: str) -> list[str]:
        response = await self.admin.get(f"{FILTER}/{path}")
        assert response.status_code == 200, response.text
        body = response.json()
        assert body["links"] == {"next": None, "self": f"http://cloud{FILTER}/{path}", "previous": None}
        return [one["id"] for one in body[path.rsplit("/", 1)[-1]]]

    async def catalog(self) -> dict[str, list[str]]:
        """Service types with the URLs of their endpoints, the same in both places that show them."""
        shown = (await self.client.get(f"{V3}/auth/catalog")).json()["catalog"]
        headers = {"X-Subject-Token": str(self.client.token)}
        token = (await self.admin.get(f"{V3}/auth/tokens", headers=headers)).json()["token"]
        assert token["catalog"] == shown
        return {item["type"]: sorted(endpoint["url"] for endpoint in item["endpoints"]) for item in shown}


def test_a_project_sees_the_endpoints_that_it_is_associated_with(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        offer = await Offer(people).make()
        whole = await offer.catalog()
        own = [f"http://swift/{offer.project}"]
        assert whole["object-store"] == sorted(["http://swift/internal", *own])
        assert "identity" in whole
        path = f"projects/{offer.project}/endpoints"
        await offer.put(f"{path}/{offer.public}")
        assert await offer.catalog() == {"object-store": own}
        assert await offer.ids(path) == [offer.public]
        assert await offer.ids(f"endpoints/{offer.public}/projects") == [offer.project]
        await people.admin.patch(f"{V3}/endpoints/{offer.public}", {"endpoint": {"enabled": False}})
        assert await offer.catalog() == {}
        assert await offer.ids(path) == [offer.public]
        await offer.delete(f"{path}/{offer.public}")
        assert set(await offer.catalog()) == set(whole)

    run(tmp_path, story)


def test_a_project_sees_the_endpoints_of_its_groups(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        offer = await Offer(people).make()
        whole = await offer.catalog()
        group = await offer.group(interface="internal", service_id=offer.service)
        association = f"endpoint_groups/{group}/projects/{offer.project}"
        await offer.put(association)
        assert await offer.catalog() == {"object-store": ["http://swift/internal"]}
        assert await offer.ids(f"projects/{offer.project}/endpoints") == [offer.internal]
        assert await offer.ids(f"projects/{offer.project}/endpoint_groups") == [group]
        assert await offer.ids(f"endpoint_groups/{group}/endpoints") == [offer.internal]
        assert await offer.ids(f"endpoint_groups/{group}/projects") == [offer.project]
        more = await offer.endpoint("internal", "http://swift/more")
        assert await offer.catalog() == {"object-store": ["http://swift/internal", "http://swift/more"]}
        await offer.put(f"projects/{offer.project}/endpoints/{more}")
        assert len(await offer.ids(f"projects/{offer.project}/endpoints")) == 2
        filters = {"endpoint_group": {"filters": {"interface": "public", "service_id": offer.service}}}
        assert (await people.admin.patch(f"{GROUPS}/{group}", filters)).status_code == 200
        assert await offer.catalog() == {"object-store": sorted([f"http://swift/{offer.project}", "http://swift/more"])}
        await offer.delete(f"endpoint_groups/{group}")
        assert await offer.catalog() == {"object-store": ["http://swift/more"]}
        assert (await people.admin.delete(f"{V3}/endpoints/{more}")).status_code == 204
        assert set(await offer.catalog()) == set(whole)

    run(tmp_path, story)


def test_others_see_everything(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        offer = await Offer(people).make()
        other = await people.make("project", name="other")
        client = await people.person("member", other)
        await offer.put(f"projects/{offer.project}/endpoints/{offer.internal}")
        shown = (await client.get(f"{V3}/auth/catalog")).json()["catalog"]
        urls = {item["type"]: {endpoint["url"] for endpoint in item["endpoints"]} for item in shown}
        assert urls["object-store"] == {"http://swift/internal", f"http://swift/{other}"}
        assert await offer.catalog() == {"object-store": ["http://swift/internal"]}

    run(tmp_path, story)


def test_an_operator_may_show_nothing_where_there_is_no_filter(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        offer = await Offer(people).make()
        assert await offer.catalog() == {}
        await offer.put(f"projects/{offer.project}/endpoints/{offer.internal}")
        assert await offer.catalog() == {"object-store": ["http://swift/internal"]}
        system = await people.token(people.admin.user_id, {"system": {"all": True}}, "admin-secret")
        headers = {"X-Subject-Token": system}
        assert (await people.admin.get(f"{V3}/auth/tokens", headers=headers)).json()["token"]["catalog"] == []

    run(tmp_path, story, {"return_all_endpoints_if_no_filter": False})


def test_associations(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        offer = await Offer(people).make()
        project, group = offer.project, await offer.group(region_id=None)
        for path, missing in (
            (f"projects/{project}/endpoints/{offer.public}", "projects/{}/endpoints/{}"),
            (f"endpoint_groups/{group}/projects/{project}", "endpoint_groups/{1}/projects/{0}"),
        ):
            assert (await people.admin.get(f"{FILTER}/{path}")).status_code == 404
            await offer.delete(path, 404)
            await offer.put(path)
            await offer.put(path, 409)
            assert (await people.admin.request("HEAD", f"{FILTER}/{path}")).status_code in (200, 204)
            await offer.put(missing.format("none", offer.public if "endpoints" in path else group), 404)
            await offer.put(missing.format(project, "none"), 404)
            await offer.delete(path)
            await offer.delete(path, 404)

    run(tmp_path, story)


def test_what_an_association_looks_like(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        offer = await Offer(people).make()
        group = await offer.group(region_id=None)
        path = f"endpoint_groups/{group}/projects/{offer.project}"
        await offer.put(path)
        assert (await people.admin.get(f"{FILTER}/{path}")).json() == {
            "project_endpoint_group": {
                "endpoint_group_id": group,
                "project_id": offer.project,
                "links": {"self": f"/OS-EP-FILTER/{path}"},
            }
        }
        shown = (await people.admin.get(f"{FILTER}/endpoint_groups/{group}/projects")).json()["projects"]
        assert (shown[0]["tags"], shown[0]["links"]["self"]) == (["a"], f"http://cloud{V3}/projects/{offer.project}")
        own = f"{FILTER}/projects/{offer.project}/endpoints/{offer.public}"
        await people.admin.put(own)
        response = await people.admin.get(own)
        assert (response.status_code, response.content) == (204, b"")
        assert (await people.admin.delete(f"{V3}/projects/{offer.project}")).status_code == 204
        assert await offer.ids(f"endpoint_groups/{group}/projects") == []
        assert await offer.ids(f"endpoints/{offer.public}/projects") == []

    run(tmp_path, story)


def test_what_is_not_there(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for path, status in (
            ("endpoint_groups/none", 404),
            ("endpoint_groups/none/endpoints", 404),
            ("endpoint_groups/none/projects", 200),
            ("projects/none/endpoints", 404),
            ("projects/none/endpoint_groups", 404),
            ("endpoints/none/projects", 404),
        ):
            assert (await people.admin.get(f"{FILTER}/{path}")).status_code == status, path

    run(tmp_path, story)


def test_groups(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        body = {"endpoint_group": {"name": "some", "filters": {"interface": "public"}, "description": "d"}}
        made = await people.admin.post(GROUPS, body)
        group = made.json()["endpoint_group"]
        url = f"{GROUPS}/{group['id']}"
        links = {"self": f"http://cloud{url}"}
        assert made.status_code == 201
        assert group == {"id": group["id"], **body["endpoint_group"], "links": links}
        assert (await people.admin.get(url)).json() == {"endpoint_group": group}
        change = {"endpoint_group": {"name": "other", "description": None, "filters": {}}}
        assert (await people.admin.patch(url, change)).json()["endpoint_group"] == group | change["endpoint_group"]
        for query, count in (("", 1), ("?name=other", 1), ("?name=some", 0)):
            assert len((await people.admin.get(GROUPS + query)).json()["endpoint_groups"]) == count
        for query in ("?name=", "?name__contains=o", "?limit=1", "?unknown=1"):
            assert (await people.admin.get(GROUPS + query)).status_code == 400, query
        assert (await people.admin.delete(url)).status_code == 204
        for method, json in (("GET", None), ("PATCH", change), ("DELETE", None)):
            assert (await people.admin.request(method, url, json=json)).status_code == 404

    run(tmp_path, story)


REFUSED: list[dict[str, Any]] = [
    {"filters": {}},
    {"filters": []},
    {"filters": {"interface": "sideways"}},
    {"filters": {"service_id": None}},
    {"filters": {"enabled": True}},
    {"filters": {"url": "http://x"}},
    {"name": ""},
    {"name": "  "},
    {"name": "x" * 256},
    {"description": 5},
    {"unknown": 1},
    {"id": "mine"},
]


def test_groups_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        good = {"name": "some", "filters": {"interface": "public"}}
        made = (await people.admin.post(GROUPS, {"endpoint_group": good})).json()["endpoint_group"]
        for change in REFUSED:
            body = {"endpoint_group": {**good, **change}}
            assert (await people.admin.post(GROUPS, body)).status_code == 400, change
            if change != {"filters": {}}:
                assert (await people.admin.patch(f"{GROUPS}/{made['id']}", body)).status_code == 400, change
        for body in (
            {},
            {"endpoint_group": {}},
            {"endpoint_group": good, "more": 1},
            {"endpoint_group": {"name": "x"}},
        ):
            assert (await people.admin.post(GROUPS, body)).status_code == 400, body
        assert (await people.admin.patch(f"{GROUPS}/{made['id']}", {"endpoint_group": {}})).status_code == 400
        assert len((await people.admin.get(GROUPS)).json()["endpoint_groups"]) == 1

    run(tmp_path, story)
