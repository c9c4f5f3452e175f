"""Builds what a test needs: a Cloud on a database of its own, and clients over one service with actors by token."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine

from altostratus.app.asgi import build_asgi
from altostratus.app.settings import Settings
from altostratus.app.wiring import System, admin_password
from altostratus.kernel.actor import Actor
from altostratus.kernel.clock import Clock, SystemClock
from altostratus.kernel.db import metadata, open_database
from altostratus.kernel.lanes import ThreadLane
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.service import Cloud, Service
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.tables import metadata as objects_metadata

BASE = "http://cloud"
postgres: str | None = None
"""The PostgreSQL database that clouds of this test stand on, if any."""


def open_test_cloud(data_dir: Path, *, clock: Clock | None = None, options: Any = None) -> Cloud:
    """A cloud on an empty database of its own, with every table: in `data_dir`, or the PostgreSQL one that
    tests/services/conftest.py has set."""
    url = database_url(data_dir)
    clock = clock or SystemClock()
    return Cloud(
        db=open_database(url, clock=clock),
        objects=open_database(objects_url(data_dir), clock=clock),
        clock=clock,
        entropy=random.SystemRandom(),
        data_dir=data_dir,
        public_url=BASE,
        region="RegionOne",
        master_key=MasterKey(data_dir / "keys"),
        lane=ThreadLane,
        simulate=True,
        wake=lambda wakes: None,
        options=options or {},
    )


def prepare(cloud: Cloud, services: Sequence[Service]) -> None:
    """Run every service's `prepare`, as the app does at each start."""

    def write_all(tx: Tx) -> None:
        for service in services:
            service.prepare(tx)

    cloud.db.write_now(write_all)


def client_for(services: Sequence[Service], actors: Mapping[str, Actor], token: str | None = None) -> ApiClient:
    """A client over these services alone, where each token in `actors` stands for its actor."""

    async def authenticate(given: str) -> Actor | None:
        return actors.get(given)

    client = ApiClient(build_asgi(services, authenticate, BASE, random.SystemRandom()), BASE)
    client.token = token
    return client


def database_url(data_dir: Path) -> str:
    """The URL of a database with every table, which are made if need be."""
    if postgres is not None:
        return postgres
    path = data_dir / "altostratus.db"
    if not path.exists():
        path.write_bytes(_empty_database(metadata))
    return f"sqlite:///{path}"


def objects_url(data_dir: Path) -> str:
    """The same of the database of objects."""
    if postgres is not None:
        return postgres
    path = data_dir / "objects.db"
    if not path.exists():
        path.write_bytes(_empty_database(objects_metadata))
    return f"sqlite:///{path}"


@cache
def _empty_database(tables: MetaData) -> bytes:
    """An SQLite file with these tables; making them takes a while, copying does not."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "template.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            tables.create_all(connection)
        engine.dispose()
        return path.read_bytes()


@asynccontextmanager
async def running_system(data_dir: Path, **options: Any) -> AsyncIterator[tuple[System, ApiClient]]:
    """A whole simulated cloud in this process, reconciling, with a client logged in as its administrator."""
    await asyncio.to_thread(data_dir.mkdir, exist_ok=True)
    url = database_url(data_dir)
    objects_url(data_dir)
    settings = Settings(data_dir=data_dir, simulate=True, public_url=BASE, database=url, **options.pop("settings", {}))
    system = System(settings, **options)
    await system.start()
    try:
        async with ApiClient(system.asgi, BASE) as client:
            await client.login("admin", admin_password(data_dir), "admin")
            yield system, client
    finally:
        await system.stop()


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 10.0) -> Any:
    """Look until there is something true; fails when there is nothing in time."""
    end = asyncio.get_running_loop().time() + seconds
    while not (found := await look()):
        assert asyncio.get_running_loop().time() < end, f"nothing within {seconds} s"
        await asyncio.sleep(0.01)
    return found
