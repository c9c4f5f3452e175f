"""Lists: filters, sort keys, fields, pages, tags."""

from pathlib import Path
from typing import Any

from tests.services.network.cloud import NetworkCloud, fault, listed, make, run

URL = "/network/v2.0/networks"


async def make_five(cloud: NetworkCloud) -> None:
    for name in ("e", "b", "d", "a", "c"):
        await make(cloud.client(), "network", name=name)


def test_pages_both_ways(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        await make_five(cloud)
        pages, url = [], f"{URL}?sort_key=name&limit=2"
        while url:
            body = (await client.get(url)).json()
            pages.append([each["name"] for each in body["networks"]])
            last = body
            url = next((link["href"] for link in body["networks_links"] if link["rel"] == "next"), "")
        assert pages == [["a", "b"], ["c", "d"], ["e"]]
        [back] = [link["href"] for link in last["networks_links"] if link["rel"] == "previous"]
        assert [each["name"] for each in (await client.get(back)).json()["networks"]] == ["c", "d"]

    run(tmp_path, test)


def test_filters_fields_and_order(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        await make_five(cloud)
        query = [("name", "a"), ("name", "e"), ("sort_key", "name"), ("sort_dir", "desc"), ("fields", "name")]
        assert (await client.get(URL, params=query)).json() == {"networks": [{"name": "e"}, {"name": "a"}]}
        assert await listed(client, "networks", admin_state_up="false") == []
        assert len(await listed(client, "networks", status="ACTIVE", tenant_id="mine", **{"router:external": "0"})) == 5

    run(tmp_path, test)


BAD_QUERIES = (
    "colour=red",
    "sort_key=colour",
    "limit=x",
    "limit=-1",
    "marker=nobody",
    "admin_state_up=perhaps",
    "sort_key=name&sort_dir=sideways",
    "sort_dir=asc",
    "mtu=wide",
)


def test_bad_queries(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        for query in BAD_QUERIES:
            status, _ = await fault(cloud.client().get(f"{URL}?{query}"))
            assert (status, query) == (400, query)

    run(tmp_path, test)


def test_tags(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        first, second = [await make(client, "network", name=name) for name in ("one", "two")]
        tags = f"{URL}/{first['id']}/tags"
        assert (await client.put(tags, {"tags": ["red", "blue"]})).json() == {"tags": ["blue", "red"]}
        assert (await client.put(f"{URL}/{second['id']}/tags/red")).status_code == 201
        assert (await client.get(f"{tags}/red")).status_code == 204
        assert await fault(client.get(f"{tags}/green")) == (404, "TagNotFound")

        async def names(**query: Any) -> list[str]:
            return sorted(each["name"] for each in await listed(client, "networks", **query))

        assert await names(tags="red,blue") == ["one"]
        assert await names(**{"tags-any": "red,blue"}) == ["one", "two"]
        assert await names(**{"not-tags": "red,blue"}) == ["two"]
        assert await names(**{"not-tags-any": "red"}) == []
        assert (await client.delete(f"{tags}/red")).status_code == 204
        assert await fault(client.delete(f"{tags}/red")) == (404, "TagNotFound")
        assert (await client.post(tags, {"tags": ["new"]})).json() == {"tags": ["blue", "new"]}
        assert (await client.delete(tags)).status_code == 204
        assert (await client.get(tags)).json() == {"tags": []}
        assert (await client.put(tags, {"tags": ["x" * 256]})).status_code == 400

    run(tmp_path, test)
