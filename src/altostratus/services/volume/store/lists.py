"""What all of block storage's lists have in common: filters, an order, a marker, an offset."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx

R = TypeVar("R")
COMPARISONS = {"gt": "__gt__", "gte": "__ge__", "eq": "__eq__", "neq": "__ne__", "lt": "__lt__", "lte": "__le__"}


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows to list, in which order. `equal` and `like` (a part of the text) are by names of filters, `entries`
    what JSON objects have to contain, by their names; `moments` are (name, one of COMPARISONS, time). `marker` is
    the id of the last row of the page before."""

    project_id: str | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)
    like: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    moments: Sequence[tuple[str, str, datetime]] = ()
    order: Sequence[tuple[str, bool]] = (("created_at", True),)
    marker: str | None = None
    limit: int | None = None
    offset: int = 0


Conditions = Callable[[Query], Iterable[ColumnElement[bool]]]
Columns = Mapping[str, ColumnElement[Any]]


def conditions_of(query: Query, columns: Columns, objects: Columns) -> Iterable[ColumnElement[bool]]:
    """The query's filters on these columns; `objects` are those that hold JSON objects of texts."""
    if query.project_id is not None:
        yield columns["project_id"] == query.project_id
    for name, value in query.equal.items():
        yield columns[name].is_(None) if value is None else columns[name] == value
    for name, part in query.like.items():
        yield columns[name].contains(part, autoescape=True)
    for name, entries in query.entries.items():
        for key, value in entries.items():
            yield objects[name][key].as_string() == value
    for name, comparison, moment in query.moments:
        yield getattr(columns[name], COMPARISONS[comparison])(moment)


def paged(
    tx: Tx,
    chosen: Select[Any],
    query: Query,
    keys: Columns,
    unique: ColumnElement[Any],
    conditions: Conditions,
    kind: type[R],
) -> list[R]:
    """One page of `chosen`, sorted by some of `keys` and at last by a unique column; LookupError where the marker is
    no row that the query's project has."""
    order = [Sort(keys[key], descending) for key, descending in query.order]
    order.append(Sort(unique, order[-1].descending if order else True))
    marker = None
    if query.marker is not None:
        anywhere = Query(project_id=query.project_id, equal={"id": query.marker})
        found = chosen.with_only_columns(*(s.column for s in order), maintain_column_froms=True)
        marker = tx.sql.execute(found.where(*conditions(anywhere))).first()
        if marker is None:
            raise LookupError(query.marker)
    whole = page(chosen.where(*conditions(query)), order, marker, query.limit)
    if query.offset:
        whole = whole.offset(query.offset)
    return every(tx, whole, kind)
