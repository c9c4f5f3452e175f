"""All that the app needs to know of compute; the only file that names its drivers."""

import re
import socket
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Router

from altostratus.contracts.image import Images
from altostratus.contracts.network import Networks
from altostratus.contracts.volume import Volumes
from altostratus.kernel.config import build_config
from altostratus.kernel.http.edge import Edge
from altostratus.kernel.policy import Policy, read_overrides
from altostratus.kernel.service import CatalogEntry, Cloud, Service
from altostratus.kernel.tx import Tx
from altostratus.services.compute.api import (
    MICROVERSIONS,
    ComputeCall,
    consoles,
    flavors,
    host_services,
    hosts,
    instance_actions,
    interfaces,
    keypairs,
    quotas,
    security_groups,
    server_actions,
    server_metadata,
    servers,
    versions,
    volume_attachments,
    volume_proxy,
)
from altostratus.services.compute.config import ComputeConfig
from altostratus.services.compute.driver import Hypervisor
from altostratus.services.compute.errors import compute_fault
from altostratus.services.compute.facade import ServerFacade
from altostratus.services.compute.listeners import console_proxy
from altostratus.services.compute.listeners.console_proxy import ConsoleProxy
from altostratus.services.compute.listeners.machine_events import MachineEvents
from altostratus.services.compute.listeners.metadata_server import MetadataServer
from altostratus.services.compute.policy import POLICY
from altostratus.services.compute.reconcilers.host import HostReconciler
from altostratus.services.compute.reconcilers.orphans import OrphanReconciler
from altostratus.services.compute.reconcilers.server import ServerReconciler
from altostratus.services.compute.store.hosts import ensure_host
from altostratus.services.compute.usecases import Compute, HostAccess
from altostratus.services.compute.usecases.flavors import ensure_defaults

CATALOG = (CatalogEntry("compute", "nova", "/compute/v2.1"),)
CHANGE_THREADS, OBSERVE_THREADS, CONSOLES, DEADLINE = 4, 1, 64, 14.0
_NAMESPACE = uuid.UUID("b5ef3a0d-0c64-5f2c-8e44-1d70f5a6c0de")
_API = (
    servers,
    server_actions,
    server_metadata,
    flavors,
    keypairs,
    quotas,
    hosts,
    host_services,
    interfaces,
    volume_attachments,
    volume_proxy,
    consoles,
    instance_actions,
    security_groups,
)


def build(
    cloud: Cloud, images: Images, networks: Networks, volumes: Volumes, hypervisor: Hypervisor | None = None
) -> Service:
    """Compute over the other services. Without a hypervisor given: simulated if the cloud is, else libvirt here."""
    config = build_config(ComputeConfig, "compute", cloud.options.get("compute", {}))
    durable = hypervisor is not None or not cloud.simulate
    host = _host(cloud, hypervisor or _choose_driver(cloud), durable)
    compute = Compute(
        db=cloud.db,
        policy=Policy(POLICY, read_overrides(cloud.data_dir / "policy" / "compute.yaml")),
        config=config,
        images=images,
        networks=networks,
        volumes=volumes,
        master_key=cloud.master_key,
        hosts={host.id: host},
        work=cloud.lane("compute-work", 2, DEADLINE),
    )

    proxy = ConsoleProxy(compute, cloud.clock, cloud.lane("consoles", CONSOLES, DEADLINE))

    def prepare(tx: Tx) -> None:
        ensure_defaults(tx)
        ensure_host(tx, host.id, host.name)

    return Service(
        name="compute",
        edge=Edge(
            name="compute",
            prefix="/compute",
            fault=compute_fault,
            public=re.compile(r"/?|/v2(\.1)?/?"),
            microversions=MICROVERSIONS,
            request_id_headers=("x-openstack-request-id", "x-compute-request-id"),
            sockets={console_proxy.PATH: proxy.serve},
        ),
        routes=[_router()],
        state=compute,
        facade=ServerFacade(),
        catalog=CATALOG,
        reconcilers=[ServerReconciler(compute), HostReconciler(compute), OrphanReconciler(compute)],
        listeners=[MachineEvents(compute, cloud.wake), MetadataServer(compute)],
        prepare=prepare,
    )


@cache
def _router() -> Router:
    api = Router("/v2.1", route_handlers=[route for module in _API for route in module.ROUTES])
    return Router("/compute", route_handlers=[*versions.ROUTES, api], request_class=ComputeCall)


def _host(cloud: Cloud, driver: Hypervisor, durable: bool) -> HostAccess:
    name = socket.gethostname()
    return HostAccess(
        id=str(uuid.uuid5(_NAMESPACE, name)),
        name=name,
        driver=driver,
        change=cloud.lane("host-change", CHANGE_THREADS, DEADLINE),
        observe=cloud.lane("host-observe", OBSERVE_THREADS, DEADLINE),
        durable=durable,
    )


def _choose_driver(cloud: Cloud) -> Hypervisor:
    if not cloud.simulate:
        return open_driver(cloud.data_dir, cloud.options.get("compute", {}))
    from altostratus.services.compute.drivers.simulated.hypervisor import SimulatedHypervisor
    from altostratus.services.compute.drivers.simulated.world import World

    return SimulatedHypervisor(World(clock=lambda: cloud.clock.now().timestamp(), rng=cloud.entropy))


def open_driver(data_dir: Path, options: Mapping[str, Any]) -> Hypervisor:
    """The real driver of this host."""
    from altostratus.services.compute.drivers.libvirt.hypervisor import LibvirtHypervisor

    config = build_config(ComputeConfig, "compute", options)
    return LibvirtHypervisor(data_dir / "compute", virt_type=config.virt_type, uri=config.libvirt_uri)
