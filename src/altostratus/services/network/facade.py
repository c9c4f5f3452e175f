"""What other services may call: see contracts/network.py."""

import socket
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from altostratus.contracts import network as contract
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.driver import NetworkDriver
from altostratus.services.network.store import addresses, floating_ips, networks, ports, routers, security_groups
from altostratus.services.network.store.tables import network, subnet
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.server_ports import (
    bind_server_ports,
    create_server_ports,
    release_server_ports,
)

TAP_LENGTH = 11


def tap_of(port_id: str) -> str:
    """The name of the tap that a port is plugged by, at most 15 characters, as Nova names it."""
    return f"tap{port_id[:TAP_LENGTH]}"


class Facade:
    """Implements contracts.network.Networks."""

    def __init__(self, net: Networking, driver: NetworkDriver) -> None:
        self._net = net
        self._driver = driver

    def create_ports(
        self, tx: Tx, actor: Actor, owner: str, hostname: str,
        wishes: Sequence[contract.PortWish] | None, security_groups: Sequence[str],
    ) -> list[contract.Port]:  # fmt: skip
        create_server_ports(tx, self._net, actor, owner, hostname, wishes, security_groups)
        return self.ports_of(tx, [owner]).get(owner, [])

    def bind_ports(self, tx: Tx, owner: str, host_id: str) -> None:
        bind_server_ports(tx, owner, host_id)

    def release_ports(self, tx: Tx, owner: str) -> None:
        release_server_ports(tx, owner)

    def ports_of(self, tx: Tx, owners: Sequence[str]) -> Mapping[str, list[contract.Port]]:
        found = ports.of_owners(tx, owners)
        floating = floating_ips.by_fixed_address(tx, [each.id for each in found])
        on = _networks(tx, found)
        names = security_groups.names(tx, sorted({group for each in found for group in each.security_groups}))
        result: dict[str, list[contract.Port]] = {owner: [] for owner in owners}
        for each in sorted(found, key=lambda each: each.ordinal):
            result[each.owner].append(self._port(each, on[each.network_id], floating, names))
        return result

    def owner_at(self, tx: Tx, address: str, network_id: str | None, router_id: str | None) -> str | None:
        network_ids = [network_id] if network_id else routers.networks_of(tx, router_id or "")
        return addresses.owner_of(tx, address, network_ids)

    def metadata_doors(self, tx: Tx) -> list[tuple[str | None, str | None]]:
        served = select(subnet.c.network_id).where(subnet.c.enable_dhcp, subnet.c.ip_version == 4)
        query = select(network.c.id).where(network.c.observed_digest.is_not(None), network.c.id.in_(served))
        on_networks = [(key, None) for key in tx.sql.execute(query.order_by(network.c.id)).scalars()]
        return [*on_networks, *((None, key) for key in routers.on_host(tx))]

    def open_door(self, network_id: str | None, router_id: str | None) -> socket.socket:
        return self._driver.listen_metadata(network_id, router_id)

    def _port(
        self,
        found: ports.Port,
        on: networks.Network,
        floating: Mapping[tuple[str, str], tuple[str, ...]],
        names: Mapping[str, str],
    ) -> contract.Port:
        return contract.Port(
            id=found.id,
            owner=found.owner,
            network_id=found.network_id,
            network_name=on.name,
            mac=found.mac_address,
            addresses=tuple(_address(fixed, floating.get((found.id, fixed.ip), ())) for fixed in found.fixed_ips),
            security_groups=tuple(names[group] for group in found.security_groups),
            ready=found.ready,
            bridge=self._net.bridge(found.network_id),
            tap=tap_of(found.id),
            mtu=on.mtu,
        )


def _networks(tx: Tx, found: Sequence[ports.Port]) -> dict[str, networks.Network]:
    query = select(network.c.id).where(network.c.id.in_(sorted({each.network_id for each in found})))
    return {each.id: each for each in networks.fetch(tx, query)}


def _address(fixed: ports.FixedIP, floating: tuple[str, ...]) -> contract.Address:
    return contract.Address(fixed.ip, 6 if ":" in fixed.ip else 4, fixed.subnet_id, floating)
