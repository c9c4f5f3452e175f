"""Volumes through the API: life, sources, refusals, lists."""

from pathlib import Path
from typing import Any

import pytest

from altostratus.services.volume.domain import volume_type
from tests.services.volume.cloud import V, VolumeCloud, image, run

NOBODY = "99999999-9999-4999-8999-999999999999"


def test_a_volume_lives_and_dies(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        made = await client.make("volume", size="2", name=" data ", metadata={"a": "b"})
        assert (made["status"], made["size"], made["name"], made["bootable"]) == ("creating", 2, "data", "false")
        assert "os-vol-tenant-attr:tenant_id" not in made
        await cloud.sweep()
        shown = await client.show("volume", made["id"])
        assert (shown["status"], shown["metadata"]) == ("available", {"a": "b"})
        assert (await client.delete(f"{V}/volumes/{made['id']}")).status_code == 202
        assert (await client.show("volume", made["id"]))["status"] == "deleting"
        assert (await client.delete(f"{V}/volumes/{made['id']}")).status_code == 400
        await cloud.sweep()
        assert (await client.get(f"{V}/volumes/{made['id']}")).status_code == 404
        assert cloud.world.volumes == {}

    run(tmp_path, test)


def test_a_volume_of_an_image_is_bootable_and_knows_it(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        cloud.images.known = {one.id: one for one in (image(), image("small", min_disk=3))}
        client, ref = cloud.client(), f"http://glance/{image().id}"
        assert (await client.post(f"{V}/volumes", {"volume": {"size": 1, "imageRef": ref}})).status_code == 400
        assert (await client.post(f"{V}/volumes", {"volume": {"imageRef": ref}})).status_code == 400
        assert (await client.post(f"{V}/volumes", {"volume": {"size": 2, "imageRef": "small"}})).status_code == 400
        volume = await cloud.made(size=2, imageRef=ref)
        assert (volume["status"], volume["bootable"]) == ("available", "true")
        known = volume["volume_image_metadata"]
        assert (known["image_id"], known["os_distro"], known["min_ram"]) == (image().id, "tiny", "64")
        copy = await cloud.made(source_volid=volume["id"], size=None)
        assert (copy["size"], copy["bootable"], copy["source_volid"]) == (2, "true", volume["id"])
        assert copy["volume_image_metadata"] == known

    run(tmp_path, test)


@pytest.mark.parametrize("values", [{"status": "queued"}, {"disk_format": "iso"}, {"disk_format": None}])
def test_no_volume_is_made_of_an_image_that_cannot_be_one(tmp_path: Path, values: dict[str, Any]) -> None:
    async def test(cloud: VolumeCloud) -> None:
        cloud.images.known = {"bad": image("bad", **values)}
        answer = await cloud.client().post(f"{V}/volumes", {"volume": {"size": 9, "imageRef": "bad"}})
        assert answer.status_code == 400
        assert answer.json()["badRequest"]["message"].startswith("Image bad is unacceptable")

    run(tmp_path, test)


def test_a_snapshot_becomes_a_volume_and_keeps_its_own(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        volume = await cloud.made(size=2)
        snapshot = await cloud.snapped(volume["id"], name="then")
        assert (snapshot["status"], snapshot["size"], snapshot["volume_id"]) == ("available", 2, volume["id"])
        small = {"volume": {"size": 1, "snapshot_id": snapshot["id"]}}
        assert (await client.post(f"{V}/volumes", small)).status_code == 400
        made = await client.make("volume", snapshot_id=snapshot["id"])
        assert (made["size"], made["snapshot_id"]) == (2, snapshot["id"])
        for path in (f"snapshots/{snapshot['id']}", f"volumes/{volume['id']}?cascade=true"):
            assert (await client.delete(f"{V}/{path}")).status_code == 400  # a volume is being made from it
        await cloud.sweep()
        assert (await client.delete(f"{V}/volumes/{volume['id']}")).status_code == 400  # it has a snapshot
        assert (await client.delete(f"{V}/volumes/{volume['id']}?cascade=true")).status_code == 202
        await cloud.sweep()
        assert (await client.get(f"{V}/snapshots/{snapshot['id']}")).status_code == 404
        assert (await client.get(f"{V}/volumes/{volume['id']}")).status_code == 404
        assert (await client.show("volume", made["id"]))["status"] == "available"

    run(tmp_path, test)


def test_what_is_being_copied_stays(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        volume = await cloud.made()
        await cloud.client().make("volume", source_volid=volume["id"])
        assert (await cloud.client().delete(f"{V}/volumes/{volume['id']}")).status_code == 400
        await cloud.sweep()
        assert (await cloud.client().delete(f"{V}/volumes/{volume['id']}")).status_code == 202

    run(tmp_path, test)


def test_a_volume_grows_and_never_shrinks(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        for bad in ({"new_size": 1}, {"new_size": 0}, {"new_size": "two"}, {}, {"new_size": 2, "force": True}):
            assert await client.act(volume, "os-extend", bad) == 400
        assert await client.act(volume, "os-extend", {"new_size": 3}) == 202
        assert (await client.show("volume", volume["id"]))["status"] == "extending"
        assert await client.act(volume, "os-extend", {"new_size": 4}) == 400
        await cloud.sweep()
        shown = await client.show("volume", volume["id"])
        assert (shown["status"], shown["size"]) == ("available", 3)
        assert cloud.world.volumes[volume["id"]].size == 3 << 30

    run(tmp_path, test)


WRONG: list[dict[str, Any]] = [
    {},
    {"size": 0},
    {"size": -1},
    {"size": 2**31},
    {"size": 1.5},
    {"size": "1x"},
    {"size": 1, "name": "x" * 256},
    {"size": 1, "metadata": {"": "x"}},
    {"size": 1, "metadata": {"a": "x" * 256}},
    {"size": 1, "metadata": {"a": 1}},
    {"size": 1, "snapshot_id": "x"},
    {"size": 1, "source_volid": "x"},
    {"size": 1, "availability_zone": "mars"},
    {"size": 1, "multiattach": True},
    {"size": 1, "color": "red"},
    {"size": 1, "imageRef": ""},
    {"size": 1, "imageRef": "none"},
    {"snapshot_id": NOBODY, "source_volid": NOBODY},
]
MISSING: list[dict[str, Any]] = [
    {"size": 1, "snapshot_id": NOBODY},
    {"size": 1, "source_volid": NOBODY},
    {"size": 1, "volume_type": "fast"},
    {"size": 1, "group_id": NOBODY},
    {"size": 1, "consistencygroup_id": NOBODY},
    {"size": 1, "backup_id": NOBODY},
]


def test_what_is_wrong_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        for status, bodies in ((400, WRONG), (404, MISSING)):
            for body in bodies:
                answer = await client.post(f"{V}/volumes", {"volume": body})
                assert answer.status_code == status, (body, answer.text)
                fault = answer.json()["badRequest" if status == 400 else "itemNotFound"]
                assert fault["code"] == status
        for body in ({}, {"volume": None}, {"volume": []}, [], {"volume": {"size": 1}, "x": 1}):
            assert (await client.post(f"{V}/volumes", body)).status_code == 400
        assert await client.names("volumes") == []

    run(tmp_path, test)


def test_old_clients_may_send_more_than_there_is(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        old = cloud.client(version="volume 3.52")
        made = await old.make("volume", size=1, status="creating", attach_status="detached", user_id=None)
        assert made["size"] == 1
        assert (await old.put(f"{V}/volumes/{made['id']}", {"volume": {}})).status_code == 200
        new = cloud.client(version="volume 3.53")
        assert (await new.post(f"{V}/volumes", {"volume": {"size": 1, "user_id": None}})).status_code == 400
        assert (await new.put(f"{V}/volumes/{made['id']}", {"volume": {}})).status_code == 400

    run(tmp_path, test)


def test_name_and_description_change(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made(name="old", metadata={"a": "b"})
        path = f"{V}/volumes/{volume['id']}"
        answer = await client.put(path, {"volume": {"display_name": " new ", "description": "d"}})
        changed = answer.json()["volume"]
        assert (changed["name"], changed["description"], changed["metadata"]) == ("new", "d", {"a": "b"})
        answer = await client.put(path, {"volume": {"description": None, "metadata": {"c": "d"}}})
        assert (answer.json()["volume"]["description"], answer.json()["volume"]["metadata"]) == (None, {"c": "d"})
        assert (await client.put(path, {"volume": {"size": 3}})).status_code == 400

    run(tmp_path, test)


def test_a_failed_volume_says_so_and_can_be_deleted(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        cloud.images.known = {"gone": image("gone", path=None)}
        volume = await cloud.made(size=2, imageRef="gone")
        assert volume["status"] == "error"
        assert await cloud.client().names("volumes?status=error") == [""]
        assert (await cloud.client().delete(f"{V}/volumes/{volume['id']}")).status_code == 202
        await cloud.sweep()
        assert await cloud.client().names("volumes") == []

    run(tmp_path, test)


def test_projects_in_urls(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made(name="a")
        shown = (await client.get(f"{V}/mine/volumes/{volume['id']}")).json()["volume"]
        links = {link["rel"]: link["href"] for link in shown["links"]}
        assert links["self"] == f"http://cloud/volume/v3/mine/volumes/{volume['id']}"
        assert links["bookmark"] == f"http://cloud/volume/mine/volumes/{volume['id']}"
        for path in ("volumes/", "mine/volumes/", "mine/none"):
            assert (await client.get(f"{V}/{path}")).status_code == 404
        assert (await client.put(f"{V}/volumes/", {})).status_code == 404
        assert (await client.get(f"{V}/theirs/volumes")).status_code == 400
        assert (await client.get(f"{V}/theirs/volumes/{volume['id']}/metadata")).status_code == 400
        page = (await client.get(f"{V}/mine/volumes/detail?limit=1&name=a")).json()
        [link] = page["volumes_links"]
        path, _, query = link["href"].partition("?")
        assert path == "http://cloud/volume/v3/mine/volumes/detail"
        assert sorted(query.split("&")) == ["limit=1", f"marker={volume['id']}", "name=a"]

    run(tmp_path, test)


def test_lists_are_paged_sorted_and_filtered(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client = cloud.client()
        for name, size in (("a", 1), ("b", 3), ("ab", 2)):
            await cloud.made(name=name, size=size, metadata={"n": name})
        await cloud.made("other", name="foreign")
        assert await client.names("volumes") == ["ab", "b", "a"]
        assert await client.names("volumes?sort=size:asc") == ["a", "ab", "b"]
        assert await client.names("volumes?sort_key=name&sort_dir=asc") == ["a", "ab", "b"]
        assert await client.names("volumes/detail?offset=1&limit=1") == ["b"]
        assert await client.names("volumes?size=2") == ["ab"]
        assert await client.names("volumes?name~=a&sort=name") == ["ab", "a"]
        assert await client.names("volumes?metadata={'n': 'b'}") == ["b"]
        assert await client.names("volumes?bootable=true") == []
        assert await client.names("volumes?created_at=gt:2020-01-01T00:00:00,lt:2021-01-01") == []
        assert await client.names("volumes?group_id=x") == []
        assert await client.names("volumes?consumes_quota=false") == []
        assert await client.names("volumes?all_tenants=1") == ["ab", "b", "a"]
        admin = cloud.client("admin")
        assert await admin.names("volumes?all_tenants=1&project_id=theirs") == ["foreign"]
        answer = (await client.get(f"{V}/volumes?limit=2&with_count=true&sort=name:asc")).json()
        assert ([v["name"] for v in answer["volumes"]], answer["count"]) == (["a", "ab"], 3)
        following = answer["volumes_links"][0]["href"].removeprefix(f"http://cloud{V}/")
        assert await client.names(following) == ["b"]
        summary = (await client.get(f"{V}/volumes/summary")).json()["volume-summary"]
        assert (summary["total_count"], summary["total_size"]) == (3, 6)
        assert sorted(summary["metadata"]["n"]) == ["a", "ab", "b"]

    run(tmp_path, test)


@pytest.mark.parametrize(
    "query",
    ["limit=x", "limit=-1", "offset=-1", "offset=99999999999", "sort=color", "sort=name:up", "sort=name&sort_key=size",
     "project_id=theirs", "host=x", "bootable=maybe", "metadata=x", "created_at=since:2020",
     "created_at=gt:never", "all_tenants=maybe", "size~=1"],
)  # fmt: skip
def test_wrong_queries_are_refused(tmp_path: Path, query: str) -> None:
    async def test(cloud: VolumeCloud) -> None:
        answer = await cloud.client().get(f"{V}/volumes?{query}")
        assert (answer.status_code, answer.json()["badRequest"]["code"]) == (400, 400)

    run(tmp_path, test)


def test_what_others_have_is_not_there(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        volume = await cloud.made()
        snapshot = await cloud.snapped(volume["id"])
        other = cloud.client("other")
        for path in (f"volumes/{volume['id']}", f"snapshots/{snapshot['id']}"):
            assert (await other.get(f"{V}/{path}")).status_code == 404
        for body in ({"source_volid": volume["id"]}, {"snapshot_id": snapshot["id"]}):
            assert (await other.post(f"{V}/volumes", {"volume": body})).status_code == 404
        assert (await other.post(f"{V}/snapshots", {"snapshot": {"volume_id": volume["id"]}})).status_code == 404
        for path in (f"volumes?marker={volume['id']}", f"snapshots?marker={snapshot['id']}", "attachments?marker=x"):
            assert (await other.get(f"{V}/{path}")).status_code == 404
        assert await other.names("volumes") == []

    run(tmp_path, test)


def test_administrators_make_things_look_different(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        admin, volume = cloud.client("admin"), await cloud.made()
        assert await cloud.client().act(volume, "os-reset_status", {"status": "error"}) == 403
        for bad in ({}, {"status": "fine"}, {"status": "deleting"}, {"status": "in-use"}, {"x": 1}):
            assert await admin.act(volume, "os-reset_status", bad) == 400
        assert await admin.act(volume, "os-reset_status", {"status": "maintenance"}) == 202
        assert (await admin.show("volume", volume["id"]))["status"] == "maintenance"
        assert await cloud.client().act(volume, "os-extend", {"new_size": 2}) == 400
        assert (await cloud.client().delete(f"{V}/volumes/{volume['id']}")).status_code == 400
        assert await admin.act(volume, "os-reset_status", {"status": "AVAILABLE"}) == 202
        assert await cloud.client().act(volume, "os-extend", {"new_size": 2}) == 202
        assert await admin.act(volume, "os-force_delete") == 202
        await cloud.sweep()
        assert (await admin.get(f"{V}/volumes/{volume['id']}")).status_code == 404

    run(tmp_path, test)


def test_microversions_add_what_they_add(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        volume = await cloud.made("admin")

        async def fields(minor: int, who: str = "admin") -> set[str]:
            return set(await cloud.client(who, f"volume 3.{minor}").show("volume", volume["id"]))

        found: dict[int, set[str]] = {}
        before = await fields(0)
        for minor in range(1, 72):
            now = await fields(minor)
            if now != before:
                found[minor] = now - before
            assert before <= now
            before = now
        assert found == {
            13: {"group_id"},
            21: {"provider_id"},
            48: {"shared_targets", "service_uuid"},
            61: {"cluster_name"},
            63: {"volume_type_id"},
            65: {"consumes_quota"},
        }
        own = await cloud.made()
        shown = await cloud.client().show("volume", own["id"])
        assert {"provider_id", "cluster_name", "migration_status", "os-vol-host-attr:host"}.isdisjoint(shown)
        assert shown["volume_type_id"] == volume_type.ID

    run(tmp_path, test)
