"""Image records over HTTP, as Glance answers. The oracle tests compare whole conversations; these say what matters."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.services.image.cloud import ImageCloud, change, make, run, show, upload


def test_a_new_image_shows_all_it_was_given(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        own = str(uuid.uuid4())
        client = cloud.client()
        made = await make(client, id=own, name="n", tags=["b", "a", "b"], min_disk=1, os_distro="debian")
        assert made == await show(client, made)
        assert (made["id"], made["status"], made["visibility"], made["owner"]) == (own, "queued", "shared", "mine")
        assert (made["tags"], made["os_distro"], made["size"]) == (["a", "b"], "debian", None)
        assert "stores" not in made

    run(tmp_path, test)


def test_creation_says_where(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        response = await cloud.client().post("/image/v2/images", {})
        assert response.headers["location"] == f"http://cloud/image{response.json()['self']}"
        assert "openstack-image-import-methods" not in response.headers

    run(tmp_path, test)


def test_an_id_is_used_once_for_ever(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        assert (await client.post("/image/v2/images", {"id": made["id"]})).status_code == 409
        assert (await client.delete(f"/image{made['self']}")).status_code == 204
        assert (await client.post("/image/v2/images", {"id": made["id"]})).status_code == 409

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": 5}, 400),
        ({"name": "x" * 256}, 400),
        ({"name": "a\0b"}, 400),
        ({"disk_format": "nonsense"}, 400),
        ({"min_disk": -1}, 400),
        ({"min_ram": 1 << 40}, 400),
        ({"tags": ["x" * 256]}, 400),
        ({"owner": "x" * 65}, 400),
        ({"id": "x"}, 400),
        ({"colour": None}, 400),
        ({"colour": "x" * 70000}, 400),
        ({"x" * 256: "long"}, 400),
        ([], 400),
        ("text", 400),
        ({"status": "active"}, 403),
        ({"locations": []}, 403),
        ({"os_glance_x": "x"}, 403),
        ({"owner": "theirs"}, 403),
        ({"visibility": "public"}, 403),
        ({f"p{n}": "x" for n in range(129)}, 413),
        ({"tags": [str(n) for n in range(129)]}, 413),
    ],
)
def test_bodies_refused(tmp_path: Path, body: Any, status: int) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        assert (await client.post("/image/v2/images", body)).status_code == status
        assert (await client.get("/image/v2/images")).json()["images"] == []

    run(tmp_path, test)


def test_a_patch_is_all_or_nothing(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client, colour="red")
        rename = {"op": "replace", "path": "/name", "value": "new"}
        refused = await change(client, made, rename, {"op": "remove", "path": "/shape"})
        assert refused.status_code == 409
        assert (await show(client, made))["name"] is None
        changed = await change(client, made, rename, {"op": "remove", "path": "/colour"})
        assert changed.status_code == 200
        assert changed.json() == await show(client, made)
        assert changed.json()["name"] == "new"
        assert "colour" not in changed.json()

    run(tmp_path, test)


def test_a_patch_needs_its_own_content_type(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        response = await client.patch(f"/image{made['self']}", [])
        assert response.status_code == 415
        assert "v2.1-json-patch" in response.headers["accept-patch"]

    run(tmp_path, test)


def test_formats_are_fixed_once_there_is_data(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        other = {"op": "replace", "path": "/disk_format", "value": "qcow2"}
        back = {"op": "replace", "path": "/disk_format", "value": "raw"}
        assert (await change(client, made, other)).status_code == 200
        assert (await change(client, made, back)).status_code == 200
        assert await upload(client, made, b"x") == 204
        assert (await change(client, made, other)).status_code == 403

    run(tmp_path, test)


def test_what_is_protected_stays(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client, protected=True)
        assert (await client.delete(f"/image{made['self']}")).status_code == 403
        await change(client, made, {"op": "replace", "path": "/protected", "value": False})
        assert (await client.delete(f"/image{made['self']}")).status_code == 204
        assert (await client.get(f"/image{made['self']}")).status_code == 404

    run(tmp_path, test)


def test_tags_come_and_go(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client, tags=["red"])
        tags = f"/image{made['self']}/tags"
        assert (await client.put(f"{tags}/blue")).status_code == 204
        assert (await client.put(f"{tags}/blue")).status_code == 204
        assert (await client.delete(f"{tags}/red")).status_code == 204
        assert (await client.delete(f"{tags}/red")).status_code == 404
        assert (await client.put(f"{tags}/{'x' * 256}")).status_code == 400
        assert (await show(client, made))["tags"] == ["blue"]

    run(tmp_path, test)


def test_deactivation(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        actions = f"/image{made['self']}/actions"
        assert (await client.post(f"{actions}/deactivate")).status_code == 403
        await upload(client, made, b"x")
        for _ in range(2):
            assert (await client.post(f"{actions}/deactivate")).status_code == 204
        assert (await show(client, made))["status"] == "deactivated"
        assert (await client.get(f"/image{made['file']}")).status_code == 403
        assert (await cloud.client("admin").get(f"/image{made['file']}")).status_code == 200
        assert (await client.post(f"{actions}/reactivate")).status_code == 204
        assert (await client.get(f"/image{made['file']}")).status_code == 200

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("visibility", "seen", "listed"),
    [("private", False, False), ("shared", False, False), ("community", True, False), ("public", True, True)],
)
def test_who_sees_what(tmp_path: Path, visibility: str, seen: bool, listed: bool) -> None:
    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client("admin"), visibility=visibility)
        other = cloud.client("other")
        assert (await other.get(f"/image{made['self']}")).status_code == (200 if seen else 404)
        assert bool((await other.get("/image/v2/images")).json()["images"]) == listed
        every = (await other.get("/image/v2/images", params={"visibility": visibility})).json()["images"]
        assert bool(every) == seen
        assert (await other.delete(f"/image{made['self']}")).status_code == (403 if seen else 404)

    run(tmp_path, test)


def test_faults_in_three_languages(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client, path = cloud.client(), "/image/v2/images/<b>"
        page = await client.get(path)
        assert page.headers["content-type"] == "text/html; charset=UTF-8"
        assert "<title>404 Not Found</title>" in page.text
        assert "No image found with ID &lt;b&gt;<br" in page.text
        found = (await client.get(path, headers={"accept": "application/json"})).json()
        assert (found["code"], found["title"]) == ("404 Not Found", "Not Found")
        text = await client.get(path, headers={"accept": "text/plain"})
        assert text.text.startswith("404 Not Found\n\nNo image found")

    run(tmp_path, test)


def test_nobody_is_sent_to_keystone(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        response = await cloud.client(None).get("/image/v2/images")
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == 'Keystone uri="http://cloud/identity"'

    run(tmp_path, test)


def test_version_documents(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client(None)
        for path, status in (("/image", 300), ("/image/", 300), ("/image/versions", 200), ("/image/v1/images", 300)):
            response = await client.get(path)
            assert response.status_code == status, path
            assert {"v2.0", "v2.17"} <= {version["id"] for version in response.json()["versions"]}
            assert response.json()["versions"][0]["links"][0]["href"] == "http://cloud/image/v2/"

    run(tmp_path, test)


def test_what_the_service_says_of_itself(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client("reader")
        for name in ("image", "images", "member", "members"):
            assert (await client.get(f"/image/v2/schemas/{name}")).json()["name"] == name
        assert (await client.get("/image/v2/schemas/nothing")).status_code == 404
        assert (await client.get("/image/v2/info/import")).json()["import-methods"]["value"] == []
        stores = [{"id": "local", "default": "true"}, {"id": "objects"}]
        assert (await client.get("/image/v2/info/stores")).json() == {"stores": stores}

    run(tmp_path, test)
