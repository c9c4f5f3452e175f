"""Floating IPs as rows; each keeps its address by a port on the external network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.exc import IntegrityError

from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import ports
from altostratus.services.network.store.listing import Listing, standard_columns
from altostratus.services.network.store.standard import revise, tags_of
from altostratus.services.network.store.tables import floating_ip, port, router


@dataclass(frozen=True, slots=True)
class FloatingIP:
    """A floating IP; `active` says that the router was seen to translate it. `port` is what it leads to."""

    id: str
    project_id: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    floating_network_id: str
    floating_port_id: str
    address: str
    port_id: str | None
    fixed_ip: str | None
    router_id: str | None
    active: bool
    port: ports.Port | None = None
    tags: tuple[str, ...] = ()

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {"project_id": self.project_id, "tenant_id": self.project_id}


_ACTIVE = and_(
    floating_ip.c.port_id.is_not(None),
    router.c.admin_state_up,
    router.c.observed_generation >= floating_ip.c.router_generation,
)
_COLUMNS = [
    *(floating_ip.c[name] for name in FloatingIP.__dataclass_fields__ if name in floating_ip.c),
    _ACTIVE.label("active"),
]
_SOURCE = floating_ip.outerjoin(router, router.c.id == floating_ip.c.router_id)


def _status(values: Sequence[str]) -> ColumnElement[bool]:
    active = select(floating_ip.c.id).select_from(_SOURCE).where(_ACTIVE)
    wanted = {value.upper() for value in values}
    states = {"ACTIVE": floating_ip.c.id.in_(active), "DOWN": floating_ip.c.id.not_in(active)}
    return or_(*(states[value] for value in wanted & set(states)), false())


LISTING = Listing(
    floating_ip,
    standard_columns(
        floating_ip, "floating_network_id", "port_id", "router_id",
        floating_ip_address="address", fixed_ip_address="fixed_ip",
    ),
    {"status": _status},
)  # fmt: skip


def fetch(tx: Tx, page: Select[Any]) -> list[FloatingIP]:
    """The floating IPs of a page (a query of ids), in its order; a constant number of queries."""
    ids = page.with_only_columns(floating_ip.c.id)
    leads = select(floating_ip.c.port_id).where(floating_ip.c.id.in_(ids), floating_ip.c.port_id.is_not(None))
    targets = {found.id: found for found in ports.matching(tx, port.c.id.in_(leads))}
    tags = tags_of(tx, ids)
    rows = tx.sql.execute(page.with_only_columns(*_COLUMNS).select_from(_SOURCE)).mappings()
    return [
        FloatingIP(
            **{**row, "active": bool(row["active"])},
            port=targets.get(row["port_id"] or ""),
            tags=tags.get(row["id"], ()),
        )
        for row in rows
    ]


def matching(tx: Tx, *conditions: ColumnElement[bool]) -> list[FloatingIP]:
    """Floating IPs that meet these conditions on `tables.floating_ip`, by id."""
    return fetch(tx, select(floating_ip.c.id).where(*conditions).order_by(floating_ip.c.id))


def get(tx: Tx, floating_ip_id: str) -> FloatingIP | None:
    """The floating IP, whoever owns it."""
    found = matching(tx, floating_ip.c.id == floating_ip_id)
    return found[0] if found else None


def insert(tx: Tx, **values: Any) -> None:
    insert_row(tx, floating_ip, **values)


def associate(tx: Tx, key: str, port_id: str, fixed_ip: str, router_id: str, router_generation: int) -> bool:
    """Lead to this fixed address; False when another floating IP of the network leads there already."""
    try:
        with tx.sql.begin_nested():
            revise(
                tx,
                floating_ip,
                key,
                port_id=port_id,
                fixed_ip=fixed_ip,
                router_id=router_id,
                router_generation=router_generation,
            )
    except IntegrityError:
        return False
    return True
