"""Image data over HTTP: in, out, and everything that goes wrong on the way."""

import asyncio
import errno
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.disk import Disk
from altostratus.services.image.drivers.intake import BATCH
from tests.services.image.cloud import BYTES, ImageCloud, make, qcow2, run, show, upload

DATA = bytes(range(256)) * 4


class SmallDisk(Disk):
    """A disk with room for so many bytes."""

    def __init__(self, room: int) -> None:
        self._room = room

    def write(self, descriptor: int, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data)


async def assert_untouched(cloud: ImageCloud, image: dict[str, Any]) -> None:
    """The image is as if nobody had uploaded, and can be uploaded to."""
    assert await show(cloud.client(), image) == image
    assert cloud.files == set()
    cloud.rebuild()
    assert await upload(cloud.client(), image, DATA) == (204 if image["disk_format"] == "raw" else 415)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        assert (await client.get(f"/image{made['file']}")).status_code == 204
        content = DATA * (3 * BATCH // len(DATA) + 1)
        assert await upload(client, made, content) == 204
        shown = await show(client, made)
        assert (shown["status"], shown["size"], shown["virtual_size"]) == ("active", len(content), len(content))
        assert shown["checksum"] == hashlib.md5(content).hexdigest()
        assert (shown["os_hash_algo"], shown["stores"]) == ("sha512", "local")
        assert shown["os_hash_value"] == hashlib.sha512(content).hexdigest()
        response = await client.get(f"/image{made['file']}")
        assert response.content == content
        assert response.headers["content-md5"] == shown["checksum"]
        head = await client.request("HEAD", f"/image{made['file']}")
        assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))

    run(tmp_path, test)


def test_memory_is_flat(tmp_path: Path) -> None:
    async def much() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield bytes(1 << 20)

    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client())
        client = cloud.client()
        tracemalloc.start()
        assert await upload(client, made, much()) == 204
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 * BATCH

    run(tmp_path, test)


def test_a_part_of_the_data(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        await upload(client, made, DATA)
        part = await client.get(f"/image{made['file']}", headers={"range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, DATA[10:20])
        assert part.headers["content-range"] == "bytes 10-19/1024"
        beyond = await client.get(f"/image{made['file']}", headers={"range": "bytes=5000-"})
        assert beyond.status_code == 416

    run(tmp_path, test)


def test_a_qcow2_has_its_virtual_size(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client, disk_format="qcow2")
        assert await upload(client, made, qcow2(7 << 30)) == 204
        assert (await show(client, made))["virtual_size"] == 7 << 30

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("disk_format", "content"),
    [("qcow2", DATA), ("qcow2", qcow2(backing=b"/etc/passwd")), ("qcow2", qcow2(incompatible=4)), ("iso", DATA)],
)
def test_unsafe_data_is_refused_and_leaves_nothing(tmp_path: Path, disk_format: str, content: bytes) -> None:
    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client(), disk_format=disk_format)
        assert await upload(cloud.client(), made, content) == 415
        await assert_untouched(cloud, made)

    run(tmp_path, test)


def test_requests_refused_before_the_data(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made, formless = await make(client), await make(client, disk_format=None)
        assert await upload(client, made, DATA, **{"content-type": "text/plain"}) == 415
        assert await upload(client, made, DATA, **{"x-image-meta-store": "elsewhere"}) == 400
        assert await upload(client, made, DATA, **{"x-openstack-image-size": "many"}) == 400
        assert await upload(client, made, DATA, **{"x-openstack-image-size": "5"}) == 400
        assert await upload(client, formless, DATA) == 400
        assert await upload(cloud.client("other"), made, DATA) == 404
        assert (await client.post(f"/image{made['file']}", {})).status_code == 405
        await assert_untouched(cloud, made)
        assert await upload(client, made, DATA) == 409

    run(tmp_path, test)


def test_the_size_is_capped_whether_announced_or_not(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 300

    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client())
        assert await upload(cloud.client(), made, b"x" * 1025) == 413
        assert await upload(cloud.client(), made, chunks()) == 413
        await assert_untouched(cloud, made)

    run(tmp_path, test, image_size_cap=1024)


def test_a_full_disk(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        cloud.rebuild(SmallDisk(BATCH + 10))
        made = await make(cloud.client())
        response = await cloud.client().put(f"/image{made['file']}", content=b"x" * (3 * BATCH), headers=BYTES)
        assert response.status_code == 413
        assert "Image storage media is full" in response.text
        await assert_untouched(cloud, made)

    run(tmp_path, test)


@pytest.mark.parametrize("default", ["local", "objects"])
def test_the_client_chooses_a_store(tmp_path: Path, default: str) -> None:
    """Or the configuration does; whichever it was, other data stays where it is."""

    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        for said, store in ((None, default), ("local", "local"), ("objects", "objects")):
            made = await make(client)
            assert await upload(client, made, DATA, **({"x-image-meta-store": said} if said else {})) == 204
            assert (await show(client, made))["stores"] == store
            assert (await client.get(f"/image{made['file']}")).content == DATA
            part = await client.get(f"/image{made['file']}", headers={"range": "bytes=1-3"})
            assert (part.status_code, part.content) == (206, DATA[1:4])
            found = await cloud.service.state.db.read(partial(cloud.service.facade.get, image_id=made["id"]))
            assert found.path.read_bytes() == DATA
        assert await upload(client, await make(client), DATA, **{"x-image-meta-store": "nowhere"}) == 400

    run(tmp_path, test, default_store=default)


def test_a_deleted_image_leaves_nothing_in_the_object_store(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client, store = cloud.client(), cloud.service.state.stores["objects"]
        kept, gone = await make(client), await make(client)
        for made in (kept, gone):
            await upload(client, made, DATA)
        await client.delete(f"/image{gone['self']}")
        await cloud.sweep()
        (name,) = await store.names()
        assert name.startswith(f"objects:{kept['id']}.")

    run(tmp_path, test, default_store="objects")


def test_a_client_that_goes_away(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client())
        answers: list[Any] = []
        messages = iter([{"type": "http.request", "body": b"x" * 100, "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            answers.append(message)

        await cloud.asgi(put_scope(made), receive, send)
        assert answers == []
        await assert_untouched(cloud, made)

    run(tmp_path, test)


def test_a_cancelled_request(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client())
        waiting = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield b"x" * (BATCH + 1)
            waiting.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(upload(cloud.client(), made, endless()))
        await waiting.wait()
        assert (await show(cloud.client(), made))["status"] == "saving"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await assert_untouched(cloud, made)

    run(tmp_path, test)


def test_one_upload_at_a_time(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield DATA
            begun.set()
            await go_on.wait()
            yield DATA

        first = asyncio.create_task(upload(client, made, slow()))
        await begun.wait()
        assert await upload(client, made, b"other") == 409
        assert (await client.get("/image/v2/images?status=saving")).json()["images"][0]["id"] == made["id"]
        go_on.set()
        assert await first == 204
        assert (await client.get(f"/image{made['file']}")).content == DATA * 2

    run(tmp_path, test)


def test_an_image_deleted_while_its_data_comes(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)

        async def slow() -> AsyncIterator[bytes]:
            yield DATA
            assert (await client.delete(f"/image{made['self']}")).status_code == 204

        assert await upload(client, made, slow()) == 410
        assert cloud.files == set()

    run(tmp_path, test)


def test_a_deleted_image_leaves_other_users_of_its_file_alone(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        client = cloud.client()
        made = await make(client)
        await upload(client, made, DATA)
        (name,) = cloud.files
        (tmp_path / "base").hardlink_to(tmp_path / "images" / name)
        await client.delete(f"/image{made['self']}")
        await cloud.sweep()
        assert cloud.files == set()
        assert (tmp_path / "base").read_bytes() == DATA

    run(tmp_path, test)


def put_scope(image: dict[str, Any]) -> dict[str, Any]:
    path = f"/image{image['file']}"
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "PUT",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"x-auth-token", b"member"), (b"content-type", b"application/octet-stream")],
        "client": ("127.0.0.1", 1),
    }
