"""What others than compute say they do with volumes: the older actions and the attachments API."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from altostratus.services.volume.store import attachments
from tests.services.volume.cloud import V, VolumeCloud, run

SERVER = "22222222-2222-4222-8222-222222222222"
TO_SERVER = {"instance_uuid": SERVER, "mountpoint": "/dev/vdb"}


async def status(cloud: VolumeCloud, volume: dict[str, Any]) -> str:
    return str((await cloud.client().show("volume", volume["id"]))["status"])


def test_the_older_actions(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        assert await client.act(volume, "os-reserve") == 202
        assert await status(cloud, volume) == "attaching"
        assert await client.act(volume, "os-reserve") == 400
        assert await client.act(volume, "os-unreserve") == 202
        assert await client.act(volume, "os-unreserve") == 202
        assert await status(cloud, volume) == "available"
        assert await client.act(volume, "os-begin_detaching") == 400
        assert await client.act(volume, "os-reserve") == 202
        answer = await client.post(
            f"{V}/volumes/{volume['id']}/action", {"os-initialize_connection": {"connector": {"host": "h"}}}
        )
        assert answer.json()["connection_info"]["data"]["volume_id"] == volume["id"]
        assert await client.act(volume, "os-attach", TO_SERVER) == 202
        assert await client.act(volume, "os-attach", TO_SERVER) == 400
        shown = await client.show("volume", volume["id"])
        [attached] = shown["attachments"]
        assert (shown["status"], attached["server_id"], attached["device"]) == ("in-use", SERVER, "/dev/vdb")
        assert (await client.delete(f"{V}/volumes/{volume['id']}")).status_code == 400
        assert await cloud.client("admin").act(volume, "os-force_delete") == 400
        assert await client.act(volume, "os-begin_detaching") == 202
        assert await status(cloud, volume) == "detaching"
        assert await client.act(volume, "os-roll_detaching") == 202
        assert await status(cloud, volume) == "in-use"
        assert await client.act(volume, "os-terminate_connection", {"connector": {}}) == 202
        assert await client.act(volume, "os-detach", {"attachment_id": SERVER}) == 404
        other = await cloud.made()
        assert await client.act(other, "os-detach", {"attachment_id": attached["attachment_id"]}) == 400
        assert await client.act(volume, "os-detach", {"attachment_id": attached["attachment_id"]}) == 202
        assert await client.act(volume, "os-detach") == 202
        assert await status(cloud, volume) == "available"

    run(tmp_path, test)


def test_wrong_actions_are_refused(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        wrong: list[tuple[str, Any]] = [
            ("os-attach", {"mountpoint": "/dev/vdb"}),
            ("os-attach", {**TO_SERVER, "mode": "x"}),
            ("os-attach", {**TO_SERVER, "instance_uuid": "x"}),
            ("os-attach", []),
            ("os-initialize_connection", {}),
            ("os-initialize_connection", {"connector": "x"}),
            ("os-terminate_connection", {}),
            ("os-fly", {}),
        ]
        for name, arguments in wrong:
            assert await client.act(volume, name, arguments) == 400, name
        for name in ("os-retype", "os-volume_upload_image", "revert", "os-reimage"):
            assert await client.act(volume, name) == 501
        assert await client.act({"id": SERVER}, "os-retype") == 404
        assert (await client.post(f"{V}/volumes/{volume['id']}/action", {"os-reserve": {}, "b": 1})).status_code == 400
        assert await status(cloud, volume) == "available"

    run(tmp_path, test)


def test_who_may_only_read_does_not_write(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made(metadata={"a": "b"})
        assert await client.act(volume, "os-update_readonly_flag", {"readonly": "yes"}) == 202
        assert (await client.show("volume", volume["id"]))["metadata"] == {"a": "b", "readonly": "True"}
        assert await client.act(volume, "os-attach", TO_SERVER) == 400
        assert await client.act(volume, "os-attach", {**TO_SERVER, "mode": "ro"}) == 202
        assert await client.act(volume, "os-update_readonly_flag", {"readonly": False}) == 400
        assert await client.act(volume, "os-detach") == 202
        assert await client.act(volume, "os-update_readonly_flag", {"readonly": False}) == 202
        assert await client.act(volume, "os-set_bootable", {"bootable": "true"}) == 200
        shown = await client.show("volume", volume["id"])
        assert (shown["metadata"]["readonly"], shown["bootable"]) == ("False", "true")

    run(tmp_path, test)


def test_the_attachments_api(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        made = await client.make("attachment", volume_uuid=volume["id"], instance_uuid=SERVER, mode="ro")
        assert (made["status"], made["instance"], made["attach_mode"]) == ("reserved", SERVER, "ro")
        assert (made["connection_info"], made["attached_at"]) == ({}, "")
        assert await status(cloud, volume) == "reserved"
        again = {"attachment": {"volume_uuid": volume["id"]}}
        assert (await client.post(f"{V}/attachments", again)).status_code == 400
        path = f"{V}/attachments/{made['id']}"
        connector = {"host": "h", "mountpoint": "/dev/vdb"}
        changed = (await client.put(path, {"attachment": {"connector": connector}})).json()["attachment"]
        assert (changed["status"], changed["connection_info"]["data"]["volume_id"]) == ("attaching", volume["id"])
        assert (await client.put(path, {"attachment": {"connector": {}}})).status_code == 400
        large = {"attachment": {"connector": {"host": "h" * 9000}}}
        assert (await client.put(path, large)).status_code == 400
        assert (await client.post(f"{path}/action", {"os-incomplete": {}})).status_code == 400
        assert (await client.post(f"{path}/action", {"os-complete": {}})).status_code == 204
        shown = await client.show("attachment", made["id"])
        assert shown["status"] == "attached"
        assert await status(cloud, volume) == "in-use"
        assert (await client.get(f"{V}/attachments?volume_id={volume['id']}")).json() == {
            "attachments": [{"id": made["id"], "status": "attached", "instance": SERVER, "volume_id": volume["id"]}]
        }
        assert (await client.get(f"{V}/attachments?status=reserved")).json() == {"attachments": []}
        assert (await client.get(f"{V}/attachments/detail")).json() == {"attachments": [shown]}
        other = cloud.client("other")
        assert (await other.get(f"{V}/attachments")).json() == {"attachments": []}
        assert (await other.get(path)).status_code == 404
        assert (await other.delete(path)).status_code == 404
        assert (await client.delete(path)).json() == {"attachments": []}
        assert (await client.get(path)).status_code == 404
        assert await status(cloud, volume) == "available"

    run(tmp_path, test)


def test_attachments_came_with_their_microversions(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        volume = await cloud.made()
        body = {"attachment": {"volume_uuid": volume["id"], "connector": {"host": "h"}}}
        assert (await cloud.client(version="volume 3.26").post(f"{V}/attachments", body)).status_code == 404
        assert (await cloud.client(version="volume 3.26").get(f"{V}/attachments")).status_code == 404
        old = cloud.client(version="volume 3.43")
        moded = {"attachment": {**body["attachment"], "mode": "rw"}}
        assert (await old.post(f"{V}/attachments", moded)).status_code == 400
        made = (await old.post(f"{V}/attachments", body)).json()["attachment"]
        assert made["status"] == "attaching"
        done = {"os-complete": {}}
        assert (await old.post(f"{V}/attachments/{made['id']}/action", done)).status_code == 404
        new = cloud.client(version="volume 3.44")
        assert (await new.post(f"{V}/attachments/{made['id']}/action", done)).status_code == 204

    run(tmp_path, test)


def test_nobody_but_compute_takes_a_volume_from_a_server(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        volume = await cloud.made()
        row = await attached_by_compute(cloud, volume)
        path = f"{V}/attachments/{row}"
        for who in ("member", "admin"):
            client = cloud.client(who)
            assert (await client.delete(path)).status_code == 409
            assert (await client.put(path, {"attachment": {"connector": {"host": "h"}}})).status_code == 409
            assert (await client.post(f"{path}/action", {"os-complete": {}})).status_code == 409
            for name in ("os-detach", "os-begin_detaching"):
                assert await client.act(volume, name) == 409, name
            assert await client.act(volume, "os-terminate_connection", {"connector": {}}) == 409
        admin = cloud.client("admin")
        assert await admin.act(volume, "os-force_detach", {"attachment_id": row}) == 409
        assert await admin.act(volume, "os-reset_status", {"attach_status": "detached"}) == 409
        assert await admin.act(volume, "os-force_delete") == 400
        assert await status(cloud, volume) == "in-use"
        shown = await cloud.client().show("attachment", row)
        assert "source" not in shown["connection_info"]["data"]
        assert (await cloud.client("service").delete(path)).status_code == 200
        assert await status(cloud, volume) == "detaching"  # compute is asked to let it go

    run(tmp_path, test)


def test_an_administrator_forgets_what_nobody_sees_to(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        admin, volume = cloud.client("admin"), await cloud.made()
        assert await cloud.client().act(volume, "os-attach", TO_SERVER) == 202
        assert await cloud.client().act(volume, "os-force_detach", {}) == 403
        assert await admin.act(volume, "os-force_detach", {"connector": None}) == 202
        assert await status(cloud, volume) == "available"
        assert await cloud.client().act(volume, "os-attach", TO_SERVER) == 202
        assert await admin.act(volume, "os-reset_status", {"status": "available"}) == 202
        for name, arguments in (("os-attach", TO_SERVER), ("os-reserve", None), ("os-extend", {"new_size": 2})):
            assert await cloud.client().act(volume, name, arguments) == 400  # it only looks available
        assert (
            await cloud.client().post(f"{V}/attachments", {"attachment": {"volume_uuid": volume["id"]}})
        ).status_code == 400
        reset = {"status": "available", "attach_status": "detached", "migration_status": "none"}
        assert await admin.act(volume, "os-reset_status", reset) == 202
        assert await status(cloud, volume) == "available"

    run(tmp_path, test)


async def attached_by_compute(cloud: VolumeCloud, volume: dict[str, Any]) -> str:
    """The id of an attachment that compute owns."""
    made = await cloud.client().make("attachment", volume_uuid=volume["id"], instance_uuid=SERVER)

    def own(tx: Any) -> None:
        row = attachments.get(tx, made["id"])
        assert row is not None
        attachments.delete(tx, row.id)
        owner, source = f"compute.server/{SERVER}", {"path": "/secret", "format": "raw"}
        attachments.insert(tx, replace(row, owner=owner, host_id="h", source=source, attached_at=tx.now))

    await cloud.cloud.db.write(own)
    return str(made["id"])
