"""Versions, types, zones, filters, pools and services."""

from pathlib import Path
from typing import Any

from altostratus.services.volume.domain import volume_type
from tests.services.volume.cloud import V, VolumeCloud, run


def test_what_clients_look_at_first(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        nobody = cloud.client(None)
        every, one = await nobody.get("/volume/"), await nobody.get("/volume/v3/")
        assert (every.status_code, one.status_code) == (300, 200)
        [version] = one.json()["versions"]
        assert (version["id"], version["min_version"], version["version"]) == ("v3.0", "3.0", "3.71")
        assert {link["rel"]: link["href"] for link in version["links"]}["self"] == "http://cloud/volume/v3/"
        refused = await nobody.get(f"{V}/volumes")
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, 401)
        for wanted, status, answered in (
            ("3.72", 406, None),
            ("4.0", 406, None),
            ("x", 400, None),
            ("latest", 200, "3.71"),
        ):
            answer = await cloud.client(version=f"volume {wanted}").get(f"{V}/volumes")
            assert answer.status_code == status
            assert answered is None or answer.headers["openstack-api-version"] == f"volume {answered}"

    run(tmp_path, test)


def test_there_is_one_type(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, admin = cloud.client(), cloud.client("admin")
        [kind] = (await client.get(f"{V}/types")).json()["volume_types"]
        assert (kind["id"], kind["name"], kind["is_public"]) == (volume_type.ID, "__DEFAULT__", True)
        for key in (kind["id"], "default"):
            assert (await client.get(f"{V}/types/{key}")).json() == {"volume_type": kind}
        assert (await client.get(f"{V}/types/{kind['id']}/extra_specs")).json() == {"extra_specs": {}}
        assert (await client.get(f"{V}/types/fast")).status_code == 404
        assert (await admin.post(f"{V}/types", {"volume_type": {"name": "fast"}})).status_code == 501
        for key in (kind["id"], kind["name"]):
            assert (await client.make("volume", size=1, volume_type=key))["volume_type"] == "__DEFAULT__"

    run(tmp_path, test)


def test_the_storage_is_seen_by_administrators(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, admin = cloud.client(), cloud.client("admin")
        for path in ("os-services", "scheduler-stats/get_pools"):
            assert (await client.get(f"{V}/{path}")).status_code == 403
        [pool] = (await admin.get(f"{V}/scheduler-stats/get_pools?detail=true")).json()["pools"]
        assert pool["capabilities"]["total_capacity_gb"] > 0
        assert (await admin.get(f"{V}/scheduler-stats/get_pools")).json()["pools"] == [{"name": pool["name"]}]
        assert (await admin.get(f"{V}/scheduler-stats/get_pools?name=x")).json() == {"pools": []}
        [service] = (await admin.get(f"{V}/os-services?binary=cinder-volume")).json()["services"]
        assert (service["state"], f"{service['host']}#simulated") == ("up", pool["name"])
        assert (await admin.get(f"{V}/os-services?host=x")).json() == {"services": []}
        cloud.faults.inject("space", "fail", times=2)
        [service] = (await admin.get(f"{V}/os-services")).json()["services"]
        assert (service["state"], service["backend_state"]) == ("down", "down")
        [silent] = (await admin.get(f"{V}/scheduler-stats/get_pools?detail=1")).json()["pools"]
        assert silent["capabilities"]["backend_state"] == "down"

    run(tmp_path, test)


def test_what_lists_are_filtered_by(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        found: dict[str, Any] = {
            one["resource"]: one["filters"]
            for one in (await client.get(f"{V}/resource_filters")).json()["resource_filters"]
        }
        assert set(found) == {"volume", "snapshot", "attachment"}
        assert "status" in found["volume"]
        assert "project_id" not in found["volume"]
        [one] = (await client.get(f"{V}/resource_filters?resource=snapshot")).json()["resource_filters"]
        assert one["filters"] == found["snapshot"]
        assert (await cloud.client(version="volume 3.32").get(f"{V}/resource_filters")).status_code == 404
        zones = (await client.get(f"{V}/os-availability-zone")).json()["availabilityZoneInfo"]
        assert zones == [{"zoneName": "nova", "zoneState": {"available": True}}]
        listed = (await client.get(f"{V}/extensions")).json()["extensions"]
        quotas = next(each for each in listed if each["alias"] == "os-quota-sets")
        assert (await client.get(f"{V}/extensions/os-quota-sets")).json() == {"extension": quotas}
        assert quotas["name"] == "Quotas"
        assert (await client.get(f"{V}/extensions/os-volume-transfer")).status_code == 404
        assert (await client.get(f"{V}/backups")).status_code == 404

    run(tmp_path, test)
