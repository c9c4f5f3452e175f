"""Regular expressions that users write. RE2 looks at each character of a text once, whatever the expression; Python's
own engine may take for ever, and nothing else runs in this process meanwhile.
https://github.com/google/re2/wiki/Syntax
"""

from functools import lru_cache
from typing import Any

LONGEST = 255
MEMORY = 1 << 20
"""Bytes that one may take once it is compiled."""


@lru_cache(32)
def compiled(expression: str) -> Any:
    """With `search(text)`. ValueError says what is wrong: RE2 has no look-around and no back-references."""
    import re2  # when somebody filters by one: 2 MB

    if len(expression) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        raise ValueError(error.args[0].decode(errors="replace")) from error


def matches(expression: str, text: str | None) -> bool:
    """Whether it is found in the text: SQLite's REGEXP. What PostgreSQL's has compiled once is as fast."""
    return text is not None and compiled(expression).search(text) is not None
