"""Endpoint URLs that differ from token to token."""

import re
from collections.abc import Mapping

_GAP = re.compile(r"[$%]\((\w*)\)s|%%|[$%]\(|%")


def filled(url: str, values: Mapping[str, str]) -> str | None:
    """A URL with $(name)s or %(name)s filled in, and %% as %; None when it is malformed or a value is missing."""
    try:
        return _GAP.sub(lambda gap: "%" if gap[0] == "%%" else values[gap[1]], url)
    except KeyError:
        return None
