"""Patterns with * and ?, against what a regular expression says."""

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.wildcards import fits


@given(st.text("ab*?.", max_size=8), st.text("ab.", max_size=10))
def test_patterns_say_what_regular_expressions_would(pattern: str, text: str) -> None:
    said = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert fits(pattern, text) == bool(re.fullmatch(said, text))


def test_a_pattern_made_to_take_long_does_not() -> None:
    assert not fits("*a" * 1000 + "b", "a" * 1000)


def test_a_pattern_is_gone_through_once() -> None:
    pattern, counted = "*" + "a" * 500 + "b", 0

    class Counting(str):
        def __iter__(self) -> Iterator[str]:
            nonlocal counted
            for character in str.__iter__(self):
                counted += 1
                yield character

        def __getitem__(self, at: Any) -> str:
            nonlocal counted
            counted += 1
            return str.__getitem__(self, at)

    assert not fits(Counting(pattern), "a" * 1000)
    assert counted <= len(pattern)
