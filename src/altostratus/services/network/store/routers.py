"""Routers as rows; their legs are ports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, select

from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import ports
from altostratus.services.network.store.listing import Listing, standard_columns
from altostratus.services.network.store.standard import tags_of
from altostratus.services.network.store.tables import floating_ip, port, port_address, router


@dataclass(frozen=True, slots=True)
class Router:
    """A router with its gateway port, if it has one."""

    id: str
    project_id: str
    name: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    admin_state_up: bool
    enable_snat: bool
    routes: list[dict[str, str]]
    gateway: ports.Port | None = None
    tags: tuple[str, ...] = ()

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {"project_id": self.project_id, "tenant_id": self.project_id}


_COLUMNS = [router.c[name] for name in Router.__dataclass_fields__ if name in router.c]

LISTING = Listing(
    router,
    standard_columns(router, "name", "admin_state_up", "enable_snat"),
    {"status": lambda values: router.c.id.is_not(None) if "ACTIVE" in values else false()},
)


def fetch(tx: Tx, page: Select[Any]) -> list[Router]:
    """The routers of a page (a query of ids), in its order; a constant number of queries."""
    ids = page.with_only_columns(router.c.id)
    legs = ports.matching(tx, port.c.device_id.in_(ids), port.c.device_owner == ports.ROUTER_GATEWAY)
    gateways = {leg.device_id: leg for leg in legs}
    tags = tags_of(tx, ids)
    rows = tx.sql.execute(page.with_only_columns(*_COLUMNS)).mappings()
    return [Router(**row, gateway=gateways.get(row["id"]), tags=tags.get(row["id"], ())) for row in rows]


def get(tx: Tx, router_id: str) -> Router | None:
    """The router, whoever owns it."""
    found = fetch(tx, select(router.c.id).where(router.c.id == router_id))
    return found[0] if found else None


def insert(tx: Tx, **values: Any) -> None:
    insert_row(tx, router, **values)


def interfaces(tx: Tx, router_id: str) -> list[ports.Port]:
    """The router's legs on tenant networks, oldest first."""
    return ports.of_device(tx, router_id, ports.ROUTER_INTERFACE)


def of_subnet(tx: Tx, subnet_id: str) -> list[str]:
    """Ids of routers with a leg on the subnet."""
    legs = select(port_address.c.port_id).where(port_address.c.subnet_id == subnet_id)
    query = select(port.c.device_id).where(port.c.device_owner == ports.ROUTER_INTERFACE, port.c.id.in_(legs))
    return sorted(set(tx.sql.execute(query).scalars()))


def of_network(tx: Tx, network_id: str) -> list[str]:
    """Ids of routers with any leg on the network."""
    owners = (ports.ROUTER_INTERFACE, ports.ROUTER_GATEWAY)
    query = select(port.c.device_id).where(port.c.device_owner.in_(owners), port.c.network_id == network_id)
    return sorted(set(tx.sql.execute(query).scalars()))


def networks_of(tx: Tx, router_id: str) -> list[str]:
    """Ids of the tenant networks that the router joins."""
    query = select(port.c.network_id).where(
        port.c.device_id == router_id, port.c.device_owner == ports.ROUTER_INTERFACE
    )
    return sorted(set(tx.sql.execute(query).scalars()))


def floating_fixed_ips(tx: Tx, router_id: str) -> list[str]:
    """The fixed addresses that the router's floating IPs lead to."""
    query = select(floating_ip.c.fixed_ip).where(floating_ip.c.router_id == router_id)
    return list(tx.sql.execute(query).scalars())


def on_host(tx: Tx) -> list[str]:
    """Ids of routers that a host was seen to have."""
    return sorted(tx.sql.execute(select(router.c.id).where(router.c.observed_digest.is_not(None))).scalars())
