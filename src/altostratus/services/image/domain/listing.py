"""What a list request asks for: pages, order and filters, with Glance's rules and wording; pure.

https://docs.openstack.org/api-ref/image/v2/#list-images
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from altostratus.kernel.errors import BadRequest
from altostratus.services.image.domain.schema import VISIBILITIES

SORT_KEYS = ("name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at")
MEMBER_STATUSES = ("pending", "accepted", "rejected", "all")
_TEXTS = ("owner", "checksum", "os_hash_algo", "os_hash_value", "visibility")
_CHOICES = ("name", "id", "status", "container_format", "disk_format")
_NUMBERS = {"size": 2**63 - 1, "virtual_size": 2**63 - 1, "min_ram": 2**31 - 1, "min_disk": 2**31 - 1}
_TIMES = ("created_at", "updated_at")
_NOT_FILTERS = {"limit", "marker", "member_status", "tag", "sort", "sort_key", "sort_dir", "visibility"}
QUERY = (*sorted(_NOT_FILTERS), "os_hidden", "protected", *_TEXTS[:4], *_CHOICES, *_NUMBERS, *_TIMES)
"""What a query string may hold, beside ranges (size_min) and the names of custom properties."""
_COMPARISONS = ("eq", "neq", "gt", "gte", "lt", "lte")
_LAST_INSTANT = datetime(9999, 12, 31, tzinfo=UTC)
_QUOTED_OR_NOT = re.compile(r'"((?:[^"\\]|\\.)*)"(?:,|$)|([^,"]*)(?:,|$)')

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Filter:
    """An attribute that must compare so with the value: operator eq, neq, gt, gte, lt, lte or in (a tuple)."""

    name: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Listing:
    """A list request. `order` holds (sort key, descending) and is total; `properties` are custom ones;
    `visibility` None is Glance's default view: what is public, and what is the project's own."""

    limit: int
    marker: str | None
    order: tuple[tuple[str, bool], ...]
    visibility: str | None
    filters: tuple[Filter, ...]
    tags: tuple[str, ...]
    properties: Mapping[str, str]


def read_listing(query: Pairs, default_limit: int, most: int) -> Listing:
    """From the pairs of a query string; BadRequest says what is wrong."""
    given = dict(query)
    if any("\0" in name + value for name, value in query):
        raise BadRequest("A filter may not contain a null character.")
    _check_choices(given)
    filters = {name: value for name, value in given.items() if name not in _NOT_FILTERS}
    known = [_filter(name, value) for name, value in {"os_hidden": "false", **filters}.items()]
    return Listing(
        limit=min(_limit(given.get("limit"), default_limit), most),
        marker=given.get("marker"),
        order=_order(query),
        visibility=given.get("visibility") or None,
        filters=tuple(one for one in known if one is not None),
        tags=tuple(value.strip() for name, value in query if name == "tag"),
        properties={name: value for name, value in filters.items() if _filter(name, value) is None},
    )


def _check_choices(given: Mapping[str, str]) -> None:
    if given.get("visibility") and given["visibility"] not in (*VISIBILITIES, "all"):
        raise BadRequest(f"Invalid visibility value: {given['visibility']}")
    if given.get("member_status", "all") not in MEMBER_STATUSES:
        raise BadRequest(f"Invalid status: {given['member_status']}")
    if given.get("changes-since"):
        raise BadRequest('The "changes-since" filter is no longer available on v2.')


def _limit(text: str | None, default: int) -> int:
    if text is None:
        return default
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return limit


def _filter(name: str, value: str) -> Filter | None:
    """The filter on an attribute of every image; None when the name is that of a custom property."""
    if name in ("os_hidden", "protected"):
        return Filter(name, "eq", _flag(name, value))
    if name in _TEXTS:
        return Filter(name, "eq", value)
    if name in _CHOICES:
        return _choice(name, value)
    if name in _TIMES:
        return _time(name, value)
    return _number(name, value)


def _flag(name: str, value: str) -> bool:
    text = value.lower() if name == "os_hidden" else value
    if text not in ("true", "false"):
        raise BadRequest(f"Invalid value '{value}' for '{name}' filter. Valid values are 'true' or 'false'.")
    return text == "true"


def _number(name: str, value: str) -> Filter | None:
    """'min_ram=64', or a range: 'size_min=1'. What is no number equals nothing, but is no range."""
    if name in _NUMBERS:
        number = int(value) if re.fullmatch(r"[0-9]{1,18}", value) else -1
        return Filter(name, "eq", number if number <= _NUMBERS[name] else -1)
    if name[:-4] not in _NUMBERS or name[-4:] not in ("_min", "_max"):
        return None
    try:
        bound = int(value)
    except ValueError:
        raise BadRequest("Unable to filter on a range with a non-numeric value.") from None
    most = _NUMBERS[name[:-4]]
    return Filter(name[:-4], "gte" if name.endswith("_min") else "lte", max(-most, min(bound, most)))


def _choice(name: str, value: str) -> Filter:
    """'debian', 'eq:debian', 'in:a,b', 'in:"a,1",b'"""
    operator, _, rest = value.partition(":") if ":" in value else ("eq", "", value)
    if operator == "in":
        return Filter(name, "in", _alternatives(rest))
    if operator == "eq":
        return Filter(name, "eq", rest)
    raise BadRequest(f"Unable to filter by unknown operator '{operator}'.")


def _alternatives(text: str) -> tuple[str, ...]:
    found, position = [], 0
    while position < len(text):
        match = _QUOTED_OR_NOT.match(text, position)
        if match is None or match.end() == position:
            raise BadRequest(f"Invalid filter value {text}. Quotes must enclose whole values, with commas between.")
        quoted, plain = match.groups()
        found.append(plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return tuple(found)


def _time(name: str, value: str) -> Filter:
    """'2026-01-01T00:00:00Z', 'gte:2026-01-01T00:00:00Z'"""
    operator, _, text = value.partition(":")
    if operator not in _COMPARISONS:
        if operator.isalpha():
            raise BadRequest(
                f'Bad "{name}" query filter format. Use ISO 8601 DateTime notation.'
                if not text
                else f"Unable to filter by unknown operator '{operator}'."
            )
        operator, text = "eq", value
    return Filter(name, operator, _instant(name, text))


def _instant(name: str, text: str) -> datetime:
    """In whole seconds, as instants are shown."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(f'Bad "{name}" query filter format. Use ISO 8601 DateTime notation.') from None
    return min(moment.replace(microsecond=0), _LAST_INSTANT)


def _order(query: Pairs) -> tuple[tuple[str, bool], ...]:
    """The order asked for, made total by created_at and id."""
    names = {name for name, _ in query}
    if "sort" in names and names & {"sort_key", "sort_dir"}:
        raise BadRequest("Old and new sorting syntax cannot be combined")
    keys, directions = _new_sorting(query) if "sort" in names else _old_sorting(query)
    for key in keys:
        if key not in SORT_KEYS:
            raise BadRequest(f"Invalid sort key: {key}. It must be one of the following: {', '.join(SORT_KEYS)}.")
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise BadRequest(f"Invalid sort direction: {direction}")
    return _total(keys, directions)


def _new_sorting(query: Pairs) -> tuple[list[str], list[str]]:
    """sort=name:asc,size"""
    asked = [part.partition(":") for part in dict(query)["sort"].strip().split(",")]
    return [key.strip() for key, _, _ in asked], [direction.strip() or "desc" for _, _, direction in asked]


def _old_sorting(query: Pairs) -> tuple[list[str], list[str]]:
    """sort_key=name&sort_key=size&sort_dir=asc; one direction is for all keys."""
    keys = [value.strip() for name, value in query if name == "sort_key"]
    directions = [value.strip() for name, value in query if name == "sort_dir"]
    if len(directions) > 1 and len(directions) != len(keys):
        raise BadRequest("Number of sort dirs does not match the number of sort keys")
    return keys or ["created_at"], directions or ["desc"]


def _total(keys: list[str], directions: list[str]) -> tuple[tuple[str, bool], ...]:
    rest = directions[0] if len(directions) == 1 else "desc"
    each = directions if len(directions) == len(keys) else [rest] * len(keys)
    order = dict(zip(keys, each, strict=True))
    for key in ("created_at", "id"):
        order.setdefault(key, rest)
    return tuple((key, direction == "desc") for key, direction in order.items())
