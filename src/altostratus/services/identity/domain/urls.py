"""Endpoint URLs that differ from token to token."""

from collections.abc import Mapping


def filled(url: str, values: Mapping[str, str]) -> str | None:
    """A URL with $(name)s or %(name)s filled in; None when a value is missing."""
    for name, value in values.items():
        url = url.replace(f"$({name})s", value).replace(f"%({name})s", value)
    return None if "$(" in url or "%(" in url else url
