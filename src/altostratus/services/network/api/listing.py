"""Query strings of lists: filters, fields, sort keys, pages, and the links to the pages beside."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from altostratus.kernel.http.paging import limit_of
from altostratus.services.network.api import NetworkCall
from altostratus.services.network.errors import HTTPBadRequest
from altostratus.services.network.store.listing import TAG_FILTERS, Listing, ListQuery, truth

Pairs = Sequence[tuple[str, str]]
_CONTROL = ("fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir")


def parameters(listing: Listing) -> tuple[str, ...]:
    """All that a list's query string may hold."""
    return (*_CONTROL, *listing.columns, *listing.filters, *TAG_FILTERS)


def list_query(pairs: Pairs) -> ListQuery:
    """What the query string asks for."""
    last = dict(pairs)
    filters: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in _CONTROL:
            filters.setdefault(name, []).append(value)
    return ListQuery(
        filters=filters,
        sort=_sort(pairs),
        limit=limit_of(last) or None,
        marker=last.get("marker") or None,
        reverse=truth("page_reverse", last.get("page_reverse") or "false"),
    )


def fields_of(pairs: Pairs) -> frozenset[str]:
    """The attributes asked for; none named means all."""
    return frozenset(value for name, value in pairs if name == "fields" and value)


def _sort(pairs: Pairs) -> list[tuple[str, bool]]:
    keys = [value for name, value in pairs if name == "sort_key"]
    directions = [value for name, value in pairs if name == "sort_dir"]
    if directions and len(directions) != len(keys):
        raise HTTPBadRequest("The number of sort_keys and sort_dirs must be same")
    if unknown := sorted(set(directions) - {"asc", "desc"}):
        raise HTTPBadRequest(f"{unknown} is invalid value for sort_dirs, valid value is 'asc' and 'desc'")
    directions = directions or ["asc"] * len(keys)
    return [(key, direction == "desc") for key, direction in zip(keys, directions, strict=True)]


def page_links(call: NetworkCall, query: ListQuery, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Links to the next and the previous page; none unless pages were asked for."""
    if query.limit is None:
        return []
    short = len(ids) < query.limit
    links = []
    if not short or query.reverse:
        links.append({"rel": "next", "href": _link(call, ids[-1:], reverse=False)})
    if not short or not query.reverse:
        links.append({"rel": "previous", "href": _link(call, ids[:1], reverse=True)})
    return links


def _link(call: NetworkCall, marker: Sequence[str], *, reverse: bool) -> str:
    kept = [(name, value) for name, value in call.pairs if name not in ("marker", "page_reverse")]
    kept += [("marker", marker[0])] if marker else []
    kept += [("page_reverse", "True")] if reverse else []
    return f"{call.link(call.scope['path'])}?{urlencode(kept)}"
