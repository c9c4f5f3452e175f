"""The catalog that tokens carry: enabled services with their enabled endpoints."""

from dataclasses import dataclass

from sqlalchemy import select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import CatalogService, Endpoint
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import endpoints, services


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """A service and where it is."""

    service: CatalogService
    endpoints: tuple[Endpoint, ...]


def read_catalog(tx: Tx) -> list[CatalogItem]:
    """In the order of service types; two queries."""
    found: dict[str, list[Endpoint]] = {}
    query = endpoints.select().where(tables.endpoint.c.enabled).order_by(tables.endpoint.c.id)
    for row in tx.sql.execute(query).mappings():
        found.setdefault(row["service_id"], []).append(Endpoint(**row))
    offered = services.select().where(tables.service.c.enabled).order_by(tables.service.c.type, tables.service.c.id)
    every = [CatalogService(**row) for row in tx.sql.execute(offered).mappings()]
    return [CatalogItem(service, tuple(found.get(service.id, ()))) for service in every]


def service_ids(tx: Tx) -> dict[tuple[str, str], str]:
    """Ids by (type, name)."""
    rows = tx.sql.execute(select(tables.service.c.id, tables.service.c.type, tables.service.c.name))
    return {(kind, name or ""): found for found, kind, name in rows}
