"""`limit`, and the link to the next page."""

import pytest

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.paging import limit_of, next_link


@pytest.mark.parametrize(
    ("text", "most", "limit"), [(None, None, None), (None, 9, 9), ("", 9, 9), ("3", 9, 3), ("30", 9, 9), ("0", 9, 0)]
)
def test_limits(text: str | None, most: int | None, limit: int | None) -> None:
    assert limit_of({} if text is None else {"limit": text}, most) == limit


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "1e3", "9" * 5000])
def test_limits_that_are_none(text: str) -> None:
    with pytest.raises(BadRequest, match="limit"):
        limit_of({"limit": text})


def test_the_next_link_keeps_all_but_the_marker() -> None:
    query = [("marker", "old"), ("limit", "2"), ("name", "a b&c"), ("name", "d")]
    assert next_link("http://cloud/x", query, "id/1") == ("http://cloud/x?limit=2&name=a+b%26c&name=d&marker=id%2F1")
