"""Ports as the machines that own them see them, ready to be plugged and shown: three queries however many ports.

Made once and bound at each use, because every pass over a machine reads its ports again. What the API lists of ports
is in `ports.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, select

from altostratus.kernel.tx import Tx
from altostratus.services.network.store.ports import READY
from altostratus.services.network.store.tables import (
    floating_ip,
    network,
    port,
    port_address,
    port_security_group,
    security_group,
)


@dataclass(frozen=True, slots=True)
class OwnedPort:
    """A port with its network's name and MTU. `addresses` are (address, subnet, floating addresses that lead there);
    `groups` the names of its security groups."""

    id: str
    owner: str
    network_id: str
    network_name: str
    mtu: int
    mac: str
    ready: bool
    addresses: Sequence[tuple[str, str, tuple[str, ...]]]
    groups: Sequence[str]


_OWNED = port.c.owner.in_(bindparam("owners", expanding=True))
_PORTS = (
    select(port.c.id, port.c.owner, network.c.id, network.c.name, network.c.mtu, port.c.mac_address, READY)
    .join(network, network.c.id == port.c.network_id)
    .where(_OWNED)
    .order_by(port.c.ordinal, port.c.created_at, port.c.id)
)
_LEADS_THERE = and_(floating_ip.c.port_id == port_address.c.port_id, floating_ip.c.fixed_ip == port_address.c.ip)
_ADDRESSES = (
    select(port_address.c.port_id, port_address.c.ip, port_address.c.subnet_id, floating_ip.c.address)
    .join(port, port.c.id == port_address.c.port_id)
    .outerjoin(floating_ip, _LEADS_THERE)
    .where(_OWNED)
    .order_by(port_address.c.ordinal, floating_ip.c.id)
)
_GROUPS = (
    select(port_security_group.c.port_id, security_group.c.name)
    .join(port, port.c.id == port_security_group.c.port_id)
    .join(security_group, security_group.c.id == port_security_group.c.security_group_id)
    .where(_OWNED)
    .order_by(port_security_group.c.security_group_id)
)


def of_owners(tx: Tx, owners: Sequence[str]) -> list[OwnedPort]:
    """The ports of these owners, in the order in which each owner has them."""
    if not owners:
        return []
    values = {"owners": list(owners)}
    addresses = _by_port(tx.sql.execute(_ADDRESSES, values))
    groups: dict[str, list[str]] = {}
    for port_id, name in tx.sql.execute(_GROUPS, values):
        groups.setdefault(port_id, []).append(name)
    rows: Iterable[Any] = tx.sql.execute(_PORTS, values)
    return [OwnedPort(*(*row, addresses.get(row[0], ()), groups.get(row[0], ()))) for row in rows]


def _by_port(rows: Iterable[Any]) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """From (port, address, subnet, floating address or None), with a row for each floating address."""
    found: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    for port_id, ip, subnet_id, floating in rows:
        there = found.setdefault(port_id, {})
        there[ip, subnet_id] = there.get((ip, subnet_id), ()) + ((floating,) if floating else ())
    return {key: [(*address, floating) for address, floating in there.items()] for key, there in found.items()}
