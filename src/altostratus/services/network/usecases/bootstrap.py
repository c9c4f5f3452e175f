"""The external network that a cloud has from its first start."""

from collections.abc import Sequence
from ipaddress import IPv4Network, ip_network

from altostratus.kernel.db import state
from altostratus.kernel.tx import Tx
from altostratus.services.network.config import EXTERNAL_CANDIDATES, NetworkConfig
from altostratus.services.network.domain.addressing import default_gateway, default_pools
from altostratus.services.network.store import networks, subnets, wishes
from altostratus.services.network.store.standard import born
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.router_gateway import NO_PROJECT

NAME = "public"
DONE = "network.external_network"


def external_cidr(config: NetworkConfig, host_networks: Sequence[IPv4Network]) -> IPv4Network | None:
    """The configured prefix, or the first candidate that the host does not use; None when it uses them all.
    ValueError when the configured one is none."""
    if config.external_cidr:
        try:
            return IPv4Network(config.external_cidr)
        except ValueError as error:
            raise ValueError(f"[network] external_cidr: {error}") from error
    for text in EXTERNAL_CANDIDATES:
        candidate = IPv4Network(text)
        if not any(candidate.overlaps(used) for used in host_networks if used.prefixlen):
            return candidate
    return None


def ensure_external_network(tx: Tx, net: Networking, cidr: IPv4Network | None) -> None:
    """Make the network `public` once; an administrator who deletes it does not get it back."""
    if not net.config.external_network or cidr is None or state.current(tx, DONE):
        return
    state.bump(tx, DONE)
    values = born(tx, NO_PROJECT, {"description": "The way out; floating IPs come from here"})
    networks.insert(
        tx,
        **values,
        name=NAME,
        admin_state_up=True,
        shared=False,
        external=True,
        is_default=True,
        port_security_enabled=True,
        mtu=net.config.mtu,
    )
    _insert_subnet(tx, values["id"], cidr)
    wishes.raise_generation(tx, "network", [values["id"]])


def _insert_subnet(tx: Tx, network_id: str, cidr: IPv4Network) -> None:
    prefix = ip_network(str(cidr))
    gateway = default_gateway(prefix)
    subnets.insert(
        tx,
        **born(tx, NO_PROJECT, {}),
        network_id=network_id,
        name=f"{NAME}-subnet",
        ip_version=4,
        cidr=str(prefix),
        gateway_ip=str(gateway),
        enable_dhcp=False,
        allocation_pools=[pool.to_json() for pool in default_pools(prefix, gateway)],
        dns_nameservers=[],
        host_routes=[],
    )
