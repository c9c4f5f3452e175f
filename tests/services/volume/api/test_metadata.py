"""Metadata of volumes and snapshots, and of the image that a volume was made from."""

from pathlib import Path

import pytest

from tests.services.volume.cloud import V, VolumeCloud, run


@pytest.mark.parametrize("kind", ["volume", "snapshot"])
def test_items_are_added_replaced_and_removed(tmp_path: Path, kind: str) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, thing = cloud.client(), await cloud.made(metadata={"a": "1"})
        if kind == "snapshot":
            thing = await cloud.snapped(thing["id"], metadata={"a": "1"})
        path = f"{V}/{kind}s/{thing['id']}/metadata"
        assert (await client.get(path)).json() == {"metadata": {"a": "1"}}
        assert (await client.post(path, {"metadata": {"b": "2"}})).json() == {"metadata": {"a": "1", "b": "2"}}
        assert (await client.put(f"{path}/a", {"meta": {"a": "3"}})).json() == {"meta": {"a": "3"}}
        assert (await client.get(f"{path}/a")).json() == {"meta": {"a": "3"}}
        assert (await client.delete(f"{path}/a")).status_code == 200
        assert (await client.delete(f"{path}/a")).status_code == 404
        assert (await client.get(f"{path}/a")).status_code == 404
        assert (await client.put(path, {"metadata": {"c": "4"}})).json() == {"metadata": {"c": "4"}}
        assert (await client.put(f"{path}/a", {"meta": {"b": "1"}})).status_code == 400
        assert (await client.put(f"{path}/a", {"meta": {"a": "1", "b": "1"}})).status_code == 400
        for bad in ({"metadata": {"": "x"}}, {"metadata": {"k": None}}, {"metadata": []}, {}):
            assert (await client.post(path, bad)).status_code == 400
        many = {"metadata": {f"k{number}": "" for number in range(4)}}
        assert (await client.post(path, many)).status_code == 403
        assert (await client.get(path)).json() == {"metadata": {"c": "4"}}
        assert (await cloud.client("other").get(path)).status_code == 404

    run(tmp_path, test, metadata_items=4)


def test_a_lost_update_is_refused(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made(metadata={"a": "1"})
        path = f"{V}/volumes/{volume['id']}/metadata"
        tag = {"If-Match": (await client.get(path)).headers["etag"]}
        assert (await client.put(f"{path}/a", {"meta": {"a": "2"}}, headers=tag)).status_code == 200
        assert (await client.put(path, {"metadata": {}}, headers=tag)).status_code == 412
        assert (await client.put(f"{path}/a", {"meta": {"a": "3"}}, headers=tag)).status_code == 412
        old = cloud.client(version="volume 3.14")
        assert "etag" not in (await old.get(path)).headers
        assert (await old.put(path, {"metadata": {}}, headers=tag)).status_code == 200

    run(tmp_path, test)


def test_what_is_known_of_the_image(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        client, volume = cloud.client(), await cloud.made()
        path = f"{V}/volumes/{volume['id']}/action"
        answer = await client.post(path, {"os-set_image_metadata": {"metadata": {"a": "1", "b": "2"}}})
        assert (answer.status_code, answer.json()) == (200, {"metadata": {"a": "1", "b": "2"}})
        assert (await client.post(path, {"os-unset_image_metadata": {"key": "a"}})).status_code == 200
        assert (await client.post(path, {"os-unset_image_metadata": {"key": "a"}})).status_code == 404
        assert (await client.post(path, {"os-show_image_metadata": None})).json() == {"metadata": {"b": "2"}}
        assert (await client.show("volume", volume["id"]))["volume_image_metadata"] == {"b": "2"}

    run(tmp_path, test)
