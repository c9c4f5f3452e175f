"""Snapshots through the API."""

from pathlib import Path

from tests.services.volume.cloud import V, VolumeCloud, run

TO_HOST = {"host_name": "h", "mountpoint": "/dev/vdb"}


def test_a_snapshot_lives_and_dies(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        made = await client.make("snapshot", volume_id=volume["id"], name="s", metadata={"a": "b"})
        assert (made["status"], made["size"], made["metadata"]) == ("creating", 1, {"a": "b"})
        await cloud.sweep()
        shown = await client.show("snapshot", made["id"])
        assert shown["status"] == "available"
        assert shown["os-extended-snapshot-attributes:progress"] == "100%"
        assert shown["os-extended-snapshot-attributes:project_id"] == "mine"
        changed = await client.put(f"{V}/snapshots/{made['id']}", {"snapshot": {"name": "t", "description": "d"}})
        assert (changed.json()["snapshot"]["name"], changed.json()["snapshot"]["description"]) == ("t", "d")
        assert (await client.put(f"{V}/snapshots/{made['id']}", {"snapshot": {}})).status_code == 400
        assert (await client.delete(f"{V}/snapshots/{made['id']}")).status_code == 202
        assert (await client.delete(f"{V}/snapshots/{made['id']}")).status_code == 400
        await cloud.sweep()
        assert (await client.get(f"{V}/snapshots/{made['id']}")).status_code == 404

    run(tmp_path, test)


def test_a_volume_in_use_needs_force_until_it_needs_nothing(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        volume = await cloud.made()
        old, new = cloud.client(version="volume 3.65"), cloud.client(version="volume 3.66")
        assert await new.act(volume, "os-attach", TO_HOST) == 202

        async def status(client: object, **more: object) -> int:
            body = {"snapshot": {"volume_id": volume["id"], **more}}
            answer = await client.post(f"{V}/snapshots", body)  # type: ignore[attr-defined]
            return int(answer.status_code)

        assert await status(old) == 400
        assert await status(old, force=False) == 400
        assert await status(old, force="yes") == 202
        assert await status(new, force=False) == 400
        assert await status(new, force=True) == 202
        assert await status(new) == 202

    run(tmp_path, test)


def test_a_storage_that_cannot_copy_what_is_in_use_says_so(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        assert await client.act(volume, "os-attach", TO_HOST) == 202
        answer = await client.post(f"{V}/snapshots", {"snapshot": {"volume_id": volume["id"], "force": True}})
        assert answer.status_code == 400
        assert "detach it" in answer.json()["badRequest"]["message"]
        assert (await client.post(f"{V}/volumes", {"volume": {"source_volid": volume["id"]}})).status_code == 400

    run(tmp_path, test, copies_in_use=False)


def test_snapshots_are_listed(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        one, two = await cloud.made(), await cloud.made(size=2)
        for volume, name in ((one, "a"), (one, "b"), (two, "c")):
            await cloud.snapped(volume["id"], name=name, metadata={"n": name})
        assert await client.names("snapshots") == ["c", "b", "a"]
        assert await client.names(f"snapshots/detail?volume_id={one['id']}&sort=name:asc") == ["a", "b"]
        assert await client.names("snapshots?metadata={'n': 'c'}") == ["c"]
        assert await client.names("snapshots?status=creating") == []
        assert await client.names("snapshots?availability_zone=nova&limit=1&offset=1") == ["b"]
        assert (await client.get(f"{V}/snapshots?size=1")).status_code == 400
        assert (await client.get(f"{V}/snapshots?with_count=1&limit=1")).json()["count"] == 3
        assert await cloud.client("other").names("snapshots/detail") == []
        assert "user_id" not in (await client.get(f"{V}/snapshots")).text

        async def fields(minor: int) -> set[str]:
            old = cloud.client(version=f"volume 3.{minor}")
            return set((await old.get(f"{V}/snapshots/detail")).json()["snapshots"][0])

        assert await fields(14) - await fields(13) == {"group_snapshot_id"}
        assert await fields(41) - await fields(14) == {"user_id"}
        assert await fields(65) - await fields(41) == {"consumes_quota"}

    run(tmp_path, test)


def test_administrators_make_a_snapshot_look_different(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        admin, volume = cloud.client("admin"), await cloud.made()
        snapshot = await cloud.snapped(volume["id"])

        async def reset(client: object, status: str) -> int:
            return int(await client.act(snapshot, "os-reset_status", {"status": status}, kind="snapshot"))  # type: ignore[attr-defined]

        assert await reset(cloud.client(), "error") == 403
        assert await reset(admin, "fine") == 400
        assert await reset(admin, "creating") == 202
        assert (await admin.show("snapshot", snapshot["id"]))["status"] == "creating"
        assert (await cloud.client().delete(f"{V}/snapshots/{snapshot['id']}")).status_code == 400
        assert (
            await cloud.client().post(f"{V}/volumes", {"volume": {"snapshot_id": snapshot["id"]}})
        ).status_code == 400
        assert await cloud.client().act(snapshot, "os-force_delete", kind="snapshot") == 403
        assert await admin.act(snapshot, "os-force_delete", kind="snapshot") == 202
        await cloud.sweep()
        assert await admin.names("snapshots?all_tenants=1") == []

    run(tmp_path, test)
