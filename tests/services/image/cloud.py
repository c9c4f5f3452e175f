"""An image service on a database of its own, with people in two projects, for the tests of this folder."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.disk import Disk
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.reconcile.lease import MemoryLeases
from altostratus.kernel.service import Service
from altostratus.kernel.testing.client import ApiClient
from altostratus.services.image.service import build
from altostratus.services.objectstore import service as objectstore
from tests.harness import client_for, open_test_cloud, prepare

V21 = {"content-type": "application/openstack-images-v2.1-json-patch"}
BYTES = {"content-type": "application/octet-stream"}
CLUSTER = 1 << 16


def person(project: str | None, *roles: str) -> Actor:
    return Actor(user_id=f"user-of-{project}", project_id=project, roles=frozenset(roles))


ACTORS = {
    "admin": person("ops", "admin", "member", "reader"),
    "member": person("mine", "member", "reader"),
    "reader": person("mine", "reader"),
    "other": person("theirs", "member", "reader"),
    "unscoped": person(None),
}


class ImageCloud:
    """The service and its people; `rebuild` is what a restart of the process finds."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        self.data_dir = data_dir
        self.cloud = open_test_cloud(data_dir, options={"image": options})
        self.rebuild()

    def rebuild(self, disk: Disk | None = None) -> None:
        self.service: Service = build(self.cloud, objectstore.build(self.cloud).facade, disk)
        prepare(self.cloud, [self.service])
        self.asgi = client_for([self.service], ACTORS)._asgi

    def client(self, who: str | None = "member") -> ApiClient:
        client = ApiClient(self.asgi)
        client.token = who
        return client

    @property
    def files(self) -> set[str]:
        return {path.name for path in (self.data_dir / "images").iterdir()}

    async def sweep(self) -> None:
        """Let the reconcilers do all they have to do now."""
        engine = Engine(self.cloud.db, MemoryLeases(1), self.cloud.clock, self.service.reconcilers)
        await engine.start()
        while not engine.idle:  # noqa: ASYNC110 - polling
            await asyncio.sleep(0.01)
        await engine.stop()


def run(data_dir: Path, test: Callable[[ImageCloud], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a test on a cloud of its own."""
    cloud = ImageCloud(data_dir, **options)
    try:
        asyncio.run(test(cloud))
    finally:
        cloud.cloud.db.close()
        cloud.cloud.objects.close()


async def make(client: ApiClient, **attributes: Any) -> dict[str, Any]:
    """A new raw image without data."""
    body = {"disk_format": "raw", "container_format": "bare", **attributes}
    response = await client.post("/image/v2/images", body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def upload(
    client: ApiClient, image: dict[str, Any], content: bytes | AsyncIterator[bytes], **headers: str
) -> int:
    """The status of an upload."""
    response = await client.put(f"/image{image['file']}", content=content, headers={**BYTES, **headers})
    return response.status_code


async def show(client: ApiClient, image: dict[str, Any]) -> dict[str, Any]:
    response = await client.get(f"/image{image['self']}")
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def change(client: ApiClient, image: dict[str, Any], *operations: dict[str, Any]) -> Any:
    """The response to one JSON patch."""
    return await client.patch(f"/image{image['self']}", list(operations), headers=V21)


def qcow2(size: int = 1 << 20, backing: bytes = b"", incompatible: int = 0) -> bytes:
    """An empty qcow2 of version 3, made by hand from its specification (docs/interop/qcow2.txt of QEMU)."""
    entries = -(-size // (512 << 20))  # of the first-level table
    name = (112, len(backing)) if backing else (0, 0)
    fields = (b"QFI\xfb", 3, *name, 16, size, 0, entries, 3 * CLUSTER, CLUSTER, 1, 0, 0, incompatible, 0, 0, 4, 104)
    header = struct.pack(">4sIQIIQIIQQIIQQQQII", *fields) + bytes(8) + backing
    parts = (header, struct.pack(">Q", 2 * CLUSTER), struct.pack(">4H", 1, 1, 1, 1), b"")
    return b"".join(part.ljust(CLUSTER, b"\0") for part in parts)
