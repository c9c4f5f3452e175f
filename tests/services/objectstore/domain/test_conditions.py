"""Conditional requests."""

import pytest

from altostratus.kernel.clock import http_date
from altostratus.services.objectstore.domain.conditions import Verdict, judge

ETAG, OTHER = "0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"
THEN = 1_767_225_600
GO_ON, UNCHANGED, FAILED = Verdict.GO_ON, Verdict.NOT_MODIFIED, Verdict.FAILED


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({}, GO_ON),
        ({"if-match": ETAG}, GO_ON),
        ({"if-match": f'"{OTHER}", "{ETAG}"'}, GO_ON),
        ({"if-match": "*"}, GO_ON),
        ({"if-match": OTHER}, FAILED),
        ({"if-match": ""}, FAILED),
        ({"if-match": f'W/"{ETAG}"'}, FAILED),
        ({"if-match": ETAG.upper()}, FAILED),
        ({"if-none-match": ETAG}, UNCHANGED),
        ({"if-none-match": f"{OTHER},{ETAG}"}, UNCHANGED),
        ({"if-none-match": "*"}, UNCHANGED),
        ({"if-none-match": OTHER}, GO_ON),
        ({"if-none-match": ""}, GO_ON),
        ({"if-none-match": f'W/"{ETAG}"'}, GO_ON),
        ({"if-modified-since": http_date(THEN)}, UNCHANGED),
        ({"if-modified-since": http_date(THEN + 9)}, UNCHANGED),
        ({"if-modified-since": http_date(THEN - 1)}, GO_ON),
        ({"if-unmodified-since": http_date(THEN)}, GO_ON),
        ({"if-unmodified-since": http_date(THEN - 1)}, FAILED),
        ({"if-modified-since": "nonsense", "if-unmodified-since": "nonsense"}, GO_ON),
        ({"if-modified-since": "Thu, 01 Jan 99999 00:00:00 GMT"}, GO_ON),
        ({"if-modified-since": "0 Dec +12345678901234567890 1:2"}, GO_ON),
        ({"if-modified-since": f"Thu, 01 Jan {10**20} 00:00:00 GMT"}, GO_ON),
        ({"if-unmodified-since": f"Thu, 01 Jan 2026 00:00:00 +{10**20}"}, GO_ON),
        ({"if-none-match": OTHER, "if-modified-since": http_date(THEN)}, UNCHANGED),
        ({"if-match": ETAG, "if-unmodified-since": http_date(THEN - 1)}, FAILED),
        ({"if-match": OTHER, "if-none-match": ETAG}, FAILED),
    ],
)
def test_every_condition_counts(headers: dict[str, str], verdict: Verdict) -> None:
    assert judge(headers, ETAG, THEN) is verdict
    assert judge(headers, f'"{ETAG}"', THEN) is verdict
