"""What a list is filtered by: `name=web`, `name__contains=eb`, and a page's marker and limit."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Match(Enum):
    """How a filter compares, as Keystone names it in `attribute__comparator`, and from DIFFERS on in `attribute=lt:`
    of times."""

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTSWITH = "startswith"
    ENDSWITH = "endswith"
    IEQUALS = "iequals"
    ICONTAINS = "icontains"
    ISTARTSWITH = "istartswith"
    IENDSWITH = "iendswith"
    DIFFERS = "neq"
    BEFORE = "lt"
    UNTIL = "lte"
    AFTER = "gt"
    SINCE = "gte"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a column."""

    column: str
    value: Any
    match: Match = Match.EQUALS


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list request asks for. `marker` is the id of the last element already seen; `tags` hold the sets
    that projects are chosen by ('tags', 'tags-any', 'not-tags', 'not-tags-any')."""

    filters: tuple[Filter, ...] = ()
    marker: str | None = None
    limit: int | None = None
    tags: tuple[tuple[str, frozenset[str]], ...] = ()

    def value(self, column: str) -> Any:
        """What this column must equal, or None."""
        found = (f.value for f in self.filters if f.column == column and f.match is Match.EQUALS)
        return next(found, None)

    def having(self, **values: Any) -> "Listing":
        """The same list with further conditions."""
        more = tuple(Filter(column, value) for column, value in values.items())
        return Listing((*self.filters, *more), self.marker, self.limit, self.tags)


ALL = Listing()
