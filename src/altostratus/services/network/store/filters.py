"""What a port's filters are made from. Made once and bound at each use: a change of a group has its every port look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, cast, select

from altostratus.kernel.tx import Tx
from altostratus.services.network.store.tables import (
    network,
    port,
    port_address,
    port_security_group,
    security_group,
    security_group_rule,
)


@dataclass(frozen=True, slots=True)
class FilteredPort:
    """A port that is on a host. `up`: both it and its network are."""

    network_id: str
    mac: str
    secure: bool
    up: bool
    pairs: list[dict[str, str]]
    ips: tuple[str, ...]


class FilterRule(NamedTuple):
    """A rule for IPv4. `membership` counts the changes of the remote group's members."""

    direction: str
    protocol: str | None
    port_min: int | None
    port_max: int | None
    remote_ip_prefix: str | None
    remote_group_id: str | None
    membership: int | None


_OF_PORT = (port.c.network_id, port.c.mac_address, port.c.port_security_enabled)
_UP = (port.c.admin_state_up & network.c.admin_state_up).label("up")
_PORT = (
    select(*_OF_PORT, _UP, port.c.allowed_address_pairs, port_address.c.ip)
    .join(network, network.c.id == port.c.network_id)
    .outerjoin(port_address, port_address.c.port_id == port.c.id)
    .where(port.c.id == bindparam("port_id"), port.c.host_id != "")
    .order_by(port_address.c.ordinal)
)
_rule, _remote = security_group_rule, security_group.alias("remote")
_RULES = (
    select(
        *(_rule.c.direction, _rule.c.protocol, _rule.c.port_range_min, _rule.c.port_range_max),
        *(_rule.c.remote_ip_prefix, _rule.c.remote_group_id, _remote.c.membership),
    )
    .join(port_security_group, port_security_group.c.security_group_id == _rule.c.security_group_id)
    .outerjoin(_remote, _remote.c.id == _rule.c.remote_group_id)
    .where(port_security_group.c.port_id == bindparam("port_id"), _rule.c.ethertype == "IPv4")
)
_MEMBERS = (
    select(port_address.c.ip)
    .join(port_security_group, port_security_group.c.port_id == port_address.c.port_id)
    .where(port_security_group.c.security_group_id == bindparam("group_id"))
)
_PAIRS = (
    select(port.c.allowed_address_pairs)
    .join(port_security_group, port_security_group.c.port_id == port.c.id)
    .where(
        port_security_group.c.security_group_id == bindparam("group_id"),
        cast(port.c.allowed_address_pairs, String) != "[]",
    )
)


def filtered_port(tx: Tx, port_id: str) -> FilteredPort | None:
    """None when there is no such port on a host."""
    rows: Sequence[Any] = tx.sql.execute(_PORT, {"port_id": port_id}).all()
    return FilteredPort(*(*rows[0][:5], tuple(row.ip for row in rows if row.ip))) if rows else None


def rules_of(tx: Tx, port_id: str) -> list[FilterRule]:
    """The IPv4 rules of all groups of a port."""
    return [FilterRule(*row) for row in tx.sql.execute(_RULES, {"port_id": port_id})]


def members_of(tx: Tx, group_id: str) -> list[str]:
    """The addresses of the ports that have a security group, and the prefixes they are allowed besides."""
    addresses = tx.sql.execute(_MEMBERS, {"group_id": group_id}).scalars()
    pairs = tx.sql.execute(_PAIRS, {"group_id": group_id}).scalars()
    return [*addresses, *(pair["ip_address"] for of_port in pairs for pair in of_port)]
