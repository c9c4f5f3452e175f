"""Keyset paging: a page begins after its marker row in the sort order, however many rows lie before it.

Every order ends with a unique column, so that it is total. NULLs sort first when ascending, last when
descending, on both engines.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, or_


class Sort(NamedTuple):
    """One key of an order."""

    column: ColumnElement[Any]
    descending: bool = False


def page(
    query: Select[Any], order: Sequence[Sort], marker: Sequence[Any] | None = None, limit: int | None = None
) -> Select[Any]:
    """The rows after `marker` (the marker row's values of the order's columns, in order), at most `limit`."""
    for column, descending in order:
        nulls = case((column.is_(None), 0), else_=1)
        query = query.order_by(nulls.desc(), column.desc()) if descending else query.order_by(nulls, column)
    if marker is not None:
        query = query.where(_after(order, marker))
    return query if limit is None else query.limit(limit)


def _after(order: Sequence[Sort], marker: Sequence[Any]) -> ColumnElement[bool]:
    """(a, b, c) after (x, y, z): a after x, or a = x and b after y, or …"""
    branches: list[ColumnElement[bool]] = []
    for position, ((column, descending), value) in enumerate(zip(order, marker, strict=True)):
        same = [_equal(c.column, v) for c, v in zip(order[:position], marker, strict=False)]
        branches.append(and_(*same, _beyond(column, descending, value)))
    return or_(*branches)


def _equal(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def _beyond(column: ColumnElement[Any], descending: bool, value: Any) -> ColumnElement[bool]:
    if descending:
        return false() if value is None else or_(column < value, column.is_(None))
    return column.is_not(None) if value is None else column > value
