"""An object store with CDMI's door, and Swift's, for the tests of this folder."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from altostratus.doors.cdmi import service as cdmi
from altostratus.kernel.actor import Actor
from altostratus.services.objectstore import service as objectstore
from tests.harness import client_for, open_test_cloud

V = {"X-CDMI-Specification-Version": "1.1.1"}
OBJECT, CONTAINER = "application/cdmi-object", "application/cdmi-container"
SWIFT = "/object-store/v1/AUTH_mine"


def person(project: str | None, *roles: str) -> Actor:
    return Actor(user_id=f"user-of-{project}", project_id=project, roles=frozenset(roles))


ACTORS = {
    "member": person("mine", "member", "reader"),
    "admin": person("mine", "admin"),
    "reader": person("mine", "reader"),
    "guest": person("mine", "guest"),
    "other": person("theirs", "member", "reader"),
    "unscoped": person(None, "admin"),
}


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class CdmiCloud:
    """The doors and their people. Paths are those below /cdmi, and go to the door as they are; `~` is Swift's account
    of the member."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        self.cloud = open_test_cloud(data_dir, options={"objectstore": options})
        objects = objectstore.build(self.cloud)
        self.objects = objects.facade
        self.asgi = client_for([objects, cdmi.build(self.cloud, objects.facade)], ACTORS)._asgi

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, by: str = "member"
    ) -> Answer:
        path, _, query = path.partition("?")
        path = SWIFT + path[1:] if path.startswith("~") else f"/cdmi{path}"
        sent = {"x-auth-token": by, "content-length": str(len(body))} | {
            k.lower(): v for k, v in (headers or {}).items()
        }
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
            "client": ("192.0.2.1", 1000),
            "server": ("cloud", 80),
        }
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.asgi(scope, receive, send)
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in messages[0]["headers"]}
        return Answer(messages[0]["status"], headers, b"".join(message.get("body", b"") for message in messages[1:]))

    async def get(self, path: str, by: str = "member", **headers: str) -> Answer:
        """In CDMI."""
        return await self.ask("GET", path, headers={**V, **headers}, by=by)

    async def put(self, path: str, value: Any = None, by: str = "member", **headers: str) -> Answer:
        """In CDMI: a container where the path ends with a slash."""
        kind = CONTAINER if path.partition("?")[0].endswith("/") else OBJECT
        body = b"" if value is None else msgspec.json.encode(value)
        return await self.ask("PUT", path, body, {**V, "Content-Type": kind, **headers}, by)

    async def shown(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.get(path)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()

    async def make(self, path: str, value: Any = None) -> Any:
        """The JSON of a PUT that must make something."""
        answer = await self.put(path, value)
        assert answer.status == 201, (answer.status, answer.body)
        return answer.json()


def run(data_dir: Path, test: Callable[[CdmiCloud], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a test on an object store of its own."""
    cloud = CdmiCloud(data_dir, **options)
    try:
        asyncio.run(test(cloud))
    finally:
        cloud.cloud.db.close()
        cloud.cloud.objects.close()
