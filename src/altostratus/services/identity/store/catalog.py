"""The catalog that tokens carry: enabled services with their enabled endpoints."""

from sqlalchemy import select

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.catalog import CatalogItem
from altostratus.services.identity.domain.nouns import CatalogService, Endpoint
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import endpoints, services

_OFFERED = services.select().where(tables.service.c.enabled).order_by(tables.service.c.type, tables.service.c.id)
_ENDPOINTS = endpoints.select().where(tables.endpoint.c.enabled).order_by(tables.endpoint.c.id)


def read_catalog(tx: Tx) -> list[CatalogItem]:
    """In the order of service types; two queries."""
    found: dict[str, list[Endpoint]] = {}
    for endpoint in every(tx, _ENDPOINTS, Endpoint):
        found.setdefault(endpoint.service_id, []).append(endpoint)
    offered = every(tx, _OFFERED, CatalogService)
    return [CatalogItem(service, tuple(found.get(service.id, ()))) for service in offered]


def service_ids(tx: Tx) -> dict[tuple[str, str], str]:
    """Ids by (type, name)."""
    rows = tx.sql.execute(select(tables.service.c.id, tables.service.c.type, tables.service.c.name))
    return {(kind, name or ""): found for found, kind, name in rows}
