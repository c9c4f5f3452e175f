"""Subnet pools as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from altostratus.kernel.db.rows import insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.store.listing import Listing, standard_columns
from altostratus.services.network.store.standard import tags_of
from altostratus.services.network.store.tables import subnet_pool


@dataclass(frozen=True, slots=True)
class SubnetPool:
    """A pool of prefixes that subnets are cut from."""

    id: str
    project_id: str
    name: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    prefixes: list[str]
    ip_version: int
    min_prefixlen: int
    max_prefixlen: int
    default_prefixlen: int
    default_quota: int | None
    shared: bool
    is_default: bool
    tags: tuple[str, ...] = ()

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {"project_id": self.project_id, "tenant_id": self.project_id, "shared": self.shared}


_COLUMNS = [subnet_pool.c[name] for name in SubnetPool.__dataclass_fields__ if name in subnet_pool.c]

LISTING = Listing(
    subnet_pool,
    standard_columns(
        subnet_pool, "name", "ip_version", "min_prefixlen", "max_prefixlen", "default_prefixlen", "default_quota",
        "shared", "is_default",
    ),
)  # fmt: skip


def fetch(tx: Tx, page: Select[Any]) -> list[SubnetPool]:
    """The pools of a page (a query of ids), in its order."""
    tags = tags_of(tx, page.with_only_columns(subnet_pool.c.id))
    rows = tx.sql.execute(page.with_only_columns(*_COLUMNS)).mappings()
    return [SubnetPool(**row, tags=tags.get(row["id"], ())) for row in rows]


def get(tx: Tx, pool_id: str) -> SubnetPool | None:
    """The pool, whoever owns it."""
    found = fetch(tx, select(subnet_pool.c.id).where(subnet_pool.c.id == pool_id))
    return found[0] if found else None


def default_of_version(tx: Tx, ip_version: int) -> SubnetPool | None:
    """The cloud's default pool for that IP version."""
    where = subnet_pool.c.is_default & (subnet_pool.c.ip_version == ip_version)
    found = fetch(tx, select(subnet_pool.c.id).where(where))
    return found[0] if found else None


def insert(tx: Tx, **values: Any) -> None:
    insert_row(tx, subnet_pool, **values)


def lock(tx: Tx, pool_id: str) -> None:
    """Hold the pool until the transaction ends, so that nobody else allocates from it."""
    same = {"default_quota": subnet_pool.c.default_quota}
    tx.sql.execute(update(subnet_pool).where(subnet_pool.c.id == pool_id).values(same))
