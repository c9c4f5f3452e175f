"""Rows of one table as frozen values: found by id, listed by filters, inserted, changed, deleted."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, FromClause, Select, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import changed, every, one
from altostratus.kernel.errors import Fault
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain import nouns
from altostratus.services.identity.domain.filters import ALL, Filter, Listing, Match
from altostratus.services.identity.errors import NoMarker
from altostratus.services.identity.store import tables

R = TypeVar("R")


class Records(Generic[R]):
    """The rows of a table that has an `id`; `kind` is a dataclass with the same field names as its columns."""

    def __init__(self, table: Table, kind: Any) -> None:
        self.table = table
        self.kind: type[R] = kind
        self._select = select(*self.columns_of(table))

    def columns_of(self, table: FromClause) -> list[ColumnElement[Any]]:
        """The kind's columns, in the order of its fields, of the table or an alias of it."""
        return [table.c[name] for name in self.kind.__dataclass_fields__]  # type: ignore[attr-defined]

    def select(self) -> Select[Any]:
        return self._select

    def find(self, tx: Tx, id: str) -> R | None:  # noqa: A002 - it is called id everywhere
        return self.find_by(tx, id=id)

    def find_by(self, tx: Tx, **values: Any) -> R | None:
        """By the values of columns, none of them None."""
        return one(tx, _by(self, tuple(values)), self.kind, **values)

    def listed(self, tx: Tx, listing: Listing = ALL, *where: ColumnElement[bool], **values: Any) -> list[R]:
        """In the order of ids, after the marker, at most one more than the limit (so that the caller sees that
        there are more); `values` are those of bound parameters in `where`."""
        query = self.select().where(*(condition(self.table, f) for f in listing.filters), *where)
        limit = None if listing.limit is None else listing.limit + 1
        return every(tx, page(query, [Sort(self.table.c.id)], self.marker(tx, listing), limit), self.kind, **values)

    def marker(self, tx: Tx, listing: Listing) -> list[str] | None:
        """After what the list begins. NoMarker when there is no such row."""
        if listing.marker is None:
            return None
        if self.find(tx, listing.marker) is None:
            raise NoMarker(listing.marker)
        return [listing.marker]

    def by_ids(self, tx: Tx, ids: Sequence[str]) -> list[R]:
        return every(tx, self.select().where(self.table.c.id.in_(sorted(set(ids)))), self.kind)

    def insert(self, tx: Tx, **values: Any) -> None:
        tx.sql.execute(insert(self.table).values(**values))

    def update(self, tx: Tx, id: str, **values: Any) -> None:  # noqa: A002
        tx.sql.execute(update(self.table).where(self.table.c.id == id).values(**values))

    def delete(self, tx: Tx, id: str) -> bool:  # noqa: A002
        """Whether there was such a row."""
        return changed(tx, delete(self.table).where(self.table.c.id == id)) > 0


@cache
def _by(records: Records[Any], names: tuple[str, ...]) -> Select[Any]:
    """Made once for these columns: to make it anew takes longer than to run it."""
    return records.select().where(*(records.table.c[name] == bindparam(name) for name in names))


_ORDERS: Mapping[Match, Callable[[Any, Any], Any]] = {
    Match.DIFFERS: operator.ne,
    Match.BEFORE: operator.lt,
    Match.UNTIL: operator.le,
    Match.AFTER: operator.gt,
    Match.SINCE: operator.ge,
}


def condition(table: Table, wanted: Filter) -> ColumnElement[bool]:
    """A filter as SQL."""
    column: Any = table.c[wanted.column]
    if wanted.match is Match.EQUALS:
        return column.is_(None) if wanted.value is None else column == wanted.value  # type: ignore[no-any-return]
    if compare := _ORDERS.get(wanted.match):
        return compare(column, wanted.value)  # type: ignore[no-any-return]
    name, value = wanted.match.value, str(wanted.value)
    if name.startswith("i"):
        column, name, value = func.lower(column), name[1:], value.lower()
    if name == "equals":
        return column == value  # type: ignore[no-any-return]
    return getattr(column, name)(value, autoescape=True)  # type: ignore[no-any-return]


@contextmanager
def unique(tx: Tx, fault: Fault) -> Iterator[None]:
    """Inside, a row that breaks a constraint raises `fault` and leaves the transaction usable."""
    try:
        with tx.sql.begin_nested():
            yield
    except IntegrityError as error:
        raise fault from error


projects = Records[nouns.Project](tables.project, nouns.Project)
users = Records[nouns.User](tables.user, nouns.User)
groups = Records[nouns.Group](tables.group, nouns.Group)
roles = Records[nouns.Role](tables.role, nouns.Role)
regions = Records[nouns.Region](tables.region, nouns.Region)
services = Records[nouns.CatalogService](tables.service, nouns.CatalogService)
endpoints = Records[nouns.Endpoint](tables.endpoint, nouns.Endpoint)
credentials = Records[nouns.Credential](tables.credential, nouns.Credential)
trusts = Records[nouns.Trust](tables.trust, nouns.Trust)
application_credentials = Records[nouns.ApplicationCredential](
    tables.application_credential, nouns.ApplicationCredential
)
access_rules = Records[nouns.AccessRule](tables.access_rule, nouns.AccessRule)
registered_limits = Records[nouns.RegisteredLimit](tables.registered_limit, nouns.RegisteredLimit)
limits = Records[nouns.Limit](tables.limit, nouns.Limit)
endpoint_groups = Records[nouns.EndpointGroup](tables.endpoint_group, nouns.EndpointGroup)
