"""What a service is to the app, and what the cloud is to a service."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from altostratus.kernel.clock import Clock
from altostratus.kernel.db import Database
from altostratus.kernel.http.edge import Edge
from altostratus.kernel.lanes import Lane
from altostratus.kernel.reconcile import Reconciler
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.tx import Tx, Wake

LaneFactory = Callable[[str, int, float], Lane]
"""(name, threads, deadline in seconds) -> a lane."""


@dataclass(frozen=True)
class Cloud:
    """What every service is built from. `objects` is the database of objects, which no transaction of `db` spans;
    `options` are the service's own table of the configuration file; `wake` starts reconciling from outside a
    transaction (driver events)."""

    db: Database
    objects: Database
    clock: Clock
    entropy: random.Random
    data_dir: Path
    public_url: str
    region: str
    master_key: MasterKey
    lane: LaneFactory
    simulate: bool
    wake: Callable[[Sequence[Wake]], None]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Listener(Protocol):
    """Runs beside the API: driver events, the metadata server, what is written later."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """An entry of the service catalog; `path` begins with the service's prefix and may hold $(project_id)s."""

    type: str
    name: str
    path: str


@dataclass(frozen=True)
class Service:
    """All that the app needs to know of a service. `state` is what its handlers find in the request's context under its
    name; `prepare` writes what must be there before the first request and runs at every start; `facade` is what
    other services may call; `refresh` forgets what is in memory of a database that another process has changed."""

    name: str
    edge: Edge
    routes: Sequence[Any]
    state: Any
    facade: Any = None
    catalog: Sequence[CatalogEntry] = ()
    reconcilers: Sequence[Reconciler[Any, Any]] = ()
    listeners: Sequence[Listener] = ()
    prepare: Callable[[Tx], None] = lambda tx: None
    refresh: Callable[[], Awaitable[None]] | None = None
