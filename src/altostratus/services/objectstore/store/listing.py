"""A page of a sorted list of names, with those that have a delimiter after the prefix rolled up.

However many names are rolled up into one, a page takes a bounded number of steps in the index for each of its entries:
behind a rolled-up name the next look begins after all that have it.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select

from altostratus.contracts.objectstore import Listing, Prefix

FEW, MANY = 64, 1024
"""Rows to look at where names may be rolled up: few behind such a name, more while there are none."""
_LAST = chr(0x10FFFF)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


class Window(NamedTuple):
    """Names above `low` (or from there on, if `with_low`) and below `high`; None: without an end."""

    low: str | None
    with_low: bool
    high: str | None

    def of(self, query: Select[Any], column: ColumnElement[str]) -> Select[Any]:
        if self.low is not None:
            query = query.where(column >= self.low if self.with_low else column > self.low)
        return query if self.high is None else query.where(column < self.high)


def page(
    query: Select[Any], column: ColumnElement[str], listing: Listing, fetch: Callable[[Select[Any]], Sequence[N]]
) -> list[N | Prefix]:
    """The entries of one page, in order."""
    entries: list[N | Prefix] = []
    window, few = window_of(listing), FEW
    query = query.order_by(column.desc() if listing.reverse else column)
    while (missing := listing.limit - len(entries)) > 0:
        wanted = min(missing, few) if listing.delimiter else missing
        rows = fetch(window.of(query, column).limit(wanted))
        rolled = _enter(entries, rows, listing)
        if len(rows) < wanted:
            break
        few = FEW if rolled else min(few * 2, MANY)
        window = _behind(window, rolled, rows[-1].name, listing.reverse)
    return entries[: listing.limit]


def page_of_several(
    listing: Listing,
    fetch: Callable[[Window, int], Sequence[N]],
    rest: Callable[[N, int], Sequence[N]],
    last: N | None,
) -> list[N | Prefix]:
    """The same of a list in which a name may be several times: `rest` has what more there is of the name of one, behind
    it. `last` is what the last page ended with, where its name may have more."""
    entries: list[N | Prefix] = []
    window, few = window_of(listing), FEW
    last = last if last and last.name.startswith(listing.prefix) else None
    while (missing := listing.limit - len(entries)) > 0:
        wanted = min(missing, few) if listing.delimiter else missing
        rows = rest(last, wanted) if last else fetch(window, wanted)
        rolled = _enter(entries, rows, listing)
        if len(rows) < wanted:
            if last is None:
                break
            last = None
            continue
        few = FEW if rolled else min(few * 2, MANY)
        window = _behind(window, rolled, rows[-1].name, listing.reverse)
        last = None if rolled else rows[-1]
    return entries[: listing.limit]


def _enter(entries: list[N | Prefix], rows: Sequence[N], listing: Listing) -> str:
    """Add rows to a page, rolled up; what the last of them was rolled up to."""
    if not (listing.delimiter or listing.children):
        entries.extend(rows)
        return ""
    rolled, low = "", listing.end_marker if listing.reverse else listing.marker
    for row in rows:
        if rolled and row.name.startswith(rolled):
            continue
        rolled = rolled_up(row.name, listing)
        if listing.children:
            if row.name != listing.prefix and rolled in ("", row.name):
                entries.append(row)
        elif not rolled:
            entries.append(row)
        elif rolled != low:  # the last page ended with it
            entries.append(Prefix(rolled))
    return rolled


def rolled_up(name: str, listing: Listing) -> str:
    """What this name is listed as, where it has a delimiter after the prefix; '' where it has none."""
    if not listing.delimiter:
        return ""
    end = name.find(listing.delimiter, len(listing.prefix))
    return name[: end + len(listing.delimiter)] if end >= 0 else ""


def window_of(listing: Listing) -> Window:
    """The names that a listing is about."""
    above, below = (listing.end_marker, listing.marker) if listing.reverse else (listing.marker, listing.end_marker)
    end = after(listing.prefix)
    high = min(filter(None, (below, end)), default=None)
    return Window(listing.prefix, True, high) if listing.prefix > above else Window(above or None, False, high)


def after(prefix: str) -> str | None:
    """The first name behind all that begin with `prefix`; None where there can be none."""
    stem = prefix.rstrip(_LAST)
    if not stem:
        return None
    point = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if 0xD800 <= point < 0xE000 else point)  # no name has half a surrogate pair


def _behind(window: Window, rolled: str, last: str, reverse: bool) -> Window:
    """What is left of a window behind a name, or behind all that are rolled up with it."""
    if reverse:
        return window._replace(high=rolled or last)
    behind = after(rolled) if rolled else None
    return window._replace(low=last, with_low=False) if behind is None else window._replace(low=behind, with_low=True)
