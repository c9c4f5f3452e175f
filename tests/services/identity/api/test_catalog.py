"""Services, endpoints and regions."""

from pathlib import Path
from typing import Any

from tests.services.identity.cloud import V3, People, run

SERVICES, ENDPOINTS, REGIONS = f"{V3}/services", f"{V3}/endpoints", f"{V3}/regions"


def test_what_is_added_is_in_the_next_catalog(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="object-store", name="swift", description="d")
        url = "http://swift/v1/AUTH_$(project_id)s"
        endpoint = await people.make("endpoint", service_id=service, interface="public", url=url, region="South")
        shown = (await people.admin.get(f"{REGIONS}/South")).json()["region"]
        assert (shown["description"], shown["parent_region_id"]) == ("", None)

        async def entry() -> list[dict[str, Any]]:
            catalog = (await people.admin.get(f"{V3}/auth/catalog")).json()["catalog"]
            return [item for item in catalog if item["type"] == "object-store"]

        found = await entry()
        assert found[0]["name"] == "swift"
        assert found[0]["endpoints"][0]["url"] == f"http://swift/v1/AUTH_{people.admin.project_id}"
        await people.admin.patch(f"{ENDPOINTS}/{endpoint}", {"endpoint": {"enabled": False}})
        assert (await entry())[0]["endpoints"] == []
        await people.admin.patch(f"{SERVICES}/{service}", {"service": {"enabled": False}})
        assert await entry() == []
        assert (await people.admin.delete(f"{REGIONS}/South")).status_code == 403
        assert (await people.admin.delete(f"{SERVICES}/{service}")).status_code == 204
        assert (await people.admin.get(f"{ENDPOINTS}/{endpoint}")).status_code == 404
        assert (await people.admin.delete(f"{REGIONS}/South")).status_code == 204

    run(tmp_path, story)


def test_filters(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        identity = (await people.admin.get(f"{SERVICES}?type=identity&name=keystone")).json()["services"]
        assert [s["name"] for s in identity] == ["keystone"]
        assert (await people.admin.get(f"{SERVICES}?name=none")).json()["services"] == []
        for query, count in (("interface=admin", 1), (f"service_id={identity[0]['id']}", 3), ("region_id=no", 0)):
            assert len((await people.admin.get(f"{ENDPOINTS}?{query}")).json()["endpoints"]) == count

    run(tmp_path, story)


CHANGES: list[tuple[dict[str, Any], int]] = [
    ({"interface": "sideways"}, 400),
    ({"service_id": "no-such"}, 400),
    ({"region_id": "no-such"}, 400),
    ({"url": "no url"}, 400),
    ({"url": "http://x/$(secret)s"}, 400),
    ({"url": "http://x/a%20b"}, 400),
    ({"name": None}, 400),
    ({"description": 5}, 400),
    ({"url": "http://x/$(compute_host)s"}, 201),
    ({"enabled": 1}, 400),
    ({}, 201),
]


def test_endpoints_refused(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="t")
        for change, status in CHANGES:
            fields = {"service_id": service, "interface": "public", "url": "http://x", **change}
            assert (await people.admin.post(ENDPOINTS, {"endpoint": fields})).status_code == status, change

    run(tmp_path, story)


def test_regions(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        assert (await people.admin.put(f"{REGIONS}/A", {"region": {"description": "a"}})).status_code == 201
        assert await people.make("region", id="B", parent_region_id="A") == "B"
        assert (await people.admin.post(REGIONS, {"region": {}})).status_code == 201
        assert (await people.admin.patch(f"{REGIONS}/A", {"region": {}})).status_code == 400
        assert (await people.admin.post(REGIONS, {"region": {"id": "A"}})).status_code == 409
        assert (await people.admin.post(REGIONS, {"region": {"parent_region_id": "no"}})).status_code == 404
        below = (await people.admin.get(f"{REGIONS}?parent_region_id=A")).json()["regions"]
        assert [r["id"] for r in below] == ["B"]
        circle = {"region": {"parent_region_id": "B"}}
        assert (await people.admin.patch(f"{REGIONS}/A", circle)).status_code == 400
        assert (await people.admin.delete(f"{REGIONS}/A")).status_code == 204
        assert (await people.admin.get(f"{REGIONS}/B")).status_code == 404

    run(tmp_path, story)


def test_what_a_region_may_be_called(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for body, status in (
            ({"id": "A"}, 201),
            ({"id": "other"}, 400),
            ({"id": ""}, 400),
            ({"id": None}, 400),
            ({"description": "x" * 256}, 400),
            ({"parent_region_id": ""}, 400),
        ):
            assert (await people.admin.put(f"{REGIONS}/A", {"region": body})).status_code == status, body
        made = [await people.admin.post(REGIONS, {"region": {"id": name}, "more": 1}) for name in ("", None)]
        assert [(one.status_code, len(one.json()["region"]["id"])) for one in made] == [(201, 32)] * 2
        assert (await people.admin.put(f"{REGIONS}/a%20b", {"region": {}})).json()["region"]["id"] == "a b"
        assert (await people.admin.get(f"{REGIONS}/a%20b")).status_code == 200
        same = {"region": {"id": None, "description": "d"}}
        assert (await people.admin.patch(f"{REGIONS}/A", same)).json()["region"]["description"] == "d"
        assert (await people.admin.patch(f"{REGIONS}/A", {**same, "more": 1})).status_code == 400
        for query in ("parent_region_id=", "limit=1", "unknown=1", "parent_region_id__contains=A"):
            assert (await people.admin.get(f"{REGIONS}?{query}")).status_code == 400, query

    run(tmp_path, story)


def test_the_old_way_to_name_a_region(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="t")
        made = await people.make(
            "endpoint", service_id=service, interface="public", url="http://x", region="Old", region_id="RegionOne"
        )
        assert (await people.admin.get(f"{REGIONS}/Old")).status_code == 404
        for change, region in (
            ({"region": None}, "RegionOne"),
            ({"region": "Old"}, "Old"),
            ({"region_id": None}, None),
            ({"region_id": None, "region": "New"}, "New"),
        ):
            shown = (await people.admin.patch(f"{ENDPOINTS}/{made}", {"endpoint": change})).json()["endpoint"]
            assert (shown["region"], shown["region_id"]) == (region, region), change

    run(tmp_path, story)


def test_an_endpoint_whose_url_became_malformed_is_in_no_catalog(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        service = await people.make("service", type="t")
        made = await people.make("endpoint", service_id=service, interface="public", url="http://x", description="d")

        async def shown() -> list[dict[str, Any]]:
            catalog = (await people.admin.get(f"{V3}/auth/catalog")).json()["catalog"]
            return next(item["endpoints"] for item in catalog if item["id"] == service)

        assert [(one["url"], one["description"]) for one in await shown()] == [("http://x", "d")]
        change = {"endpoint": {"url": "http://x/100%"}}
        assert (await people.admin.patch(f"{ENDPOINTS}/{made}", change)).status_code == 200
        assert await shown() == []

    run(tmp_path, story)


def test_only_a_token_of_a_project_shows_its_catalog(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        async def status(scope: Any) -> int:
            token = await people.token(people.admin.user_id, scope, "admin-secret")
            return (await people.client(token).get(f"{V3}/auth/catalog")).status_code

        assert await status({"project": {"id": people.admin.project_id}}) == 200
        for scope in ({"system": {"all": True}}, {"domain": {"id": "default"}}, "unscoped"):
            assert await status(scope) == 403, scope
        shown = (await people.admin.get(f"{V3}/auth/catalog?x=1")).json()
        assert shown["links"] == {"self": f"http://cloud{V3}/auth/catalog"}

    run(tmp_path, story)


def test_services_without_a_name_have_an_empty_one(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        made = (await people.admin.post(SERVICES, {"service": {"type": "t"}, "more": 1})).json()["service"]
        assert made["name"] == ""
        same = {"service": {"id": None, "name": "n"}}
        assert (await people.admin.patch(f"{SERVICES}/{made['id']}", same)).json()["service"]["name"] == "n"
        assert (await people.admin.get(f"{ENDPOINTS}?interface=sideways")).status_code == 400

    run(tmp_path, story)
