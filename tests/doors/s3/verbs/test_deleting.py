"""Deleting under conditions."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.doors.s3.conftest import refused

K = {"Bucket": "box", "Key": "k"}


def test_only_if_it_is_what_one_thinks(s3: Any) -> None:
    etag = s3.put_object(**K, Body=b"x")["ETag"]
    assert refused(s3.delete_object, **K, IfMatch='"other"') == (412, "PreconditionFailed")
    s3.delete_object(**K, IfMatch=etag)
    for gone in (etag, "*"):
        assert refused(s3.delete_object, **K, IfMatch=gone) == (404, "NoSuchKey")
    s3.delete_object(**K)


@pytest.mark.parametrize(
    "condition", [{"IfMatchSize": 2}, {"IfMatchLastModifiedTime": datetime(2020, 1, 1, tzinfo=UTC)}]
)
def test_a_condition_that_is_not_there_is_not_passed_over(s3: Any, condition: dict[str, Any]) -> None:
    s3.put_object(**K, Body=b"x")
    assert refused(s3.delete_object, **K, **condition) == (501, "NotImplemented")
    assert s3.head_object(**K)["ContentLength"] == 1
