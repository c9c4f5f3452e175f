"""Quota without counters: lock the scope, count the rows, compare, insert, in one transaction.

Scopes are locked in sorted order, services in the order image, compute, network, volume, so that two requests
never wait for one another. Limits are rows only where an operator set them; defaults come from each service.
"""

from collections.abc import Mapping

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Table, delete, select

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.db.schema import metadata
from altostratus.kernel.tx import Tx

UNLIMITED = -1

quota_scope = Table(
    "quota_scope",
    metadata,
    Column("project_id", String(64), nullable=False),
    Column("service", String(32), nullable=False),
    PrimaryKeyConstraint("project_id", "service"),
)

quota_limit = Table(
    "quota_limit",
    metadata,
    Column("project_id", String(64), nullable=False),
    Column("service", String(32), nullable=False),
    Column("resource", String(64), nullable=False),
    Column("value", Integer, nullable=False),
    PrimaryKeyConstraint("project_id", "service", "resource"),
)


def lock(tx: Tx, project_id: str, service: str) -> None:
    """Hold the project's scope in this service until the transaction ends; counting is safe from here on. On SQLite
    there is one writer, whose transaction is lock enough."""
    if tx.sql.dialect.name == "sqlite":
        return
    insert_or_ignore(tx, quota_scope, {"project_id": project_id, "service": service})
    where = (quota_scope.c.project_id == project_id) & (quota_scope.c.service == service)
    tx.sql.execute(select(quota_scope).where(where).with_for_update()).first()


def limits(tx: Tx, project_id: str, service: str, defaults: Mapping[str, int]) -> dict[str, int]:
    """The project's limits; -1 is unlimited."""
    where = (quota_limit.c.project_id == project_id) & (quota_limit.c.service == service)
    rows = tx.sql.execute(select(quota_limit.c.resource, quota_limit.c.value).where(where))
    return {**defaults, **{resource: value for resource, value in rows if resource in defaults}}


def set_limits(tx: Tx, project_id: str, service: str, values: Mapping[str, int]) -> None:
    """Set some of the project's limits."""
    for resource, value in values.items():
        where = (quota_limit.c.project_id == project_id) & (quota_limit.c.service == service)
        tx.sql.execute(delete(quota_limit).where(where, quota_limit.c.resource == resource))
        tx.sql.execute(
            quota_limit.insert().values(project_id=project_id, service=service, resource=resource, value=value)
        )


def reset_limits(tx: Tx, project_id: str, service: str) -> None:
    """Back to the defaults."""
    where = (quota_limit.c.project_id == project_id) & (quota_limit.c.service == service)
    tx.sql.execute(delete(quota_limit).where(where))
