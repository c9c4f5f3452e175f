"""Which projects are associated with which endpoints and groups of endpoints: those are all that they see. A project
without any sees everything."""

from typing import Generic, TypeVar

from sqlalchemy import Table, delete, exists, insert, select

from altostratus.kernel.db.rows import changed
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import ALL
from altostratus.services.identity.domain.nouns import Endpoint, EndpointGroup, Project
from altostratus.services.identity.errors import Duplicate
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import Records, endpoint_groups, endpoints, projects, unique

R = TypeVar("R")


class Associations(Generic[R]):
    """The rows of a table that associate projects with nouns in `records`, named by `column`."""

    def __init__(self, table: Table, column: str, records: Records[R]) -> None:
        self.kind = table.name.removeprefix("identity_")
        self.records = records
        self._table = table
        self._column = table.c[column]

    def has(self, tx: Tx, project_id: str, id: str) -> bool:  # noqa: A002 - it is called id everywhere
        rows = exists().where(self._table.c.project_id == project_id, self._column == id)
        return bool(tx.sql.scalar(select(rows)))

    def add(self, tx: Tx, project_id: str, id: str) -> None:  # noqa: A002
        """Duplicate when they are associated already."""
        with unique(tx, Duplicate(self.kind, "Duplicate entry")):
            tx.sql.execute(insert(self._table), {"project_id": project_id, self._column.name: id})

    def remove(self, tx: Tx, project_id: str, id: str) -> bool:  # noqa: A002
        """Whether they were associated."""
        rows = delete(self._table).where(self._table.c.project_id == project_id, self._column == id)
        return changed(tx, rows) > 0

    def of_project(self, tx: Tx, project_id: str) -> list[R]:
        ids = select(self._column).where(self._table.c.project_id == project_id)
        return self.records.listed(tx, ALL, self.records.table.c.id.in_(ids))

    def projects_with(self, tx: Tx, id: str) -> list[Project]:  # noqa: A002
        ids = select(self._table.c.project_id).where(self._column == id)
        return projects.listed(tx, ALL, tables.project.c.id.in_(ids))


project_endpoints = Associations[Endpoint](tables.project_endpoint, "endpoint_id", endpoints)
project_groups = Associations[EndpointGroup](tables.project_endpoint_group, "endpoint_group_id", endpoint_groups)
_ANY = select(exists(select(tables.project_endpoint)) | exists(select(tables.project_endpoint_group)))


def any_associations(tx: Tx) -> bool:
    """Whether any project sees less than everything."""
    return bool(tx.sql.scalar(_ANY))


def endpoints_in(tx: Tx, group: EndpointGroup) -> list[Endpoint]:
    """Those that fit all of the group's filters, enabled or not."""
    return [endpoint for endpoint in endpoints.listed(tx) if _fits(endpoint, group)]


def endpoints_for(tx: Tx, project_id: str) -> list[Endpoint]:
    """Those that the project is associated with, by itself or in groups, enabled or not."""
    own, groups = project_endpoints.of_project(tx, project_id), project_groups.of_project(tx, project_id)
    seen = {endpoint.id for endpoint in own}
    every = endpoints.listed(tx) if groups else []
    more = (endpoint for endpoint in every if any(_fits(endpoint, group) for group in groups))
    return own + [endpoint for endpoint in more if endpoint.id not in seen]


def _fits(endpoint: Endpoint, group: EndpointGroup) -> bool:
    return all(getattr(endpoint, name) == value for name, value in group.filters.items())
