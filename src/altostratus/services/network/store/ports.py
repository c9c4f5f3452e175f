"""Ports as rows, with their addresses and security groups."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, delete, or_, select

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import InvalidInput
from altostratus.services.network.store.listing import Listing, standard_columns
from altostratus.services.network.store.standard import clear_tags, grouped, tags_of
from altostratus.services.network.store.tables import network, port, port_address, port_security_group, router

DHCP = "network:dhcp"
ROUTER_INTERFACE = "network:router_interface"
ROUTER_GATEWAY = "network:router_gateway"
FLOATING_IP = "network:floatingip"
ROUTER_OWNERS = (ROUTER_INTERFACE, ROUTER_GATEWAY, FLOATING_IP)


class FixedIP(NamedTuple):
    """An address of a port."""

    subnet_id: str
    ip: str


@dataclass(frozen=True, slots=True)
class Port:
    """A port. `ready` says that its filters and its network are in place on its host."""

    id: str
    project_id: str
    network_id: str
    name: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    mac_address: str
    admin_state_up: bool
    device_id: str
    device_owner: str
    port_security_enabled: bool
    allowed_address_pairs: list[dict[str, str]]
    extra_dhcp_opts: list[dict[str, Any]]
    vnic_type: str
    profile: dict[str, Any]
    host_id: str
    hostname: str
    owner: str
    ordinal: int
    made_for_owner: bool
    ready: bool
    network_project_id: str
    network_shared: bool
    network_up: bool
    network_on_host: bool
    router_seen_to: bool
    fixed_ips: tuple[FixedIP, ...] = ()
    security_groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = field(default=())

    @property
    def status(self) -> str:
        """ACTIVE or DOWN, as seen on the host."""
        if not self.admin_state_up:
            return "DOWN"
        if self.device_owner == FLOATING_IP:
            return "N/A"
        if self.device_owner == DHCP:
            return "ACTIVE" if self.network_on_host else "DOWN"
        if self.device_owner in ROUTER_OWNERS:
            return "ACTIVE" if self.router_seen_to else "DOWN"
        return "ACTIVE" if self.ready else "DOWN"

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {
            "project_id": self.project_id,
            "tenant_id": self.project_id,
            "network:project_id": self.network_project_id,
            "shared": self.network_shared,
            "network_device": False,
        }


def _seen_to(table: FromClause) -> ColumnElement[bool]:
    """The host has the router, or was seen to need nothing of it (one that joins IPv6 alone)."""
    fulfilled = and_(table.c.generation > 0, table.c.generation == table.c.observed_generation)
    return or_(table.c.observed_digest.is_not(None), fulfilled)


READY = and_(
    port.c.host_id != "",
    port.c.observed_generation >= port.c.bound_generation,
    network.c.observed_generation >= port.c.network_generation,
)
_COLUMNS = [
    *(port.c[name] for name in Port.__dataclass_fields__ if name in port.c),
    READY.label("ready"),
    network.c.project_id.label("network_project_id"),
    network.c.shared.label("network_shared"),
    network.c.admin_state_up.label("network_up"),
    network.c.observed_digest.is_not(None).label("network_on_host"),
    _seen_to(router).label("router_seen_to"),
]
_SOURCE = port.join(network, network.c.id == port.c.network_id).outerjoin(router, router.c.id == port.c.device_id)


def _fixed_ips(values: Sequence[str]) -> ColumnElement[bool]:
    """fixed_ips=ip_address=10.0.0.3, =subnet_id=…, =ip_address_substr=…; all must hold."""
    conditions = []
    for value in values:
        key, _, wanted = value.partition("=")
        match key:
            case "ip_address":
                found = port_address.c.ip == wanted
            case "subnet_id" | "subnet":
                found = port_address.c.subnet_id == wanted
            case "ip_address_substr":
                found = port_address.c.ip.contains(wanted, autoescape=True)
            case _:
                raise InvalidInput(reason=f"'{value}' is not in the form <key>=[value]")
        conditions.append(port.c.id.in_(select(port_address.c.port_id).where(found)))
    return and_(*conditions)


def _status(values: Sequence[str]) -> ColumnElement[bool]:
    """ACTIVE or DOWN; of machines' ports only by readiness, of the others by what they belong to."""
    segment, gate = network.alias(), router.alias()  # the query that this becomes part of joins the tables too
    networks, routers = select(segment.c.id), select(gate.c.id)
    active = and_(
        port.c.admin_state_up,
        or_(
            and_(
                port.c.host_id != "",
                port.c.observed_generation >= port.c.bound_generation,
                port.c.network_id.in_(networks.where(segment.c.observed_generation >= port.c.network_generation)),
            ),
            and_(
                port.c.device_owner == DHCP,
                port.c.network_id.in_(networks.where(segment.c.observed_digest.is_not(None))),
            ),
            and_(
                port.c.device_owner.in_([ROUTER_INTERFACE, ROUTER_GATEWAY]),
                port.c.device_id.in_(routers.where(_seen_to(gate))),
            ),
        ),
    )
    wanted = {value.upper() for value in values}
    detached = and_(port.c.admin_state_up, port.c.device_owner == FLOATING_IP)
    states = {"ACTIVE": active, "DOWN": ~active & ~detached, "N/A": detached}
    return or_(*(states[value] for value in wanted & set(states)), port.c.id.is_(None))


LISTING = Listing(
    port,
    standard_columns(
        port, "name", "network_id", "mac_address", "admin_state_up", "device_id", "device_owner",
        "port_security_enabled", **{"binding:host_id": "host_id", "binding:vnic_type": "vnic_type"},
    ),
    {
        "fixed_ips": _fixed_ips,
        "ip_address": lambda values: port.c.id.in_(
            select(port_address.c.port_id).where(port_address.c.ip.in_(values))
        ),
        "security_groups": lambda values: port.c.id.in_(
            select(port_security_group.c.port_id).where(port_security_group.c.security_group_id.in_(values))
        ),
        "status": _status,
    },
)  # fmt: skip


# made once, because every new server asks
_PLACES = (
    select(port.c.id, port.c.network_id, port.c.host_id)
    .where(port.c.owner == bindparam("owner"))
    .order_by(port.c.ordinal)
)
_DHCP_OF = (
    select(port.c.id, port_address.c.subnet_id)
    .outerjoin(port_address, port_address.c.port_id == port.c.id)
    .where(port.c.network_id == bindparam("network_id"), port.c.device_owner == DHCP)
)


def fetch(tx: Tx, page: Select[Any]) -> list[Port]:
    """The ports of a page (a query of ids), in its order; four queries however many ports."""
    ids = page.with_only_columns(port.c.id)
    addresses = _addresses(tx, ids)
    groups = grouped(
        tx,
        select(port_security_group.c.port_id, port_security_group.c.security_group_id)
        .where(port_security_group.c.port_id.in_(ids))
        .order_by(port_security_group.c.security_group_id),
    )
    tags = tags_of(tx, ids)
    rows = tx.sql.execute(page.with_only_columns(*_COLUMNS).select_from(_SOURCE)).mappings()
    return [
        Port(
            **row,
            fixed_ips=addresses.get(row["id"], ()),
            security_groups=groups.get(row["id"], ()),
            tags=tags.get(row["id"], ()),
        )
        for row in rows
    ]


def _addresses(tx: Tx, ids: Select[Any]) -> dict[str, tuple[FixedIP, ...]]:
    found: dict[str, list[FixedIP]] = {}
    query = select(port_address.c.port_id, port_address.c.subnet_id, port_address.c.ip)
    for key, subnet_id, ip in tx.sql.execute(
        query.where(port_address.c.port_id.in_(ids)).order_by(port_address.c.ordinal)
    ):
        found.setdefault(key, []).append(FixedIP(subnet_id, ip))
    return {key: tuple(ips) for key, ips in found.items()}


def matching(tx: Tx, *conditions: ColumnElement[bool]) -> list[Port]:
    """Ports that meet these conditions on `tables.port`, in the order of creation."""
    page = select(port.c.id).where(*conditions).order_by(port.c.created_at, port.c.ordinal, port.c.id)
    return fetch(tx, page)


def get(tx: Tx, port_id: str) -> Port | None:
    """The port, whoever owns it."""
    found = matching(tx, port.c.id == port_id)
    return found[0] if found else None


def of_owners(tx: Tx, owners: Sequence[str]) -> list[Port]:
    """The ports of these owners, in the order of creation."""
    return matching(tx, port.c.owner.in_(owners)) if owners else []


def of_device(tx: Tx, device_id: str, *device_owners: str) -> list[Port]:
    """The ports of a router or a network's DHCP."""
    return matching(tx, port.c.device_id == device_id, port.c.device_owner.in_(device_owners))


class Lease(NamedTuple):
    """An address that DHCP hands out."""

    subnet_id: str
    mac: str
    ip: str
    hostname: str


def leases(tx: Tx, network_id: str) -> list[Lease]:
    """What DHCP hands out on a network: the addresses of its ports on a host. One narrow query, because it is read
    at each change of a network with thousands of ports."""
    query = (
        select(port_address.c.subnet_id, port.c.mac_address, port_address.c.ip, port.c.hostname)
        .join(port, port.c.id == port_address.c.port_id)
        .where(port_address.c.network_id == network_id, port.c.host_id != "")
    )
    return [Lease(*row) for row in tx.sql.execute(query)]


def any_bound(tx: Tx, network_id: str) -> bool:
    """Whether a port of the network is on a host."""
    query = select(port.c.id).where(port.c.network_id == network_id, port.c.host_id != "")
    return tx.sql.execute(query.limit(1)).first() is not None


def places(tx: Tx, owner: str) -> list[tuple[str, str, str]]:
    """(id, network, host) of an owner's ports."""
    return [(key, network_id, host) for key, network_id, host in tx.sql.execute(_PLACES, {"owner": owner})]


def on_host(tx: Tx, host_id: str) -> list[tuple[str, str]]:
    """(id, network) of the ports plugged there."""
    query = select(port.c.id, port.c.network_id).where(port.c.host_id == host_id).order_by(port.c.id)
    return [(key, network_id) for key, network_id in tx.sql.execute(query)]


def dhcp_of(tx: Tx, network_id: str) -> tuple[str | None, set[str]]:
    """(id of the network's DHCP port, the subnets that it has an address on)."""
    rows = tx.sql.execute(_DHCP_OF, {"network_id": network_id}).all()
    return (rows[0].id if rows else None), {row.subnet_id for row in rows if row.subnet_id}


def insert(tx: Tx, **values: Any) -> bool:
    """Insert a port row; False when its MAC address is taken on the network."""
    return insert_or_ignore(tx, port, values) == 1


def set_groups(tx: Tx, port_id: str, groups: Sequence[str]) -> None:
    """Exactly these security groups."""
    tx.sql.execute(delete(port_security_group).where(port_security_group.c.port_id == port_id))
    add_groups(tx, port_id, groups)


def add_groups(tx: Tx, port_id: str, groups: Sequence[str]) -> None:
    """These security groups, for a port that has none of them."""
    if groups:
        rows = [{"port_id": port_id, "security_group_id": group} for group in groups]
        tx.sql.execute(port_security_group.insert(), rows)


def remove(tx: Tx, port_id: str) -> None:
    """Delete a port, its addresses, groups and tags."""
    tx.sql.execute(delete(port).where(port.c.id == port_id))
    clear_tags(tx, port_id)
