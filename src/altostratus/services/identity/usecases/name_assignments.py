"""The names that GET /v3/role_assignments?include_names shows beside ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, select

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.lineage import batches
from altostratus.services.identity.usecases.list_assignments import Effect


@dataclass(frozen=True, slots=True)
class Named:
    """A user, group, project, domain or role. `domain_id` is None for what lies in no domain."""

    id: str
    name: str
    domain_id: str | None


@dataclass(frozen=True, slots=True)
class Names:
    """All that some assignments name, by id; the domains of these among the projects."""

    people: dict[str, Named]
    projects: dict[str, Named]
    roles: dict[str, Named]


def names_of(tx: Tx, effects: Sequence[Effect]) -> Names:
    """A few queries, and one more for each thousand of what is named."""
    ids = {effect.user_or_group for effect in effects}
    people = {**_named(tx, tables.user, ids), **_named(tx, tables.group, ids)}
    roles = _named(tx, tables.role, (effect.role_id for effect in effects))
    projects = _named(tx, tables.project, (effect.target_id for effect in effects))
    named = (*people.values(), *roles.values(), *projects.values())
    domains = _named(tx, tables.project, (one.domain_id for one in named if one.domain_id))
    return Names(people, {**projects, **domains}, roles)


def _named(tx: Tx, table: Table, ids: Iterable[str]) -> dict[str, Named]:
    query = select(table.c.id, table.c.name, table.c.domain_id)
    found = (one for some in batches(ids) for one in every(tx, query.where(table.c.id.in_(some)), Named))
    return {one.id: one for one in found}
