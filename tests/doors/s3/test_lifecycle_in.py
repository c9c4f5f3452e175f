"""Lifecycle rules as botocore writes them, and what is wrong with others."""

from datetime import UTC, datetime
from typing import Any

import pytest

from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.lifecycle_in import lifecycle
from altostratus.doors.s3.nouns import Expiration, LifecycleFilter, LifecycleRule, NoncurrentExpiration, Tag
from tests.doors.s3.model import body

DAY = datetime(2030, 1, 2, tzinfo=UTC)
TAG = {"Key": "k", "Value": "v"}


def put(*rules: dict[str, Any]) -> bytes:
    filled = [{"Status": "Enabled", "Filter": {"Prefix": "p"}, "Expiration": {"Days": 1}, **rule} for rule in rules]
    given = [{name: value for name, value in rule.items() if value is not None} for rule in filled]
    return body("PutBucketLifecycleConfiguration", Bucket="b", LifecycleConfiguration={"Rules": given})


def test_rules() -> None:
    several = {"And": {"Prefix": "p", "Tags": [TAG], "ObjectSizeGreaterThan": 5, "ObjectSizeLessThan": 9}}
    older = {"NoncurrentDays": 2, "NewerNoncurrentVersions": 3}
    found = lifecycle(
        put(
            {"ID": "a", "Filter": None, "Prefix": "old/", "Expiration": {"Date": DAY}},
            {"ID": "b", "Filter": several, "NoncurrentVersionExpiration": older, "Status": "Disabled"},
            {"ID": "c", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}, "Expiration": None},
            {"ID": "d", "Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
        )
    )
    assert found == (
        LifecycleRule("a", True, LifecycleFilter("old/"), old_form=True, expiration=Expiration(date=DAY)),
        LifecycleRule(
            "b",
            False,
            LifecycleFilter("p", (Tag("k", "v"),), 5, 9),
            expiration=Expiration(days=1),
            noncurrent=NoncurrentExpiration(2, 3),
        ),
        LifecycleRule("c", True, LifecycleFilter("p"), abort_days=7),
        LifecycleRule("d", True, expiration=Expiration(lone_markers=True)),
    )


def test_rules_without_an_id_get_one_each() -> None:
    once, twice = lifecycle(put({}, {})), lifecycle(put({}, {}))
    assert once == twice
    assert once[0].id != once[1].id


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Status": "enabled"}, "MalformedXML"),
        ({"Filter": None}, "MalformedXML"),
        ({"Prefix": "p"}, "MalformedXML"),
        ({"ID": "i" * 256}, "InvalidArgument"),
        ({"Expiration": {"Days": 0}}, "InvalidArgument"),
        ({"Expiration": {"Days": -1}}, "InvalidArgument"),
        ({"Expiration": {"Days": 2**31}}, "InvalidArgument"),
        ({"Expiration": {"Date": DAY.replace(hour=1)}}, "InvalidArgument"),
        ({"Expiration": {"Days": 1, "Date": DAY}}, "MalformedXML"),
        ({"Expiration": {}}, "MalformedXML"),
        ({"Expiration": None}, "InvalidRequest"),
        ({"NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 1}}, "MalformedXML"),
        ({"AbortIncompleteMultipartUpload": {}}, "MalformedXML"),
        ({"Filter": {"Prefix": "p", "ObjectSizeLessThan": 3}}, "MalformedXML"),
        ({"Filter": {"And": {"Prefix": "p"}}}, "MalformedXML"),
        ({"Filter": {"And": {"Prefix": "p", "Tags": [TAG, TAG]}}}, "InvalidRequest"),
        ({"Filter": {"And": {"ObjectSizeLessThan": 3, "ObjectSizeGreaterThan": 3}}}, "InvalidRequest"),
        ({"Filter": {"ObjectSizeLessThan": -3}}, "InvalidRequest"),
        ({"Filter": {"Tag": TAG}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}, "InvalidRequest"),
        ({"Filter": {"Tag": TAG}, "Expiration": {"ExpiredObjectDeleteMarker": True}}, "InvalidRequest"),
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}, "NotImplemented"),
    ],
    ids=str,
)
def test_rules_that_are_wrong(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(S3Error) as caught:
        lifecycle(put(change))
    assert caught.value.code == expected


def test_sets_of_rules_that_are_wrong() -> None:
    sets = {
        put({"ID": "a"}, {"ID": "a"}): "InvalidArgument",
        put(): "MalformedXML",
        put(*[{}] * 1001): "MalformedXML",
        put({}).replace(b"<Days>", b"<Weeks>").replace(b"</Days>", b"</Weeks>"): "MalformedXML",
    }
    for xml, expected in sets.items():
        with pytest.raises(S3Error) as caught:
            lifecycle(xml)
        assert caught.value.code == expected
