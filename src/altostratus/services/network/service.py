"""All that the app needs to know of the network service; the only file that names concrete drivers."""

import base64
import hashlib
from collections.abc import Sequence
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from altostratus.kernel.log import logger
from altostratus.kernel.policy import Policy, read_overrides
from altostratus.kernel.reconcile import Reconciler
from altostratus.kernel.service import CatalogEntry, Cloud, Service
from altostratus.services.network.api.faults import edge
from altostratus.services.network.api.routes import build_router
from altostratus.services.network.config import NetworkConfig, build_config
from altostratus.services.network.driver import NetworkDriver
from altostratus.services.network.facade import Facade
from altostratus.services.network.policy import DEFAULTS
from altostratus.services.network.reconcilers.host import Host
from altostratus.services.network.reconcilers.membership import MembershipReconciler
from altostratus.services.network.reconcilers.orphans import OrphansReconciler
from altostratus.services.network.reconcilers.resource import NetworkReconciler, PortReconciler, RouterReconciler
from altostratus.services.network.reconcilers.specs import network_spec
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.bootstrap import ensure_external_network, external_cidr

CATALOG = (CatalogEntry("network", "neutron", "/network"),)
THREADS = 2
DEADLINE = 14.0
log = logger("network")


def build(cloud: Cloud, driver: NetworkDriver | None = None) -> Service:
    """The service over this driver, else over the one that fits the cloud."""
    config = build_config(cloud)
    driver = driver or _driver(cloud)
    net = Networking(
        db=cloud.db,
        policy=Policy(DEFAULTS, read_overrides(cloud.data_dir / "policy" / "network.yaml")),
        config=config,
        bridge=driver.bridge,
        max_mtu=driver.capabilities().max_mtu,
    )
    host = Host(driver, cloud.lane("network", THREADS, DEADLINE))
    cidr = _external_cidr(config, driver)
    return Service(
        name="network",
        edge=edge(),
        routes=[build_router()],
        state=net,
        facade=Facade(net, driver),
        catalog=CATALOG,
        reconcilers=_reconcilers(host, config),
        prepare=lambda tx: ensure_external_network(tx, net, cidr),
    )


def _external_cidr(config: NetworkConfig, driver: NetworkDriver) -> IPv4Network | None:
    if not config.external_network:
        return None
    found = external_cidr(config, driver.host_networks())
    if found is None:
        log.warning("the host routes every candidate; set external_cidr in [network] to have an external network")
    return found


def _reconcilers(host: Host, config: NetworkConfig) -> Sequence[Reconciler[Any, Any]]:
    return (
        NetworkReconciler(host, partial(network_spec, dns=tuple(config.dns_servers))),
        RouterReconciler(host),
        PortReconciler(host),
        MembershipReconciler(config),
        OrphansReconciler(host, config),
    )


def _driver(cloud: Cloud) -> NetworkDriver:
    if cloud.simulate:
        from altostratus.services.network.drivers.simulated.network import SimulatedNetwork

        return SimulatedNetwork()
    return open_driver(cloud.data_dir)


def open_driver(data_dir: Path) -> NetworkDriver:
    """The real driver of this host."""
    from altostratus.services.network.drivers.linux.network import LinuxNetwork

    return LinuxNetwork(data_dir / "network", _instance(data_dir))


def _instance(data_dir: Path) -> str:
    """Four characters that tell this cloud's things on the host from another's: of its data directory."""
    hashed = hashlib.sha256(str(data_dir.resolve()).encode()).digest()
    return base64.b32encode(hashed)[:4].decode().lower()
