"""Users' regular expressions take no longer than the text is long."""

import pytest
from sqlalchemy import literal, select

from altostratus.kernel import regex
from altostratus.kernel.db import Database

FOR_EVER = "((([a-z]*)*)*)*!"
"""With Python's engine: 150 s for nine characters."""


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [("^web-[0-9]+$", "web-12", True), ("b", "abc", True), ("^b", "abc", False), (FOR_EVER, "a" * 200, False)],
)
def test_it_is_found_anywhere(expression: str, text: str, found: bool) -> None:
    assert regex.matches(expression, text) is found


def test_nothing_matches_no_text() -> None:
    assert not regex.matches(".*", None)


@pytest.mark.parametrize("expression", ["(", "(?=a)b", r"(a)\1", "(a{1,1000}){1,1000}", "a" * 256, "\ud800"])
def test_what_cannot_be_looked_for_in_linear_time_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        regex.compiled(expression)


def test_the_databases_look_for_it_too(database: Database) -> None:
    query = select(literal("a" * 40).regexp_match(FOR_EVER), literal("ab").regexp_match("b$"))
    assert tuple(database.write_now(lambda tx: tx.sql.execute(query).one())) == (False, True)
