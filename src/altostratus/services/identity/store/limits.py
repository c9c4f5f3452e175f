"""Registered limits, and limits with what they override."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, insert, select

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import ALL, Filter, Listing
from altostratus.services.identity.domain.limits import Family, Limited, holder_id
from altostratus.services.identity.domain.nouns import Limit, Project, RegisteredLimit
from altostratus.services.identity.store.records import condition, limits, registered_limits
from altostratus.services.identity.store.tables import limit, project, registered_limit

_PARTS = (limits.columns_of(limit), registered_limits.columns_of(registered_limit))
_QUERY = select(*_PARTS[0], *_PARTS[1]).join(registered_limit, registered_limit.c.id == limit.c.registered_limit_id)


def _limited(row: Row[Any]) -> Limited:
    values = iter(row)
    own, registered = ([next(values) for _ in part] for part in _PARTS)
    return Limited(Limit(*own), RegisteredLimit(*registered))


def find_limited(tx: Tx, limit_id: str) -> Limited | None:
    row = tx.sql.execute(_QUERY.where(limit.c.id == limit_id)).first()
    return _limited(row) if row else None


def list_limited(tx: Tx, listing: Listing, *where: ColumnElement[bool]) -> list[Limited]:
    """Filtered by columns of either; like `Records.listed`, one more than the limit."""
    query = _QUERY.where(*map(_condition, listing.filters), *where)
    most = None if listing.limit is None else listing.limit + 1
    marker = limits.marker(tx, listing)
    return [_limited(row) for row in tx.sql.execute(page(query, [Sort(limit.c.id)], marker, most))]


def limits_of(tx: Tx, project_ids: Sequence[str]) -> list[Limited]:
    """Of all these projects, in the order of ids."""
    return list_limited(tx, ALL, limit.c.project_id.in_(project_ids))


def _condition(wanted: Filter) -> ColumnElement[bool]:
    return condition(limit if wanted.column in limit.c else registered_limit, wanted)


def within_domain(domain_id: str) -> ColumnElement[bool]:
    """Limits of the domain and of its projects."""
    inside = select(project.c.id).where(project.c.domain_id == domain_id)
    return (limit.c.domain_id == domain_id) | limit.c.project_id.in_(inside)


def is_overridden(tx: Tx, registered_id: str) -> bool:
    """Whether there is a limit that stands on this registered one."""
    return bool(tx.sql.scalar(select(exists().where(limit.c.registered_limit_id == registered_id))))


def registered_of(tx: Tx, service_ids: Iterable[str]) -> list[RegisteredLimit]:
    query = registered_limits.select().where(registered_limit.c.service_id.in_(sorted(set(service_ids))))
    return every(tx, query, RegisteredLimit)


def insert_registered_limits(tx: Tx, made: Sequence[RegisteredLimit]) -> None:
    rows = [{**_values(one), "region_scope": one.region_id or ""} for one in made]
    tx.sql.execute(insert(registered_limit), rows)


def insert_limits(tx: Tx, made: Sequence[Limit]) -> None:
    rows = [{**_values(one), "holder_id": holder_id(one)} for one in made]
    tx.sql.execute(insert(limit), rows)


def _values(noun: Limit | RegisteredLimit) -> dict[str, Any]:
    return {name: getattr(noun, name) for name in noun.__dataclass_fields__}


def family_of(tx: Tx, wanted: Sequence[Limited], holders: Iterable[Project]) -> Family:
    """What the two-level model compares these limits with; one query."""
    parents = {holder.id: holder.parent_id for holder in holders if not holder.is_domain}
    domains = {one.limit.domain_id for one in wanted} | set(parents.values())
    of_domains: dict[tuple[str, str | None], int] = {}
    of_projects: dict[tuple[str, str | None], int] = {}
    for registered_id, domain_id, home_id, value in _around(tx, {one.registered.id for one in wanted}, domains):
        if domain_id:
            of_domains[registered_id, domain_id] = value
        else:
            of_projects[registered_id, home_id] = max(value, of_projects.get((registered_id, home_id), value))
    return Family(parents, of_domains, of_projects)


def _around(tx: Tx, registered_ids: set[str], domain_ids: set[str | None]) -> list[tuple[str, str | None, str, int]]:
    """The limits of these domains and of all their projects: what each overrides, the domain or None, the project's
    domain, and the limit."""
    domains = sorted(filter(None, domain_ids))
    query = (
        select(limit.c.registered_limit_id, limit.c.domain_id, project.c.domain_id, limit.c.resource_limit)
        .outerjoin(project, project.c.id == limit.c.project_id)
        .where(limit.c.registered_limit_id.in_(sorted(registered_ids)))
        .where(limit.c.domain_id.in_(domains) | project.c.domain_id.in_(domains))
    )
    return [tuple(row) for row in tx.sql.execute(query)]
