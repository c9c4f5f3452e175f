"""Instants as HTTP writes them."""

from datetime import UTC, datetime

import pytest

from altostratus.kernel.clock import http_date, read_http_date


def test_dates_of_http_there_and_back() -> None:
    moment = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    text = http_date(int(moment.timestamp()))
    assert text == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert read_http_date(text) == read_http_date("Sun, 06 Nov 1994 09:49:37 +0100") == moment


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "Thu, 01 Jan 99999 00:00:00 GMT",
        "0 Dec +12345678901234567890 1:2",
        "31 Dec 9999 23:59:59 -2359",
    ],
)
def test_what_is_no_date(text: str | None) -> None:
    assert read_http_date(text) is None
