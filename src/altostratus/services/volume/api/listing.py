"""From a query string to a Query: pages, orders and filters as Cinder takes them."""

import ast
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.paging import limit_of, next_link
from altostratus.services.volume.api import VolumeCall, truth
from altostratus.services.volume.errors import InvalidInput
from altostratus.services.volume.store.lists import COMPARISONS, Query

MAX_PAGE, MOST = 1000, 2147483647
_PAGING = ("limit", "marker", "offset", "sort", "sort_key", "sort_dir", "with_count", "all_tenants")


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that a list is filtered by. `kind`: 'text', 'number', 'flag', 'entries' (a dict as text), 'moments'
    ('gt:<time>,lt:<time>'), 'none' (what nothing here has: nothing matches) or 'all' (a flag that everything here
    has). Ignored before microversion 3.`since`. `admin`: administrators only. `name` is the store's."""

    kind: str = "text"
    since: int = 0
    admin: bool = False
    name: str = ""


Filters = Mapping[str, Filter]


@dataclass(slots=True)
class _Found:
    equal: dict[str, Any] = field(default_factory=dict)
    like: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Mapping[str, str]] = field(default_factory=dict)
    moments: list[tuple[str, str, datetime]] = field(default_factory=list)
    nothing: bool = False


def query_of(request: VolumeCall, filters: Filters, keys: Container[str]) -> Query | None:
    """The query; None where nothing can match."""
    found = _Found()
    for name, value in request.query.items():
        if name not in _PAGING:
            _add(request, filters, name, value, found)
    project = _project(request)
    if project is None:
        project = found.equal.pop("project_id", None)
    if found.nothing:
        return None
    return Query(
        project_id=project,
        equal=found.equal,
        like=found.like,
        entries=found.entries,
        moments=found.moments,
        order=_order(request.query, keys),
        marker=request.query.get("marker"),
        limit=limit_of(request.query, MAX_PAGE),
        offset=_offset(request.query.get("offset")),
    )


def without_page(query: Query) -> Query:
    """The same rows, all of them."""
    return replace(query, marker=None, limit=None, offset=0)


def listed(
    request: VolumeCall, path: str, name: str, found: list[dict[str, Any]], query: Query | None, count: int | None
) -> dict[str, Any]:
    """The answer: a page of `name`, a link to the next one, and how many there are altogether."""
    body: dict[str, Any] = {name: found}
    if found and query is not None and len(found) == query.limit:
        href = next_link(request.volume_link(path), list(request.query.items()), found[-1]["id"])
        body[f"{name}_links"] = [{"rel": "next", "href": href}]
    if count is not None:
        body["count"] = count
    return body


def wants_count(request: VolumeCall) -> bool:
    return request.since(45) and request.flag("with_count")


def _project(request: VolumeCall) -> str | None:
    """Whose are listed; None is everybody's, which only administrators may ask for."""
    return None if request.flag("all_tenants") and request.actor.is_admin else request.actor.project


def _add(request: VolumeCall, filters: Filters, asked: str, value: str, found: _Found) -> None:
    like = asked.endswith("~") and request.since(34)
    key = asked.removesuffix("~") if like else asked
    known = filters.get(key)
    if known is None or (known.admin and not request.actor.is_admin) or (like and known.kind != "text"):
        if request.since(31) or request.actor.is_admin:
            raise BadRequest(f"Invalid filters {asked} are found in query options.")
        return
    if not request.since(known.since):
        return
    name = known.name or key
    match known.kind:
        case "text" if like:
            found.like[name] = value
        case "text":
            found.equal[name] = value
        case "number":
            found.nothing |= not value.isascii() or not value.isdecimal() or int(value[:12]) > MOST
            found.equal[name] = int(value[:12]) if not found.nothing else 0
        case "flag":
            found.equal[name] = _flag(request, key, value)
        case "entries":
            found.entries[name] = _entries(key, value)
        case "moments":
            found.moments += _moments(name, value)
        case "none":
            found.nothing = True
        case _:
            found.nothing |= not truth(value)


def _flag(request: VolumeCall, name: str, value: str) -> bool:
    """Until 3.1 whatever is not false is true."""
    if not request.since(2):
        return bool(value) and value not in ("False", "false", "FALSE")
    try:
        return truth(value)
    except BadRequest:
        raise InvalidInput(reason=f"'{name} = {value}'") from None


def _entries(name: str, text: str) -> dict[str, str]:
    """A dict as Python writes it, of texts; JSON looks the same."""
    try:
        value = ast.literal_eval(text) if len(text) <= 4096 else None
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        value = None
    if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
        raise BadRequest(f"Invalid filter {name}: it must be a dictionary such as {{'key': 'value'}}.")
    return {key: str(entry) for key, entry in value.items()}


def _moments(name: str, text: str) -> list[tuple[str, str, datetime]]:
    found = []
    for part in text.split(","):
        comparison, _, time = part.partition(":")
        if comparison not in COMPARISONS:
            raise BadRequest(f"Invalid {comparison} operator")
        try:
            at = datetime.fromisoformat(time.replace(" ", "+"))
            found.append((name, comparison, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)))
        except (ValueError, OverflowError):
            raise BadRequest(f"Invalid {time} value") from None
    return found


def _order(query: Mapping[str, str], keys: Container[str]) -> list[tuple[str, bool]]:
    if "sort" in query and ("sort_key" in query or "sort_dir" in query):
        raise BadRequest("The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with 'sort'.")
    text = query.get("sort") or f"{query.get('sort_key') or 'created_at'}:{query.get('sort_dir') or 'desc'}"
    order = []
    for part in text.split(","):
        key, _, direction = (word.strip() for word in part.partition(":"))
        if key not in keys:
            raise InvalidInput(reason=f"Invalid sort key: {key}")
        if direction not in ("", "asc", "desc"):
            raise InvalidInput(reason=f"Unknown sort direction, must be one of: asc, desc; not {direction}")
        order.append((key, direction != "asc"))
    return order


def _offset(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > MOST:
        raise InvalidInput(reason=f"offset must be an integer from 0 to {MOST}")
    return int(text)
