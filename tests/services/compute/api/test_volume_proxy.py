"""/os-volumes and /os-snapshots: Nova's old proxy of block storage."""

from pathlib import Path

from altostratus.app.wiring import System
from altostratus.kernel.testing.client import ApiClient
from tests.services.compute.api.servers_with_volumes import (
    at,
    attach,
    in_cloud,
    make_server,
    make_snapshot,
    make_volume,
    volume_is,
    volume_is_gone,
)
from tests.services.compute.test_servers import other_user

PROXY, SNAPSHOTS = "/compute/v2.1/os-volumes", "/compute/v2.1/os-snapshots"
NOWHERE = "d0c6f5a8-5c07-4d4c-9f0b-5f6b8c0e2a11"


def test_volumes_are_made_shown_and_deleted(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        asked = {"size": "2", "display_name": "data", "display_description": "d", "metadata": {"a": "b"}}
        answer = await client.post(PROXY, {"volume": asked})
        assert answer.status_code == 200
        made = answer.json()["volume"]
        assert answer.headers["location"].endswith(f"/compute/v2.1/os-volumes/{made['id']}")
        cinders = await volume_is(client, made["id"], "available")
        expected = {
            "id": made["id"],
            "status": "available",
            "size": 2,
            "availabilityZone": "nova",
            "createdAt": cinders["created_at"],
            "attachments": [{}],
            "displayName": "data",
            "displayDescription": "d",
            "volumeType": "__DEFAULT__",
            "snapshotId": None,
            "metadata": {"a": "b"},
        }
        assert made == {**expected, "status": "creating"}
        assert (await client.get(f"{PROXY}/{made['id']}")).json() == {"volume": expected}
        assert (await client.get(PROXY)).json() == (await client.get(f"{PROXY}/detail")).json()
        assert (await client.get(PROXY)).json() == {"volumes": [expected]}
        assert (await client.delete(f"{PROXY}/{made['id']}")).status_code == 202
        await volume_is_gone(client, made["id"])

    in_cloud(tmp_path, scenario)


def test_an_attached_volume_names_its_server(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        server, volume = await make_server(client), await make_volume(client)
        await attach(client, server, {"volumeId": volume})
        await volume_is(client, volume, "in-use")
        shown = (await client.get(f"{PROXY}/{volume}")).json()["volume"]
        assert shown["attachments"] == [
            {"id": volume, "volumeId": volume, "serverId": server, "device": "/dev/vdb"},
        ]
        refused = await client.delete(f"{PROXY}/{volume}")
        assert (refused.status_code, list(refused.json())) == (400, ["badRequest"])

    in_cloud(tmp_path, scenario)


def test_snapshots_are_made_shown_and_deleted(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        volume = await make_volume(client)
        first = await make_snapshot(client, volume)
        answer = await client.post(
            SNAPSHOTS, {"snapshot": {"volume_id": volume, "display_name": "s", "force": "False"}}
        )
        assert answer.status_code == 200
        made = answer.json()["snapshot"]
        created = made.pop("createdAt")
        assert created.startswith("20")
        assert made == {
            "id": made["id"],
            "volumeId": volume,
            "status": "creating",
            "size": 1,
            "displayName": "s",
            "displayDescription": None,
        }
        for path in (SNAPSHOTS, f"{SNAPSHOTS}/detail"):
            assert {each["id"] for each in (await client.get(path)).json()["snapshots"]} == {first, made["id"]}
        from_it = (await client.post(PROXY, {"volume": {"size": 1, "snapshot_id": first}})).json()["volume"]
        assert from_it["snapshotId"] == first
        await volume_is(client, from_it["id"], "available")
        assert (await client.get(f"{SNAPSHOTS}/{first}")).json()["snapshot"]["status"] == "available"
        assert (await client.delete(f"{SNAPSHOTS}/{first}")).status_code == 202

    in_cloud(tmp_path, scenario)


def test_pages_are_windows_of_the_newest_first(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        made = [await make_volume(client) for _ in range(3)]
        found = (await client.get(f"{PROXY}?offset=1&limit=1")).json()["volumes"]
        assert [each["id"] for each in found] == [made[1]]
        assert len((await client.get(f"{PROXY}/detail?limit=2")).json()["volumes"]) == 2
        for bad in ("limit=-1", "limit=x", "offset=-1", "offset=²"):
            assert (await client.get(f"{PROXY}?{bad}")).status_code == 400

    in_cloud(tmp_path, scenario)


def test_what_is_wrong_is_refused(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        for size in ("", "0", 0, -1, "-1", "#$%", None, 1 << 40):
            assert (await client.post(PROXY, {"volume": {"size": size}})).status_code == 400, size
        for body in ({}, {"volume": {}}, {"volume": {"size": 1, "imageRef": NOWHERE}}, {"snapshot": {}}):
            assert (await client.post(PROXY, body)).status_code == 400, body
        assert (await client.post(PROXY, {"volume": {"size": 1, "snapshot_id": NOWHERE}})).status_code == 404
        assert (await client.post(SNAPSHOTS, {"snapshot": {"volume_id": NOWHERE}})).status_code == 404
        for path in (PROXY, SNAPSHOTS):
            for some_id in ("", NOWHERE, "%23%24%25"):
                for gone in (await client.get(f"{path}/{some_id}"), await client.delete(f"{path}/{some_id}")):
                    assert (gone.status_code, list(gone.json())) == (404, ["itemNotFound"])

    in_cloud(tmp_path, scenario)


def test_quotas_forbid(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        volume = await make_volume(client)
        for refused in (
            await client.post(PROXY, {"volume": {"size": 1}}),
            await client.post(SNAPSHOTS, {"snapshot": {"volume_id": volume}}),
        ):
            assert (refused.status_code, list(refused.json())) == (403, ["forbidden"])

    in_cloud(tmp_path, scenario, settings={"services": {"volume": {"volumes": 1, "snapshots": 0}}})


def test_nobody_sees_what_is_not_theirs(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        volume = await make_volume(client)
        snapshot = await make_snapshot(client, volume)
        stranger = await other_user(client, "member")
        assert (await stranger.get(PROXY)).json() == {"volumes": []}
        assert (await stranger.get(f"{SNAPSHOTS}/detail")).json() == {"snapshots": []}
        for path in (f"{PROXY}/{volume}", f"{SNAPSHOTS}/{snapshot}"):
            assert (await stranger.get(path)).status_code == 404
            assert (await stranger.delete(path)).status_code == 404
        taken = await stranger.post(SNAPSHOTS, {"snapshot": {"volume_id": volume}})
        assert taken.status_code == 404

    in_cloud(tmp_path, scenario)


def test_it_ended_with_2_36(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        for path in (PROXY, f"{PROXY}/detail", f"{PROXY}/{NOWHERE}", SNAPSHOTS, f"{SNAPSHOTS}/detail"):
            assert (await client.get(path, headers=at("2.36"))).status_code == 404
        assert (await client.post(PROXY, {"volume": {"size": 1}}, headers=at("2.36"))).status_code == 404
        assert (await client.get(PROXY, headers=at("2.35"))).status_code == 200

    in_cloud(tmp_path, scenario)
