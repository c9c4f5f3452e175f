"""An object store alone, with people in three projects, for the tests of this folder."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from altostratus.kernel.actor import Actor
from altostratus.kernel.service import Service
from altostratus.kernel.testing.clock import ManualClock
from altostratus.services.objectstore.driver import Blobs
from altostratus.services.objectstore.service import PREFIX, build
from tests.harness import client_for, open_test_cloud, prepare

BASE = f"{PREFIX}/v1"
MINE, THEIRS = f"{BASE}/AUTH_mine", f"{BASE}/AUTH_theirs"


def person(project: str | None, *roles: str, user: str = "") -> Actor:
    """User `<project>-user`, whose name is `<project>-name`, unless it is another one."""
    name = user or project or "nobody"
    domain = "default" if project else None
    return Actor(
        user_id=f"{name}-user",
        user_name=f"{name}-name",
        project_id=project,
        project_name=f"{project}-project" if project else None,
        project_domain_id=domain,
        roles=frozenset(roles),
    )


ACTORS = {
    "member": person("mine", "member", "reader"),
    "reader": person("mine", "reader", user="looker"),
    "roleless": person("mine", "guest", user="guest"),
    "other": person("theirs", "member", "reader"),
    "reseller": person("ops", "ResellerAdmin"),
    "admin": person("ops", "admin", "member", "reader"),
    "unscoped": person(None),
}


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class ObjectCloud:
    """The service and its people. The clock is turned by hand: it goes on by a millisecond with each request.
    Paths go to the service as they are: no client in between mends them."""

    last: Answer
    """What came of the last request, and of one that broke off as far as it came."""

    def __init__(self, data_dir: Path, blobs: Blobs | None = None, **options: Any) -> None:
        self.clock = ManualClock()
        self.cloud = open_test_cloud(data_dir, clock=self.clock, options={"objectstore": options})
        self.rebuild(blobs)

    def rebuild(self, blobs: Blobs | None = None) -> None:
        """What a restart of the process finds."""
        self.service: Service = build(self.cloud, blobs=blobs)
        prepare(self.cloud, [self.service])
        self.asgi = client_for([self.service], ACTORS)._asgi

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | AsyncIterator[bytes] = b"",
        headers: Mapping[str, str | bytes] | None = None,
        by: str | None = "member",
    ) -> Answer:
        """One request. `path` may begin with `~`, the account of `member`; iterators are sent chunked. Headers are
        sent as UTF-8, or as the bytes that they are."""
        self.clock.advance(0.001)
        path, _, query = path.replace("~", MINE, 1).partition("?")
        sent: dict[str, str | bytes] = {"x-auth-token": by} if by else {}
        sent |= {"content-length": str(len(body))} if isinstance(body, bytes) else {"transfer-encoding": "chunked"}
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), v.encode() if isinstance(v, str) else v) for name, v in sent.items()],
            "client": ("192.0.2.1", 1000),
            "server": ("cloud", 80),
        }
        answer = _Answer()
        try:
            await self.asgi(scope, _messages(body), answer)
        finally:
            self.last = Answer(answer.status, answer.headers, b"".join(answer.chunks))
        return self.last

    async def put(self, path: str, body: bytes | AsyncIterator[bytes] = b"", **options: Any) -> Answer:
        """A PUT that must succeed."""
        answer = await self.ask("PUT", path, body, **options)
        assert answer.status in (201, 202), (answer.status, answer.body)
        return answer

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", path, **options)

    async def head(self, path: str, **options: Any) -> Answer:
        return await self.ask("HEAD", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        return await self.ask("POST", path, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        return await self.ask("DELETE", path, **options)

    async def copy(self, path: str, to: str, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        return await self.ask("COPY", path, headers={"Destination": to, **(headers or {})}, **options)

    async def names(self, path: str, **options: Any) -> list[str]:
        """A list as text, which has names alone."""
        return (await self.get(path, **options)).text.splitlines()


class _Answer:
    """ASGI's `send`."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.chunks.append(message.get("body", b""))


def _messages(body: bytes | AsyncIterator[bytes]) -> Callable[[], Coroutine[Any, Any, dict[str, Any]]]:
    """ASGI's `receive`."""
    chunks = _once(body) if isinstance(body, bytes) else body

    async def receive() -> dict[str, Any]:
        chunk = await anext(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    return receive


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


def run(data_dir: Path, test: Callable[[ObjectCloud], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a test on an object store of its own."""
    cloud = ObjectCloud(data_dir, **options)
    try:
        asyncio.run(test(cloud))
    finally:
        cloud.cloud.db.close()
        cloud.cloud.objects.close()
