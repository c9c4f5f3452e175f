"""Versions, extensions, quotas, zones."""

from pathlib import Path

from tests.services.network.cloud import NetworkCloud, fault, make, make_segment, run

BASE = "/network/v2.0"


def test_versions_and_extensions(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        versions = (await cloud.client(None).get("/network/")).json()["versions"]
        assert [(each["id"], each["links"][0]["href"]) for each in versions] == [("v2.0", "http://cloud/network/v2.0/")]
        resources = (await cloud.client().get(f"{BASE}/")).json()["resources"]
        for resource in resources:
            path = resource["links"][0]["href"].removeprefix("http://cloud")
            assert (await cloud.client().get(path)).json().keys() == {resource["collection"]}
        extensions = (await cloud.client().get(f"{BASE}/extensions")).json()["extensions"]
        for extension in extensions:
            shown = await cloud.client().get(f"{BASE}/extensions/{extension['alias']}")
            assert shown.json()["extension"] == extension
        assert await fault(cloud.client().get(f"{BASE}/extensions/trunk")) == (404, "ExtensionNotFound")

    run(tmp_path, test)


def test_quotas_are_counted_from_rows(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client, admin = cloud.client(), cloud.client("admin")
        assert (await client.get(f"{BASE}/quotas/mine")).json()["quota"]["network"] == 100
        assert (await admin.put(f"{BASE}/quotas/mine", {"quota": {"network": 1}})).json()["quota"]["network"] == 1
        await make(client, "network")
        assert await fault(client.post(f"{BASE}/networks", {"network": {}})) == (409, "OverQuota")
        details = (await client.get(f"{BASE}/quotas/mine/details")).json()["quota"]
        assert details["network"] == {"limit": 1, "used": 1, "reserved": 0}
        assert (await client.get(f"{BASE}/quotas/mine/default")).json()["quota"]["network"] == 100
        [changed] = (await admin.get(f"{BASE}/quotas")).json()["quotas"]
        assert (changed["project_id"], changed["network"]) == ("mine", 1)
        assert (await admin.delete(f"{BASE}/quotas/mine")).status_code == 204
        await make(client, "network")

    run(tmp_path, test)


def test_addresses_are_counted(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network_id, _ = await make_segment(cloud.client())
        await make(cloud.client(), "port", network_id=network_id)
        [found] = (await cloud.client("admin").get(f"{BASE}/network-ip-availabilities")).json()[
            "network_ip_availabilities"
        ]
        assert (found["network_id"], found["total_ips"], found["used_ips"]) == (network_id, 253, 2)
        one = await cloud.client("admin").get(f"{BASE}/network-ip-availabilities/{network_id}")
        assert one.json()["network_ip_availability"] == found

    run(tmp_path, test)


def test_faults_look_like_neutrons(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        missing = (await cloud.client().get(f"{BASE}/networks/nothing")).json()
        assert missing == {
            "NeutronError": {
                "type": "NetworkNotFound",
                "message": "Network nothing could not be found.",
                "detail": "",
            }
        }
        assert await fault(cloud.client().get(f"{BASE}/trunks")) == (404, "HTTPNotFound")
        assert (await cloud.client(None).get(f"{BASE}/networks")).json()["error"]["code"] == 401
        unreadable = await cloud.client().request("POST", f"{BASE}/networks", content=b"{")
        assert unreadable.json()["NeutronError"]["type"] == "HTTPBadRequest"

    run(tmp_path, test)
