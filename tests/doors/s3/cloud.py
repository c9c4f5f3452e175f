"""The S3 door over an object store of its own, and boto3 clients of it that need no socket: what they would send is
answered in this process."""

import asyncio
import io
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

import boto3
import httpx
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from urllib3.response import HTTPResponse

from altostratus.app.asgi import build_asgi
from altostratus.contracts.identity import AccessKey
from altostratus.doors.s3.service import build
from altostratus.kernel.actor import Actor
from altostratus.kernel.service import Service
from altostratus.services.objectstore.service import build as build_store
from tests.harness import BASE, open_test_cloud

T = TypeVar("T")
REGION = "RegionOne"
S3, SWIFT = f"{BASE}/s3", f"{BASE}/object-store/v1/AUTH_mine"


def person(project: str, *roles: str, **more: Any) -> Actor:
    return Actor(user_id=f"user-{project}-{'-'.join(roles)}", project_id=project, roles=frozenset(roles), **more)


PEOPLE = {
    "mine": person("mine", "member", "reader"),
    "reader": person("mine", "reader"),
    "theirs": person("theirs", "member", "reader"),
    "nobody": person("mine"),
}


class Keys:
    """Whose an access key is: each of these people has one, with a secret like its name."""

    def __init__(self) -> None:
        self.people = dict(PEOPLE)

    async def authenticate(self, token: str) -> Actor | None:
        """For Swift's door: a token is called like its person."""
        return self.people.get(token)

    async def access_key(self, access: str) -> AccessKey | None:
        actor = self.people.get(access)
        return AccessKey(f"secret-of-{access}", actor) if actor else None

    def project_exists(self, tx: Any, project_id: str) -> bool:
        return True


class Clock:
    """The time, moved by hand beside it: requests are signed with that of the machine."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **delta: float) -> None:
        self.ahead += timedelta(**delta)


class Answer(NamedTuple):
    """As it came."""

    status_code: int
    headers: httpx.Headers
    content: bytes


class S3Cloud:
    """The door, and clients. Everything of it runs in a loop of its own thread."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        self.clock, self.keys = Clock(), Keys()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.cloud = open_test_cloud(data_dir, clock=self.clock, options={"s3": options})
        self.store: Service = build_store(self.cloud)
        self.door: Service = build(self.cloud, self.store.facade, self.keys)
        self._asgi = build_asgi([self.store, self.door], self.keys.authenticate, BASE, self.cloud.entropy)

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(60)

    def client(self, who: str = "mine", **config: Any) -> BaseClient:
        """boto3's, as one of the people."""
        settings = {"s3": {"addressing_style": "path"}, "retries": {"total_max_attempts": 1}, **config}
        endpoint = settings.pop("endpoint", S3)
        made = _session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=settings.pop("region", REGION),
            aws_access_key_id=who,
            aws_secret_access_key=settings.pop("secret", f"secret-of-{who}"),
            config=Config(**settings),
        )
        made.meta.events.register("before-send.s3", self._answer)
        return made

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """A request as it is, by nobody. `path` is a URL where it begins with http."""
        url = path if path.startswith("http") else f"{S3}{path}"
        return self.run(self._ask(method, url, body, dict(headers or {})))

    def swift(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, who: str = "mine"
    ) -> Answer:
        """A request of Swift's API, below the account of `mine`."""
        return self.ask(method, f"{SWIFT}{path}", body, {"x-auth-token": who, **(headers or {})})

    async def _ask(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Without httpx, which would tidy the path."""
        parts, messages = urlsplit(url), [{"type": "http.request", "body": body, "more_body": False}]
        named = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
        if "transfer-encoding" not in named:
            named.setdefault("content-length", str(len(body)))
        scope = {
            "type": "http",
            "method": method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode("latin-1"),
            "query_string": parts.query.encode("latin-1"),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()],
            "client": ("10.1.2.3", 1234),
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._asgi(scope, receive, send)
        found = httpx.Headers(sent[0]["headers"])
        return Answer(sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """In place of botocore's own sending."""
        body: Any = request.body or b""
        data = body.read() if hasattr(body, "read") else body
        headers = {name: _text(value) for name, value in request.headers.items()}
        found = self.ask(request.method or "GET", request.url, data, headers)
        raw = HTTPResponse(
            io.BytesIO(found.content),
            dict(found.headers),
            found.status_code,
            preload_content=False,
            decode_content=False,
            request_method=request.method,
        )
        return AWSResponse(request.url, found.status_code, found.headers, raw)

    def close(self) -> None:
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.cloud.objects.close()
        self.cloud.db.close()


@contextmanager
def open_s3(data_dir: Path, **options: Any) -> Iterator[S3Cloud]:
    cloud = S3Cloud(data_dir, **options)
    try:
        yield cloud
    finally:
        cloud.close()


@cache
def _session() -> Any:
    """Which loads its models once."""
    return boto3.session.Session()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def code_of(error: ClientError) -> tuple[int, str]:
    """The status and the code of what was refused."""
    return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
