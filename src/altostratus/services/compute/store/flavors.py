"""Flavors and who may use the private ones."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import changed, every, insert_or_ignore, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Flavor
from altostratus.services.compute.errors import FlavorExists
from altostratus.services.compute.store.tables import flavor, flavor_access

_COLUMNS = [flavor.c[f.name] for f in fields(Flavor)]
SORT_KEYS = {
    "flavorid": flavor.c.id,
    "id": flavor.c.id,
    "name": flavor.c.name,
    "memory_mb": flavor.c.ram,
    "root_gb": flavor.c.disk,
    "vcpus": flavor.c.vcpus,
    "created_at": flavor.c.created_at,
    "ephemeral_gb": flavor.c.ephemeral,
    "swap": flavor.c.swap,
    "is_public": flavor.c.is_public,
    "disabled": flavor.c.disabled,
    "rxtx_factor": flavor.c.rxtx_factor,
    "updated_at": flavor.c.created_at,
    "vcpu_weight": flavor.c.vcpus,
}


@dataclass(frozen=True, slots=True)
class FlavorQuery:
    """Which flavors to list. `visible_to` limits to public ones and those the project has access to; `is_public`
    None is both."""

    visible_to: str | None = None
    is_public: bool | None = None
    min_disk: int = 0
    min_ram: int = 0
    order: Sequence[tuple[str, bool]] = (("flavorid", False),)
    marker: Flavor | None = None
    limit: int | None = None


def get_flavor(tx: Tx, flavor_id: str, visible_to: str | None = None) -> Flavor | None:
    """A flavor that is public or open to the project; any flavor when `visible_to` is None."""
    query = select(*_COLUMNS).where(flavor.c.id == flavor_id)
    if visible_to is not None:
        query = query.where(or_(flavor.c.is_public, flavor.c.id.in_(_open_to(visible_to))))
    return one(tx, query, Flavor)


def list_flavors(tx: Tx, query: FlavorQuery) -> list[Flavor]:
    chosen = select(*_COLUMNS).where(flavor.c.disk >= query.min_disk, flavor.c.ram >= query.min_ram)
    if query.is_public is not None:
        chosen = chosen.where(flavor.c.is_public == query.is_public)
    if query.visible_to is not None:
        chosen = chosen.where(or_(flavor.c.is_public, flavor.c.id.in_(_open_to(query.visible_to))))
    order = [Sort(SORT_KEYS[key], descending) for key, descending in query.order]
    order += [] if any(s.column is flavor.c.id for s in order) else [Sort(flavor.c.id, order[-1].descending)]
    marker = [getattr(query.marker, s.column.key or "") for s in order] if query.marker else None
    return every(tx, page(chosen, order, marker, query.limit), Flavor)


def insert_flavor(tx: Tx, row: Flavor) -> None:
    """Raises FlavorExists when the id or the name is taken."""
    try:
        with tx.sql.begin_nested():
            insert_row(tx, flavor, **{f.name: getattr(row, f.name) for f in fields(Flavor)})
    except IntegrityError as error:
        what, value = ("ID", row.id) if get_flavor(tx, row.id) else ("name", row.name)
        raise FlavorExists(what=what, value=value) from error


def update_flavor(tx: Tx, flavor_id: str, **values: Any) -> None:
    tx.sql.execute(update(flavor).where(flavor.c.id == flavor_id).values(**values))


def delete_flavor(tx: Tx, flavor_id: str) -> bool:
    return changed(tx, delete(flavor).where(flavor.c.id == flavor_id)) > 0


def any_flavor(tx: Tx) -> bool:
    return tx.sql.execute(select(flavor.c.id).limit(1)).first() is not None


def list_access(tx: Tx, flavor_id: str) -> list[str]:
    """Projects that may use a private flavor."""
    query = select(flavor_access.c.project_id).where(flavor_access.c.flavor_id == flavor_id)
    return list(tx.sql.execute(query.order_by(flavor_access.c.project_id)).scalars())


def add_access(tx: Tx, flavor_id: str, project_id: str) -> None:
    insert_or_ignore(tx, flavor_access, {"flavor_id": flavor_id, "project_id": project_id})


def remove_access(tx: Tx, flavor_id: str, project_id: str) -> bool:
    where = and_(flavor_access.c.flavor_id == flavor_id, flavor_access.c.project_id == project_id)
    return changed(tx, delete(flavor_access).where(where)) > 0


def _open_to(project_id: str) -> Any:
    return select(flavor_access.c.flavor_id).where(flavor_access.c.project_id == project_id)
