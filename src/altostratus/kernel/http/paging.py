"""`limit` and `marker`, as every OpenStack list takes them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from altostratus.kernel.errors import BadRequest


def limit_of(query: Mapping[str, Any], most: int | None = None) -> int | None:
    """The page size asked for, at most `most`; None is unlimited."""
    text = query.get("limit")
    if text is None or text == "":
        return most
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return limit if most is None else min(limit, most)


def next_link(url: str, query: list[tuple[str, str]], marker: str) -> str:
    """The URL of the page that begins after `marker`, with all else of the query kept."""
    kept = [(name, value) for name, value in query if name != "marker"]
    return f"{url}?{urlencode([*kept, ('marker', marker)])}"
