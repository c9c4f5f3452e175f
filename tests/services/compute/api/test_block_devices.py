"""block_device_mapping_v2: which disks a new server gets, and which requests are refused before anything is made."""

from pathlib import Path
from typing import Any

from altostratus.app.wiring import System
from altostratus.kernel.testing.client import ApiClient
from tests.services.compute.api.servers_with_volumes import (
    SERVERS,
    VOLUMES,
    at,
    attachments,
    in_cloud,
    make_snapshot,
    make_volume,
)
from tests.services.compute.test_servers import create, make_image, other_user

NOWHERE = "6b9ee2b8-9f0a-4d2f-9b69-9d6e6bb5b0d4"
BOOT_SEQUENCE = "Boot sequence for the instance and image/block device mapping combination is not valid."
ROOT = {"source_type": "blank", "destination_type": "volume", "volume_size": 1, "boot_index": 0}
DATA = {"source_type": "blank", "destination_type": "volume", "volume_size": 1}


def body(*mappings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "vm", "flavorRef": "42", "networks": [], "block_device_mapping_v2": list(mappings), **more}


def of(source: str, uuid: str, **more: Any) -> dict[str, Any]:
    return {"source_type": source, "uuid": uuid, "destination_type": "volume", **more}


def of_image(image: str, **more: Any) -> dict[str, Any]:
    """The mapping that clients send for the image itself."""
    return {"source_type": "image", "uuid": image, "destination_type": "local", "boot_index": 0, **more}


async def bootable(client: ApiClient, **more: Any) -> str:
    volume = await make_volume(client, **more)
    made = await client.post(f"{VOLUMES}/{volume}/action", {"os-set_bootable": {"bootable": True}})
    assert made.status_code == 200, made.text
    return volume


async def shown(client: ApiClient, server: str) -> dict[str, Any]:
    return dict((await client.get(f"{SERVERS}/{server}", headers=at("2.96"))).json()["server"])


async def volumes(client: ApiClient) -> list[dict[str, Any]]:
    found = (await client.get(f"{VOLUMES}/detail")).json()["volumes"]
    return list(found)


async def refusal(client: ApiClient, asked: dict[str, Any], version: str = "2.96") -> tuple[int, str]:
    answer = await client.post(SERVERS, {"server": asked}, headers=at(version))
    fault = next(iter(answer.json().values()))
    return answer.status_code, fault.get("message", "")


def test_a_server_boots_from_a_volume_that_is_there(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        volume = await bootable(client)
        made = await create(client, body(of("volume", volume, boot_index="0"), imageRef=""))
        server = await shown(client, made["id"])
        assert server["image"] == ""
        assert server["OS-EXT-SRV-ATTR:root_device_name"] == "/dev/vda"
        assert server["os-extended-volumes:volumes_attached"] == [{"id": volume, "delete_on_termination": False}]
        assert await attachments(client, made["id"]) == {volume: "/dev/vda"}
        refused = await client.delete(f"{SERVERS}/{made['id']}/os-volume_attachments/{volume}")
        assert refused.status_code in (400, 409)  # 409 while it is being built
        second = body(of("volume", volume, boot_index=0))
        assert (await refusal(client, second))[1].startswith(f"Invalid volume: volume '{volume}' status must be")

    in_cloud(tmp_path, scenario)


def test_new_volumes_are_made_from_what_is_named(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        image, source = await make_image(client), await make_volume(client)
        snapshot = await make_snapshot(client, source)
        made = await create(
            client,
            body(
                of("image", image, boot_index=0, volume_size=2, delete_on_termination=True),
                of("snapshot", snapshot, boot_index=-1, volume_size=4, device_name="/dev/vdf"),
                {**DATA, "boot_index": None, "volume_size": "3", "disk_bus": "virtio", "device_type": "disk"},
                config_drive=True,
            ),
        )
        by_size = {volume["size"]: volume for volume in await volumes(client)}
        root, copy, empty = by_size[2], by_size[4], by_size[3]
        assert (root["bootable"], copy["snapshot_id"]) == ("true", snapshot)
        assert await attachments(client, made["id"]) == {
            root["id"]: "/dev/vda", copy["id"]: "/dev/vdf", empty["id"]: "/dev/vdc"
        }  # fmt: skip
        listed = (await shown(client, made["id"]))["os-extended-volumes:volumes_attached"]
        assert [row["id"] for row in listed if row["delete_on_termination"]] == [root["id"]]

    in_cloud(tmp_path, scenario)


def test_an_image_and_volumes_beside_it(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        image, volume = await make_image(client), await make_volume(client)
        local = of_image(image, delete_on_termination=True)
        made = await create(client, body(local, of("volume", volume), imageRef=image))
        assert (await shown(client, made["id"]))["image"]["id"] == image
        assert await attachments(client, made["id"]) == {volume: "/dev/vdb"}
        two = await create(client, body(local, DATA, imageRef=image, min_count=2))
        assert two["id"]
        everyone = (await client.get(f"{SERVERS}/detail", params={"name": "vm-"})).json()["servers"]
        owned = [row["id"] for server in everyone for row in server["os-extended-volumes:volumes_attached"]]
        assert len(set(owned)) == len(everyone) == 2

    in_cloud(tmp_path, scenario)


def test_mappings_that_are_refused(tmp_path: Path) -> None:
    """With 400 and what is wrong; and nothing of the server is made."""

    async def scenario(system: System, client: ApiClient) -> None:
        image, volume, plain = await make_image(client), await bootable(client), await make_volume(client)
        root, local = of("volume", volume, boot_index=0), of_image(image)
        for asked, said in (
            (body(), "Missing imageRef attribute"),
            (body(DATA), BOOT_SEQUENCE),
            (body(DATA, imageRef=image), BOOT_SEQUENCE),
            (body(root, ROOT), BOOT_SEQUENCE),
            (body(root, {**DATA, "boot_index": 2}), BOOT_SEQUENCE),
            (body(local, root, imageRef=image), BOOT_SEQUENCE),
            (body(local), "Mapping image to local is not supported."),
            (body(root, local | {"boot_index": 1}, imageRef=image), "Mapping image to local is not supported."),
            (body(root | {"destination_type": "local"}), "Mapping volume to local is not supported."),
            (body({"boot_index": 0}), "Some required fields are missing"),
            (body({"source_type": "volume", "boot_index": 0}), "Missing device UUID."),
            (body({**ROOT, "uuid": volume}), "Invalid device UUID."),
            (body(of("image", image, boot_index=0)), "need to have a non-zero size"),
            (body(root, {**DATA, "volume_size": "0"}), "need to have non-zero size"),
            (body(of("image", NOWHERE, boot_index=0, volume_size=1)), f"failed to get image {NOWHERE}."),
            (body(of("volume", NOWHERE, boot_index=0)), f"failed to get volume {NOWHERE}."),
            (body(root, of("snapshot", NOWHERE)), f"failed to get snapshot {NOWHERE}."),
            (body(of("volume", plain, boot_index=0)), f"Block Device {plain} is not bootable."),
            (body(root, of("volume", volume)), "a volume is named twice."),
            (body(root, min_count=2), "Cannot attach one or more volumes to multiple instances"),
            (body(root, max_count="2"), "Cannot attach one or more volumes to multiple instances"),
            (body(local, {**DATA, "device_name": "vda"}, imageRef=image), "same device name as the root device vda"),
            (body(root, {**DATA, "device_name": "/dev/disk"}), "The supplied device path (/dev/disk) is invalid."),
            (body(root | {"disk_bus": "ide"}), "the only disk_bus is 'virtio'"),
            (body(root | {"device_type": "cdrom"}), "the only disk_bus is 'virtio'"),
            (body(root | {"volume_type": "fast"}), "Specifying volume type to existing volume is not supported."),
            (body(local | {"volume_type": "fast"}, imageRef=image), "Specifying a volume_type with destination_type"),
            (body(root, {**DATA, "volume_type": "no-such"}), "no-such"),
            (body(root | {"guest_format": "swap"}), "guest_format"),
        ):
            status, message = await refusal(client, asked)
            assert (status, said in message) == (400, True), (asked, status, message)
        status, message = await refusal(client, body(root, {**DATA, "device_name": "vda"}))
        assert (status, message) == (409, "The supplied device path (vda) is in use.")
        assert (await refusal(client, body(root, *[DATA] * 14)))[0] == 403
        assert (await client.get(SERVERS)).json()["servers"] == []
        assert len(await volumes(client)) == 2

    in_cloud(tmp_path, scenario)


def test_fields_belong_to_their_microversions(tmp_path: Path) -> None:
    """Known, it is refused for what it says; unknown, for being there."""

    async def scenario(system: System, client: ApiClient) -> None:
        for field, since, unknown in (
            ("tag", "2.42", "2.41"),
            ("tag", "2.32", "2.33"),
            ("volume_type", "2.67", "2.66"),
        ):
            asked = body(ROOT | {field: "x" * 256})
            status, said = await refusal(client, asked, since)
            assert (status, "unknown field" in said) == (400, False), said
            status, said = await refusal(client, asked, unknown)
            assert (status, f"unknown field `{field}`" in said) == (400, True), said
        assert "unknown field `tag`" in (await refusal(client, body(ROOT | {"tag": "x"}), "2.31"))[1]

    in_cloud(tmp_path, scenario)


def test_values_that_are_no_such_thing(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        for wrong in (
            {"source_type": "tape"}, {"destination_type": "moon"}, {"boot_index": "first"}, {"boot_index": 1.5},
            {"volume_size": 0}, {"volume_size": -1}, {"volume_size": "9" * 5000}, {"volume_size": None},
            {"boot_index": 10**30}, {"device_name": ""}, {"device_name": "v d"}, {"delete_on_termination": "maybe"},
            {"uuid": None}, {"volume_id": NOWHERE}, {"virtual_name": "ephemeral0"},
        ):  # fmt: skip
            assert (await refusal(client, body(ROOT | wrong)))[0] == 400, wrong
        for absent in (
            body({**ROOT, "destination_type": "local"}),
            body({**ROOT, "destination_type": "local", "guest_format": "swap"}),
            body(block_device_mapping=[{"device_name": "vda", "volume_id": NOWHERE}]),
        ):
            assert (await refusal(client, absent))[0] == 501, absent

    in_cloud(tmp_path, scenario)


def test_what_the_image_of_a_volume_needs_is_needed(tmp_path: Path) -> None:
    """Its min_ram of the flavor, its min_disk of the volume; the flavor's disk does not matter."""

    async def scenario(system: System, client: ApiClient) -> None:
        image = await make_image(client)
        needs = [{"op": "replace", "path": "/min_disk", "value": 3}]
        patch = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        assert (await client.patch(f"/image/v2/images/{image}", needs, headers=patch)).status_code == 200
        status, message = await refusal(client, body(of("image", image, boot_index=0, volume_size=2)))
        assert (status, message.startswith("Volume is smaller than the minimum size")) == (400, True)
        flavor = {"flavor": {"name": "diskless", "ram": 64, "vcpus": 1, "disk": 1, "id": "diskless"}}
        assert (await client.post("/compute/v2.1/flavors", flavor)).status_code == 200
        fits = body(of("image", image, boot_index=0, volume_size=3), flavorRef="diskless")
        await create(client, fits)
        needs = [{"op": "replace", "path": "/min_ram", "value": 4096}]
        assert (await client.patch(f"/image/v2/images/{image}", needs, headers=patch)).status_code == 200
        assert await refusal(client, fits) == (400, "Flavor's memory is too small for requested image.")

    in_cloud(tmp_path, scenario)


def test_volumes_that_are_made_count_and_nothing_is_left_of_a_refusal(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        limits = {"quota_set": {"volumes": 1}}
        assert (await client.put(f"/volume/v3/os-quota-sets/{client.project_id}", limits)).status_code == 200
        status, _ = await refusal(client, body(ROOT, DATA))
        assert status == 403
        assert await volumes(client) == (await client.get(SERVERS)).json()["servers"] == []
        await create(client, body(ROOT))

    in_cloud(tmp_path, scenario)


def test_nobody_boots_from_what_is_not_theirs(tmp_path: Path) -> None:
    async def scenario(system: System, client: ApiClient) -> None:
        volume = await bootable(client)
        snapshot = await make_snapshot(client, volume)
        stranger = await other_user(client, "member")
        for source, uuid in (("volume", volume), ("snapshot", snapshot)):
            asked = body(of(source, uuid, boot_index=0), networks="none")
            status, message = await refusal(stranger, asked)
            assert (status, f"failed to get {source} {uuid}." in message) == (400, True)
        assert await attachments_anywhere(client) == []

    in_cloud(tmp_path, scenario)


async def attachments_anywhere(client: ApiClient) -> list[Any]:
    headers = {"OpenStack-API-Version": "volume 3.27"}
    return list((await client.get("/volume/v3/attachments", headers=headers)).json()["attachments"])
