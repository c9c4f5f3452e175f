"""Subnets as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from altostratus.kernel.db.rows import every, insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import AUTOMATIC, Net, Pool, parse_prefix, stored_pools
from altostratus.services.network.store.listing import Listing, standard_columns, truth
from altostratus.services.network.store.standard import tags_of
from altostratus.services.network.store.tables import network, port, port_address, subnet


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, with what policy needs of its network."""

    id: str
    project_id: str
    network_id: str
    subnetpool_id: str | None
    name: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    ip_version: int
    cidr: str
    gateway_ip: str | None
    enable_dhcp: bool
    ipv6_ra_mode: str | None
    ipv6_address_mode: str | None
    allocation_pools: list[dict[str, str]]
    dns_nameservers: list[str]
    host_routes: list[dict[str, str]]
    network_project_id: str
    network_shared: bool
    network_external: bool
    tags: tuple[str, ...] = ()

    @property
    def net(self) -> Net:
        return parse_prefix(self.cidr)

    @property
    def pools(self) -> list[Pool]:
        return stored_pools(self.allocation_pools)

    @property
    def automatic(self) -> bool:
        """Whether ports make their own addresses (SLAAC)."""
        return self.ip_version == 6 and self.ipv6_address_mode in AUTOMATIC

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {
            "project_id": self.project_id,
            "tenant_id": self.project_id,
            "network:project_id": self.network_project_id,
            "shared": self.network_shared,
            "router:external": self.network_external,
        }


_COLUMNS = [
    *(subnet.c[name] for name in Subnet.__dataclass_fields__ if name in subnet.c),
    network.c.project_id.label("network_project_id"),
    network.c.shared.label("network_shared"),
    network.c.external.label("network_external"),
]

_SOURCE = subnet.join(network, network.c.id == subnet.c.network_id)
_OF_NETWORKS = (
    select(*_COLUMNS)
    .select_from(_SOURCE)
    .where(subnet.c.network_id.in_(bindparam("networks", expanding=True)))
    .order_by(subnet.c.created_at, subnet.c.id)
)

LISTING = Listing(
    subnet,
    standard_columns(
        subnet, "name", "network_id", "subnetpool_id", "ip_version", "cidr", "gateway_ip", "enable_dhcp",
        "ipv6_ra_mode", "ipv6_address_mode",
    ),
    {
        "shared": lambda values: subnet.c.network_id.in_(
            select(network.c.id).where(network.c.shared.in_([truth("shared", value) for value in values]))
        ),
        "router:external": lambda values: subnet.c.network_id.in_(
            select(network.c.id).where(network.c.external.in_([truth("router:external", v) for v in values]))
        ),
    },
)  # fmt: skip


def fetch(tx: Tx, page: Select[Any]) -> list[Subnet]:
    """The subnets of a page (a query of ids), in its order; two queries."""
    tags = tags_of(tx, page.with_only_columns(subnet.c.id))
    query = page.with_only_columns(*_COLUMNS).select_from(_SOURCE)
    return [Subnet(**row, tags=tags.get(row["id"], ())) for row in tx.sql.execute(query).mappings()]


def get(tx: Tx, subnet_id: str) -> Subnet | None:
    """The subnet, whoever owns it."""
    found = fetch(tx, select(subnet.c.id).where(subnet.c.id == subnet_id))
    return found[0] if found else None


def of_networks(tx: Tx, network_ids: Sequence[str]) -> list[Subnet]:
    """Subnets of these networks, oldest first, without their tags."""
    return every(tx, _OF_NETWORKS, Subnet, networks=list(network_ids))


def of_network(tx: Tx, network_id: str) -> list[Subnet]:
    """Subnets of a network, oldest first."""
    return of_networks(tx, [network_id])


def of_pool(tx: Tx, pool_id: str) -> list[tuple[str, Net]]:
    """(project, network) of the subnets allocated from a pool."""
    rows = tx.sql.execute(select(subnet.c.project_id, subnet.c.cidr).where(subnet.c.subnetpool_id == pool_id))
    return [(project_id, parse_prefix(cidr)) for project_id, cidr in rows]


def insert(tx: Tx, **values: Any) -> None:
    insert_row(tx, subnet, **values)


def users(tx: Tx, subnet_id: str) -> list[tuple[str, str]]:
    """(port id, device owner) of the ports with an address of the subnet."""
    query = select(port.c.id, port.c.device_owner).join(port_address).where(port_address.c.subnet_id == subnet_id)
    return [(key, owner) for key, owner in tx.sql.execute(query.distinct())]


def used_by_subnet(tx: Tx) -> dict[str, int]:
    """How many addresses of each subnet ports have."""
    query = select(port_address.c.subnet_id, func.count()).group_by(port_address.c.subnet_id)
    return {key: value for key, value in tx.sql.execute(query)}  # noqa: C416 - rows are not pairs to a type checker
