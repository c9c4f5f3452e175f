"""Patterns with * and ?, against what a regular expression says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.wildcards import fits


@given(st.text("ab*?.", max_size=8), st.text("ab.", max_size=10))
def test_patterns_say_what_regular_expressions_would(pattern: str, text: str) -> None:
    said = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert fits(pattern, text) == bool(re.fullmatch(said, text))


@pytest.mark.parametrize("pattern", ["*a" * 1000 + "b", f"*{'a' * 5000}b*", f"*{'a?' * 2500}b*"])
def test_a_pattern_made_to_take_long_does_not(pattern: str) -> None:
    assert not fits(pattern, "a" * 20_000)
