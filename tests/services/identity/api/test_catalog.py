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
