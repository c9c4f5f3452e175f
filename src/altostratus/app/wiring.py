"""Builds one cloud from its settings: database, drivers, services, engine, HTTP. Picks the drivers."""

import asyncio
import os
import random
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from altostratus.app.asgi import build_asgi
from altostratus.app.settings import Settings
from altostratus.doors.cdmi import service as cdmi
from altostratus.doors.s3 import service as s3
from altostratus.kernel import metrics
from altostratus.kernel.clock import Clock, SystemClock
from altostratus.kernel.db import open_database
from altostratus.kernel.disk import Disk
from altostratus.kernel.http.proxies import Proxies
from altostratus.kernel.lanes import ThreadLane
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.reconcile.lease import SECONDS, open_leases
from altostratus.kernel.reconcile.loop import CrashPoint
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.service import Cloud, LaneFactory, Listener, Service
from altostratus.kernel.tx import Tx, Wake
from altostratus.services.compute import service as compute
from altostratus.services.identity import service as identity
from altostratus.services.image import service as image
from altostratus.services.network import service as network
from altostratus.services.objectstore import service as objectstore
from altostratus.services.volume import service as volume

if TYPE_CHECKING:
    from altostratus.kernel.reconcile.notify import Notifier


def admin_password(data_dir: Path) -> str:
    """The first administrator's password, made at the first start."""
    path = data_dir / "admin-password"
    if not path.exists():
        Disk().write_file(path, secrets.token_urlsafe(18).encode())
    return path.read_text().strip()


class System:
    """A cloud in this process. Build it, `start` it, serve `asgi`, `stop` it."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        entropy: random.Random | None = None,
        lane: LaneFactory = ThreadLane,
        inline_database: bool = False,
        drivers: Any = None,
        crash_point: CrashPoint = lambda when, wake, step: None,
        lease_seconds: float = SECONDS,
    ) -> None:
        self.settings = settings
        self.engine: Engine | None = None
        self._crash_point = crash_point
        self._lease_seconds = lease_seconds
        self._tasks: list[asyncio.Task[None]] = []
        self._notifier: Notifier | None = None
        self._listeners: list[Listener] = []
        self.cloud = open_cloud(settings, clock, entropy, lane=lane, inline_database=inline_database, wake=self._wake)
        self.db, self.clock, self.entropy = self.cloud.db, self.cloud.clock, self.cloud.entropy
        self.services = build_services(self.cloud, admin_password(settings.data_dir), drivers or {})
        by_name = {s.name: s for s in self.services}
        self.asgi = build_asgi(
            self.services,
            by_name["identity"].facade.authenticate,
            self.cloud.public_url,
            self.entropy,
            Proxies(settings.trusted_proxies),
            db=self.db,
            system=self,
        )

    def prepare(self) -> None:
        """Write what must be there before the first request (roles, the first project, flavors, catalog)."""

        def write_all(tx: Tx) -> None:
            for service in self.services:
                service.prepare(tx)

        self.db.write_now(write_all)

    async def start(self, listeners: bool = True) -> None:
        """Begin to reconcile and (but in simulations, which have no sockets) to listen."""
        self.prepare()
        holder = f"{socket.gethostname()}:{os.getpid()}"
        leases = await open_leases(self.db, holder, self._lease_seconds)
        reconcilers = [r for s in self.services for r in s.reconcilers]
        self.engine = Engine(self.db, leases, self.clock, reconcilers, crash_point=self._crash_point)
        self.db.on_wake = self._committed
        if self.db.dialect == "postgresql":
            from altostratus.kernel.reconcile.notify import Notifier  # 11 MB that SQLite's users need not pay

            self._notifier = Notifier(make_url(self.settings.database_url), self.engine.wake)
        await self.engine.start()
        self._listeners = [x for s in self.services for x in s.listeners] if listeners else []
        for listener in self._listeners:
            await listener.start()
        self._tasks.append(asyncio.create_task(metrics.watch_loop_lag()))

    async def refresh(self) -> None:
        """Another process on this machine (`alto keys`, `alto admin`) has changed the database."""
        for service in self.services:
            if service.refresh:
                await service.refresh()

    async def stop(self) -> None:
        """Stop taking work, let running steps end, close everything. Guests and networks go on."""
        for task in self._tasks:
            task.cancel()
        for listener in self._listeners:
            await listener.stop()
        if self.engine:
            await self.engine.stop()
        if self._notifier:
            await asyncio.to_thread(self._notifier.close)
        self.cloud.objects.close()
        self.db.close()

    def _committed(self, wakes: list[Wake], cause: str) -> None:
        """What a transaction asked to wake: here at once, and in the other processes soon."""
        if self.engine:
            self.engine.wake(wakes, cause)
        if self._notifier:
            self._notifier.send(wakes)

    def _wake(self, wakes: Sequence[Wake]) -> None:
        if self.engine:
            self.engine.wake(wakes)


def open_cloud(
    settings: Settings,
    clock: Clock | None = None,
    entropy: random.Random | None = None,
    *,
    lane: LaneFactory = ThreadLane,
    inline_database: bool = False,
    wake: Callable[[Sequence[Wake]], None] = lambda wakes: None,
) -> Cloud:
    """What services are built from. Whoever opens it closes its databases."""
    clock, entropy = clock or SystemClock(), entropy or random.SystemRandom()
    return Cloud(
        db=open_database(settings.database_url, clock=clock, entropy=entropy, inline=inline_database),
        objects=open_database(settings.objects_url, clock=clock, entropy=entropy, inline=inline_database, patient=True),
        clock=clock,
        entropy=entropy,
        data_dir=settings.data_dir,
        public_url=settings.url,
        region=settings.region,
        master_key=MasterKey(settings.data_dir / "keys"),
        lane=lane,
        simulate=settings.simulate,
        wake=wake,
        options=settings.services,
    )


def build_services(cloud: Cloud, password: str, drivers: Any) -> list[Service]:
    """Every service, in the order in which quota scopes are locked. `drivers` replaces drivers in tests:
    {'hypervisor': Hypervisor, 'network': NetworkDriver, 'volume': BlockStorage}."""
    modules = (identity, image, network, compute, volume, objectstore, s3, cdmi)
    catalog = [entry for module in modules for entry in module.CATALOG]
    identity_ = identity.build(cloud, catalog=catalog, admin_password=password)
    objects = objectstore.build(cloud)
    image_ = image.build(cloud, objects.facade)
    network_ = network.build(cloud, driver=drivers.get("network"))
    volume_ = volume.build(cloud, images=image_.facade, storage=drivers.get("volume"))
    compute_ = compute.build(
        cloud,
        images=image_.facade,
        networks=network_.facade,
        volumes=volume_.facade,
        hypervisor=drivers.get("hypervisor"),
    )
    doors = [s3.build(cloud, objects.facade, identity_.facade), cdmi.build(cloud, objects.facade)]
    return [identity_, image_, network_, compute_, volume_, objects, *doors]
