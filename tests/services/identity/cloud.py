"""A cloud of identity alone, with people in it, for identity's tests."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from altostratus.app.asgi import build_asgi
from altostratus.kernel import events
from altostratus.kernel.service import Cloud, Service
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.tx import Tx
from altostratus.services.identity import service as identity
from tests.harness import BASE, open_test_cloud, prepare

T = TypeVar("T")
PASSWORD = "first-secret"
ADMIN_PASSWORD = "admin-secret"
V3 = "/identity/v3"
TOKENS = f"{V3}/auth/tokens"


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 12, 0, 0, 123456, UTC)

    def now(self) -> datetime:
        return self.moment

    def move(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


@dataclass
class People:
    """The running service, and clients for people of it. `admin` is project-scoped."""

    cloud: Cloud
    service: Service
    clock: HandClock
    asgi: Any
    admin: ApiClient
    _clients: list[ApiClient] = field(default_factory=list)

    def client(self, token: str | None = None) -> ApiClient:
        client = ApiClient(self.asgi, BASE)
        client.token = token
        self._clients.append(client)
        return client

    async def events(self, count: int) -> list[events.Event]:
        """The newest, oldest first, with those that are yet to be written."""
        await self.service.state.journal.stop()
        return await self.cloud.db.read(lambda tx: events.read_last(tx, count))

    async def login(self, user_id: str, scope: Any = None, password: str = PASSWORD) -> httpx.Response:
        return await self.client().post(TOKENS, login(user_id, scope, password))

    async def token(self, user_id: str, scope: Any = None, password: str = PASSWORD) -> str:
        response = await self.login(user_id, scope, password)
        assert response.status_code == 201, response.text
        return str(response.headers["X-Subject-Token"])

    async def make(self, noun: str, **fields: Any) -> str:
        """POST as admin; the id of what was made."""
        response = await self.admin.post(f"{V3}/{noun}s", {noun: fields})
        assert response.status_code == 201, response.text
        return str(response.json()[noun]["id"])

    async def user(self, name: str, **fields: Any) -> str:
        return await self.make("user", name=name, **{"password": PASSWORD, **fields})

    async def role(self, name: str) -> str:
        found = await self.admin.get(f"{V3}/roles?name={name}")
        return str(found.json()["roles"][0]["id"])

    async def grant(self, user_id: str, role: str, where: str) -> None:
        """`where` is 'projects/<id>', 'domains/<id>' or 'system'."""
        response = await self.admin.put(f"{V3}/{where}/users/{user_id}/roles/{await self.role(role)}")
        assert response.status_code == 204, response.text

    async def person(self, role: str, project_id: str) -> ApiClient:
        """A new user with this role in the project, logged in there."""
        user_id = await self.user(f"{role}-{random.getrandbits(40)}")
        await self.grant(user_id, role, f"projects/{project_id}")
        client = self.client(await self.token(user_id, {"project": {"id": project_id}}))
        client.user_id, client.project_id = user_id, project_id
        return client

    async def in_domain(self, user_id: str) -> ApiClient:
        """Acting in the domain Default, as its member."""
        await self.grant(user_id, "member", "domains/default")
        return self.client(await self.token(user_id, {"domain": {"id": "default"}}))

    async def on_system(self) -> ApiClient:
        """The system's administrator."""
        return self.client(await self.token(self.admin.user_id, {"system": {"all": True}}, "admin-secret"))

    async def amid(self, ask: Coroutine[Any, Any, T], change: Callable[[], Awaitable[Any]]) -> T:
        """What is answered to `ask` when `change` comes in between its reading and what it does with that."""
        db = self.cloud.db
        read, reading, changed = db.read, asyncio.Event(), asyncio.Event()

        async def slow_read(fn: Callable[[Tx], Any]) -> Any:
            result = await read(fn)
            reading.set()
            await changed.wait()
            return result

        db.read = slow_read  # type: ignore[method-assign,assignment]
        waiting = asyncio.create_task(ask)
        await reading.wait()
        db.read = read  # type: ignore[method-assign]
        await change()
        changed.set()
        return await waiting

    async def close(self) -> None:
        for client in (self.admin, *self._clients):
            await client.__aexit__(None, None, None)
        self.cloud.db.close()


def login(user_id: str, scope: Any = None, password: str = PASSWORD) -> dict[str, Any]:
    auth: dict[str, Any] = {
        "identity": {"methods": ["password"], "password": {"user": {"id": user_id, "password": password}}}
    }
    return {"auth": auth if scope is None else {**auth, "scope": scope}}


@asynccontextmanager
async def open_people(data_dir: Path, options: Any = None) -> AsyncIterator[People]:
    clock = HandClock()
    cloud = open_test_cloud(data_dir, clock=clock, options={"identity": options or {}})
    service = identity.build(cloud, identity.CATALOG, ADMIN_PASSWORD)
    prepare(cloud, [service])
    asgi = build_asgi([service], service.facade.authenticate, BASE, random.SystemRandom())
    people = People(cloud, service, clock, asgi, ApiClient(asgi, BASE))
    try:
        await people.admin.login("admin", ADMIN_PASSWORD, "admin")
        yield people
    finally:
        await people.close()


def run(data_dir: Path, story: Callable[[People], Awaitable[None]], options: Any = None) -> None:
    """Play a story in a fresh cloud."""

    async def play() -> None:
        async with open_people(data_dir, options) as people:
            await story(people)

    asyncio.run(play())
