"""Lists: filters, sort keys and pages over a table, by the names that the API gives to its columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Integer, Select, Table, not_, or_, select

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.schema import Instant
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import HTTPBadRequest, InvalidInput
from altostratus.services.network.store.standard import tagged

_INTEGER = re.compile(r"-?[0-9]{1,18}")
TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")
Condition = Callable[[Sequence[str]], ColumnElement[bool]]


@dataclass(frozen=True)
class Listing:
    """What can be listed: `columns` by API attribute may be filtered and sorted by, instants sorted only; `filters` are
    special ones."""

    table: Table
    columns: Mapping[str, Column[Any]]
    filters: Mapping[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True)
class ListQuery:
    """What a client asked for. `filters` maps an attribute to accepted values."""

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: Sequence[tuple[str, bool]] = ()
    limit: int | None = None
    marker: str | None = None
    reverse: bool = False


def select_page(tx: Tx, listing: Listing, visible: ColumnElement[bool], query: ListQuery) -> Select[Any]:
    """A query for the ids of the page, in order; with `reverse` in backward order, for the caller to turn round."""
    base = select(listing.table.c.id).where(visible)
    for name, values in query.filters.items():
        base = base.where(_condition(listing, name, values))
    order = _order(listing, query)
    return page(base, order, _marker(tx, listing, order, query.marker), query.limit)


def _order(listing: Listing, query: ListQuery) -> list[Sort]:
    unknown = [name for name, _ in query.sort if name not in listing.columns]
    if unknown:
        raise HTTPBadRequest(f"{unknown} is invalid attribute for sort_keys")
    keys = [(listing.columns[name], descending) for name, descending in query.sort]
    if all(name != "id" for name, _ in query.sort):
        keys.append((listing.table.c.id, False))
    return [Sort(column, descending != query.reverse) for column, descending in keys]


def _marker(tx: Tx, listing: Listing, order: Sequence[Sort], marker: str | None) -> Sequence[Any] | None:
    if marker is None:
        return None
    query = select(*(sort.column for sort in order)).where(listing.table.c.id == marker)
    row = tx.sql.execute(query).first()
    if row is None:
        raise HTTPBadRequest(f"The marker {marker} could not be found.")
    return tuple(row)


def _condition(listing: Listing, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if special := (listing.filters.get(name) or _tag_filters(listing.table).get(name)):
        return special(values)
    column = listing.columns.get(name)
    if column is None or isinstance(column.type, Instant):  # instants are to sort by
        raise HTTPBadRequest(f"['{name}'] is invalid attribute for filtering")
    wanted = [_value(column, name, value) for value in values]
    matches = column.in_([value for value in wanted if value is not None])
    return or_(matches, column.is_(None)) if None in wanted else matches


def _value(column: Column[Any], name: str, text: str) -> Any:
    if isinstance(column.type, Boolean):
        return truth(name, text)
    if isinstance(column.type, Integer):
        if not _INTEGER.fullmatch(text):
            raise InvalidInput(reason=f"'{text}' is not an integer")
        return int(text)
    return None if text == "" and column.nullable else text


def truth(name: str, text: str) -> bool:
    """True or False, as Neutron reads it."""
    if text.lower() in ("true", "1"):
        return True
    if text.lower() in ("false", "0"):
        return False
    raise InvalidInput(reason=f"'{text}' cannot be converted to boolean")


def _tag_filters(table: Table) -> dict[str, Condition]:
    def split(values: Sequence[str]) -> list[str]:
        return [text for value in values for text in value.split(",")]

    key = table.c.id
    conditions: tuple[Condition, ...] = (
        lambda values: tagged(key, split(values), every=True),
        lambda values: tagged(key, split(values), every=False),
        lambda values: not_(tagged(key, split(values), every=True)),
        lambda values: not_(tagged(key, split(values), every=False)),
    )
    return dict(zip(TAG_FILTERS, conditions, strict=True))


def standard_columns(table: Table, *names: str, **renamed: str) -> dict[str, Column[Any]]:
    """API attributes of a table: the standard ones, those named like their columns, and renamed ones."""
    standard = ("id", "project_id", "description", "revision_number", "created_at", "updated_at")
    columns = {name: table.c[name] for name in (*standard, *names)}
    return {**columns, "tenant_id": table.c.project_id, **{api: table.c[name] for api, name in renamed.items()}}
