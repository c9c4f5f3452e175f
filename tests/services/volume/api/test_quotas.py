"""Quotas: what is counted, what is refused, who may change it."""

from pathlib import Path

from tests.services.volume.cloud import V, VolumeCloud, run


def test_no_more_than_is_allowed(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        volume = await cloud.made(size=3)
        await cloud.snapped(volume["id"])
        over = await client.post(f"{V}/volumes", {"volume": {"size": 5}})
        assert (over.status_code, over.headers["retry-after"]) == (413, "0")
        fault = over.json()["overLimit"]
        assert fault["code"] == 413
        assert fault["retryAfter"] == "0"
        assert fault["message"].startswith("VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds")
        assert (await client.post(f"{V}/snapshots", {"snapshot": {"volume_id": volume["id"]}})).status_code == 413
        assert await client.act(volume, "os-extend", {"new_size": 8}) == 413
        assert await client.act(volume, "os-extend", {"new_size": 7}) == 413  # larger than any volume may be
        await client.make("volume", size=1)
        third = await client.post(f"{V}/volumes", {"volume": {"size": 1}})
        assert third.json()["overLimit"]["message"].startswith("VolumeLimitExceeded: Maximum number of volumes")
        large = await cloud.client("other").post(f"{V}/volumes", {"volume": {"size": 7}})
        assert large.json()["overLimit"]["message"].startswith("VolumeSizeExceedsLimit")

    run(tmp_path, test, volumes=2, snapshots=1, gigabytes=10, per_volume_gigabytes=6)


def test_limits_are_shown_set_and_reset(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        await cloud.made(size=3)
        client, admin, path = cloud.client(), cloud.client("admin"), f"{V}/os-quota-sets/mine"
        shown = (await client.get(path)).json()["quota_set"]
        assert (shown["id"], shown["volumes"], shown["gigabytes"], shown["gigabytes___DEFAULT__"]) == (
            "mine",
            10,
            1000,
            -1,
        )
        used = (await client.get(f"{path}?usage=true")).json()["quota_set"]
        assert used["gigabytes"] == {"limit": 1000, "in_use": 3, "reserved": 0}
        assert (await client.get(f"{V}/os-quota-sets/theirs")).status_code == 403
        assert (await client.put(path, {"quota_set": {"volumes": 20}})).status_code == 403
        for bad in (
            {"volumes": -2},
            {"volumes": "x"},
            {"volumes": None},
            {"colors": 1},
            {"gigabytes": 2},
            {"volumes": 2**31},
        ):
            assert (await admin.put(path, {"quota_set": bad})).status_code == 400
        changed = await admin.put(path, {"quota_set": {"volumes": "20", "volumes___DEFAULT__": 1, "tenant_id": "mine"}})
        assert (changed.json()["quota_set"]["volumes"], changed.json()["quota_set"]["snapshots"]) == (20, 10)
        refused = await client.post(f"{V}/volumes", {"volume": {"size": 1}})
        assert "for quota 'volumes___DEFAULT__'" in refused.json()["overLimit"]["message"]
        assert (await admin.get(f"{path}/defaults")).json()["quota_set"]["volumes"] == 10
        assert (await admin.delete(path)).status_code == 200
        assert (await client.get(path)).json()["quota_set"] == shown
        limits = (await client.get(f"{V}/limits")).json()["limits"]["absolute"]
        assert (limits["maxTotalVolumes"], limits["totalVolumesUsed"], limits["totalGigabytesUsed"]) == (10, 1, 3)
        of_other = (await admin.get(f"{V}/limits?project_id=mine")).json()["limits"]["absolute"]
        assert of_other == limits
        assert (await admin.get(f"{V}/os-quota-class-sets/default")).json()["quota_class_set"]["id"] == "default"

    run(tmp_path, test)
