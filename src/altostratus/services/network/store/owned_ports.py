"""Ports as the machines that own them see them, ready to be plugged and shown: one query however many ports.

Made once and bound at each use, because every pass over a machine reads its ports again. What the API lists of ports
is in `ports.py`.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, bindparam, select

from altostratus.contracts.network import Address, Port
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import tap_of
from altostratus.services.network.store.ports import READY
from altostratus.services.network.store.tables import (
    floating_ip,
    network,
    port,
    port_address,
    port_security_group,
    security_group,
)

_LEADS_THERE = and_(floating_ip.c.port_id == port_address.c.port_id, floating_ip.c.fixed_ip == port_address.c.ip)
_QUERY = (
    select(
        *(port.c.id, port.c.owner, network.c.id, network.c.name, network.c.mtu, port.c.mac_address, READY),
        *(port_address.c.ip, port_address.c.subnet_id, floating_ip.c.address),
        *(security_group.c.id, security_group.c.name),
    )
    .join(network, network.c.id == port.c.network_id)
    .outerjoin(port_address, port_address.c.port_id == port.c.id)
    .outerjoin(floating_ip, _LEADS_THERE)
    .outerjoin(port_security_group, port_security_group.c.port_id == port.c.id)
    .outerjoin(security_group, security_group.c.id == port_security_group.c.security_group_id)
    .where(port.c.owner.in_(bindparam("owners", expanding=True)))
    .order_by(
        port.c.ordinal, port.c.created_at, port.c.id, port_address.c.ordinal, floating_ip.c.id, security_group.c.id
    )
)
_OF_PORT = 7
"""How many columns are the port's own."""


def of_owners(tx: Tx, owners: Sequence[str], bridge: Callable[[str], str]) -> list[Port]:
    """The ports of these owners, in the order in which each owner has them; `bridge` names a network's."""
    if not owners:
        return []
    rows = tx.sql.execute(_QUERY, {"owners": list(owners)})
    return [_port(list(of_port), bridge) for _, of_port in groupby(rows, key=itemgetter(0))]


def _port(rows: Sequence[Any], bridge: Callable[[str], str]) -> Port:
    """From a row for each combination of address, floating address and group; None stands for there being none."""
    floating: dict[tuple[str, str], dict[str, None]] = {}
    groups: dict[str, str] = {}
    for ip, subnet_id, leads_there, group_id, group in (row[_OF_PORT:] for row in rows):
        if ip:
            to_here = floating.setdefault((ip, subnet_id), {})
            if leads_there:
                to_here[leads_there] = None
        if group_id:
            groups[group_id] = group
    port_id, owner, network_id, name, mtu, mac, ready = rows[0][:_OF_PORT]
    return Port(
        id=port_id,
        owner=owner,
        network_id=network_id,
        network_name=name,
        mac=mac,
        addresses=tuple(Address(ip, 6 if ":" in ip else 4, of, tuple(to)) for (ip, of), to in floating.items()),
        security_groups=tuple(groups.values()),
        ready=ready,
        bridge=bridge(network_id),
        tap=tap_of(port_id),
        mtu=mtu,
    )
