"""A block storage service on a database of its own, with images and people in two projects, for this folder's tests."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from altostratus.contracts.image import Image
from altostratus.kernel.actor import Actor
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.reconcile.lease import MemoryLeases
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.testing.faults import Faults
from altostratus.kernel.tx import Tx
from altostratus.services.volume.driver import DriverError
from altostratus.services.volume.drivers.simulated.storage import SimulatedStorage
from altostratus.services.volume.drivers.simulated.world import World
from altostratus.services.volume.service import build
from tests.harness import client_for, open_test_cloud, prepare

V = "/volume/v3"
GIB = 1 << 30
LATEST = "volume 3.71"


def person(project: str | None, *roles: str) -> Actor:
    return Actor(user_id=f"user-of-{project}", project_id=project, roles=frozenset(roles))


ACTORS = {
    "admin": person("ops", "admin", "member", "reader"),
    "service": person("ops", "admin", "service"),
    "member": person("mine", "member", "reader"),
    "reader": person("mine", "reader"),
    "other": person("theirs", "member", "reader"),
    "unscoped": person(None),
}


@dataclass
class SomeImages:
    """Images by id, which everybody sees."""

    known: dict[str, Image] = field(default_factory=dict)

    def find(self, tx: Tx, actor: Actor, image_id: str) -> Image | None:
        return self.known.get(image_id)

    def get(self, tx: Tx, image_id: str) -> Image | None:
        return self.known.get(image_id)


class VolumeCloud:
    """The service, its storage and its people."""

    def __init__(self, data_dir: Path, copies_in_use: bool = True, **options: Any) -> None:
        self.cloud = open_test_cloud(data_dir, options={"volume": options})
        self._leases = MemoryLeases(1)
        self.faults = Faults(DriverError)
        self.images = SomeImages()
        self.world = World(copies_in_use=copies_in_use)
        self.service = build(self.cloud, self.images, SimulatedStorage(self.world, self.faults))
        prepare(self.cloud, [self.service])
        self._asgi = client_for([self.service], ACTORS)._asgi

    def client(self, who: str | None = "member", version: str = LATEST) -> "VolumeClient":
        return VolumeClient(self._asgi, who, version)

    async def sweep(self) -> None:
        """Let the reconcilers do all they have to do now."""
        engine = Engine(self.cloud.db, self._leases, self.cloud.clock, self.service.reconcilers)
        self.cloud.db.on_wake = engine.wake
        await engine.start()
        while not engine.idle:  # noqa: ASYNC110 - polling
            await asyncio.sleep(0.005)
        await engine.stop()

    async def made(self, who: str = "member", **asked: Any) -> dict[str, Any]:
        """A volume that is there."""
        volume = await self.client(who).make("volume", **{"size": 1, **asked})
        await self.sweep()
        return await self.client(who).show("volume", volume["id"])

    async def snapped(self, volume_id: str, who: str = "member", **asked: Any) -> dict[str, Any]:
        """A snapshot that is there."""
        snapshot = await self.client(who).make("snapshot", volume_id=volume_id, **asked)
        await self.sweep()
        return await self.client(who).show("snapshot", snapshot["id"])


class VolumeClient(ApiClient):
    """A client in one microversion."""

    def __init__(self, asgi: Any, token: str | None, version: str) -> None:
        super().__init__(asgi)
        self.token = token
        self._version = version

    async def request(self, method: str, path: str, **options: Any) -> Any:
        headers = {"OpenStack-API-Version": self._version, **options.pop("headers", {})}
        return await super().request(method, path, headers=headers, **options)

    async def make(self, kind: str, **asked: Any) -> dict[str, Any]:
        """A new volume, snapshot or attachment, as its answer shows it."""
        answer = await self.post(f"{V}/{kind}s", {kind: asked})
        assert answer.is_success, answer.text
        return dict(answer.json()[kind])

    async def show(self, kind: str, key: str) -> dict[str, Any]:
        answer = await self.get(f"{V}/{kind}s/{key}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()[kind])

    async def act(self, volume: dict[str, Any], name: str, arguments: Any = None, kind: str = "volume") -> int:
        """The status of an action's answer."""
        answer = await self.post(f"{V}/{kind}s/{volume['id']}/action", {name: {} if arguments is None else arguments})
        return int(answer.status_code)

    async def names(self, path: str) -> list[str]:
        """The names of what a list has."""
        answer = await self.get(f"{V}/{path}")
        assert answer.status_code == 200, answer.text
        return [each["name"] for each in answer.json()[path.split("?")[0].split("/")[0]]]


def run(data_dir: Path, test: Callable[[VolumeCloud], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a test on a cloud of its own."""
    cloud = VolumeCloud(data_dir, **options)
    try:
        asyncio.run(test(cloud))
    finally:
        cloud.cloud.db.close()
        cloud.cloud.objects.close()


def image(key: str = "11111111-1111-4111-8111-111111111111", **values: Any) -> Image:
    """A raw image of a GiB and a half."""
    known: dict[str, Any] = {
        "id": key,
        "name": "tiny",
        "status": "active",
        "disk_format": "raw",
        "container_format": "bare",
        "size": 3 * GIB // 2,
        "virtual_size": 3 * GIB // 2,
        "min_disk": 0,
        "min_ram": 64,
        "path": Path("/images/tiny"),
        "properties": {"os_distro": "tiny"},
    }
    return Image(**{**known, **values})
