"""What the query of a list asks for. Parameters that Keystone does not know it ignores, and so do we."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.paging import limit_of
from altostratus.kernel.ids import is_uuid
from altostratus.services.identity.domain.filters import Filter, Listing, Match
from altostratus.services.identity.errors import MALFORMED

TIMES = frozenset({"password_expires_at"})
ORDERS = {
    "eq": Match.EQUALS,
    "neq": Match.DIFFERS,
    "lt": Match.BEFORE,
    "lte": Match.UNTIL,
    "gt": Match.AFTER,
    "gte": Match.SINCE,
}
COMPARATORS = {match.value: match for match in Match if match not in ORDERS.values()}
BOOLEANS = frozenset({"enabled", "is_domain"})
TAGS = ("tags", "tags-any", "not-tags", "not-tags-any")
PAGE = ("limit", "marker")
LONGEST = 1_000_000
"""No list is longer, whatever limit is asked for."""
FALSE = frozenset({"0", "false", "off", "no", "n", "f"})


def listing_of(query: Sequence[tuple[str, str]], names: Collection[str], most: int | None) -> Listing:
    """Filters on the attributes in `names` ('name', also as 'name__contains'), 'marker', 'limit' and tags."""
    given = dict(reversed(query))  # what is said first counts, as in Keystone
    filters = [found for name, value in given.items() if (found := _filter(name, value, names))]
    tags = tuple((kind, frozenset(given[kind].split(","))) for kind in TAGS if kind in given and "tags" in names)
    limit = limit_of(given, most)
    shown = LONGEST if limit is None else min(limit, LONGEST)
    return Listing(tuple(filters), given.get("marker") or None, shown, tags)


def is_set(given: Mapping[str, str], name: str) -> bool:
    """Whether a flag is there: as whatever is said of it, but for 0."""
    return given.get(name, "0") != "0"


def is_true(text: str) -> bool:
    """An empty value is true: `?enabled`."""
    return text.lower() not in FALSE


def _filter(name: str, value: str, names: Collection[str]) -> Filter | None:
    column, _, comparator = name.partition("__")
    if column in TIMES and column in names:
        return _time_filter(column, value)
    if column not in names or column in (*TAGS, *PAGE):
        return None
    if not comparator:
        return Filter(column, _value(column, value))
    if comparator not in COMPARATORS or column in BOOLEANS:
        return None
    return Filter(column, value, COMPARATORS[comparator])


def _time_filter(column: str, value: str) -> Filter:
    """'lt:2026-12-01T00:00:00Z'; without an operator it is 'eq'."""
    order, text = value.split(":", 1) if ":" in value[2:4] else ("eq", value)
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(f"Timestamp not in expected format. {MALFORMED}") from None
    if order not in ORDERS:
        raise BadRequest(
            f"The given operator {order} is not valid. "
            "It must be one of the following: 'eq', 'neq', 'lt', 'lte', 'gt', or 'gte'."
        )
    return Filter(column, moment, ORDERS[order])


def _value(column: str, text: str) -> Any:
    if column in BOOLEANS:
        return is_true(text)
    if column == "parent_id" and not is_uuid(text):
        raise BadRequest(f"Invalid input for field/attribute parent_id. Value: {text}. '{text}' is not a 'uuid'")
    return text
