"""Networks as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.store.listing import Listing, standard_columns, truth
from altostratus.services.network.store.standard import grouped, tags_of
from altostratus.services.network.store.tables import network, port, subnet


@dataclass(frozen=True, slots=True)
class Network:
    """A network with the ids of its subnets."""

    id: str
    project_id: str
    name: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    admin_state_up: bool
    shared: bool
    external: bool
    is_default: bool
    port_security_enabled: bool
    mtu: int
    subnets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {
            "project_id": self.project_id,
            "tenant_id": self.project_id,
            "network:project_id": self.project_id,
            "shared": self.shared,
            "router:external": self.external,
        }


_COLUMNS = [network.c[name] for name in Network.__dataclass_fields__ if name in network.c]


def _is_active(values: Any) -> Any:
    wanted = [value.upper() for value in values]
    return network.c.id.is_not(None) if "ACTIVE" in wanted else network.c.id.is_(None)


LISTING = Listing(
    network,
    standard_columns(
        network, "name", "admin_state_up", "shared", "is_default", "port_security_enabled", "mtu",
        **{"router:external": "external"},
    ),
    {
        "status": _is_active,
        "subnets": lambda values: network.c.id.in_(select(subnet.c.network_id).where(subnet.c.id.in_(values))),
        "provider:network_type": lambda values: or_(
            *[network.c.external == truth("", str(value == "flat")) for value in values if value in ("flat", "local")],
            network.c.id.is_(None),
        ),
    },
)  # fmt: skip


def fetch(tx: Tx, page: Select[Any]) -> list[Network]:
    """The networks of a page (a query of ids), in its order; three queries."""
    ids = page.with_only_columns(network.c.id)
    subnets = grouped(
        tx,
        select(subnet.c.network_id, subnet.c.id)
        .where(subnet.c.network_id.in_(ids))
        .order_by(subnet.c.created_at, subnet.c.id),
    )
    tags = tags_of(tx, ids)
    rows = tx.sql.execute(page.with_only_columns(*_COLUMNS)).mappings()
    return [Network(**row, subnets=subnets.get(row["id"], ()), tags=tags.get(row["id"], ())) for row in rows]


def get(tx: Tx, network_id: str) -> Network | None:
    """The network, whoever owns it."""
    found = fetch(tx, select(network.c.id).where(network.c.id == network_id))
    return found[0] if found else None


def insert(tx: Tx, **values: Any) -> None:
    insert_row(tx, network, **values)


def foreign_users(tx: Tx, found: Network) -> bool:
    """Whether other projects have ports on it."""
    strangers = select(port.c.id).where(
        port.c.network_id == found.id,
        port.c.project_id.not_in([found.project_id, ""]),
        port.c.device_owner != "network:dhcp",
    )
    return tx.sql.execute(strangers.limit(1)).first() is not None


def has_owned_ports(tx: Tx, network_id: str, *owners: str) -> bool:
    """Whether there are ports of these device owners on it."""
    query = select(port.c.id).where(port.c.network_id == network_id, port.c.device_owner.in_(owners))
    return tx.sql.execute(query.limit(1)).first() is not None
