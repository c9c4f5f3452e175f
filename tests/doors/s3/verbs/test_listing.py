"""Lists of what is in a bucket, as boto3 asks for them."""

from typing import Any

import pytest

from tests.doors.s3.cloud import S3Cloud
from tests.doors.s3.conftest import refused

KEYS = ("a", "b/1", "b/2", "b/c/1", "d", "ü &<>\n")


@pytest.fixture
def full(s3: Any) -> Any:
    for key in KEYS:
        s3.put_object(Bucket="box", Key=key, Body=key.encode())
    return s3


def keys(answer: Any) -> list[str]:
    return [each["Key"] for each in answer.get("Contents", ())]


def prefixes(answer: Any) -> list[str]:
    return [each["Prefix"] for each in answer.get("CommonPrefixes", ())]


def test_all_of_it(full: Any) -> None:
    for found in (full.list_objects(Bucket="box"), full.list_objects_v2(Bucket="box")):
        assert keys(found) == list(KEYS)
        assert found["IsTruncated"] is False
        assert [each["Size"] for each in found["Contents"]] == [len(key.encode()) for key in KEYS]
        assert all(each["ETag"].startswith('"') and each["StorageClass"] == "STANDARD" for each in found["Contents"])


def test_names_are_rolled_up(full: Any) -> None:
    found = full.list_objects_v2(Bucket="box", Delimiter="/")
    assert (keys(found), prefixes(found), found["KeyCount"]) == (["a", "d", KEYS[-1]], ["b/"], 4)
    below = full.list_objects_v2(Bucket="box", Delimiter="/", Prefix="b/")
    assert (keys(below), prefixes(below)) == (["b/1", "b/2"], ["b/c/"])


@pytest.mark.parametrize("most", [1, 2, 3, 6])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_page_by_page(full: Any, most: int, version: int, delimiter: str) -> None:
    pages = full.get_paginator("list_objects_v2" if version == 2 else "list_objects")
    found = list(pages.paginate(Bucket="box", Delimiter=delimiter, PaginationConfig={"PageSize": most}))
    shown = [name for page in found for name in sorted(keys(page) + prefixes(page))]
    assert shown == (["a", "b/", "d", KEYS[-1]] if delimiter else list(KEYS))
    assert all(len(keys(page) + prefixes(page)) <= most for page in found)


def test_where_a_list_begins(full: Any) -> None:
    assert keys(full.list_objects_v2(Bucket="box", StartAfter="b/2"))[0] == "b/c/1"
    assert keys(full.list_objects(Bucket="box", Marker="b"))[0] == "b/1"


def test_owners_are_shown_where_they_are_asked_for(full: Any) -> None:
    assert "Owner" not in full.list_objects_v2(Bucket="box")["Contents"][0]
    owned = full.list_objects_v2(Bucket="box", FetchOwner=True)["Contents"][0]
    assert owned["Owner"]["ID"] == "mine"
    assert full.list_objects(Bucket="box")["Contents"][0]["Owner"]["ID"] == "mine"


def test_none_are_asked_for(full: Any) -> None:
    found = full.list_objects_v2(Bucket="box", MaxKeys=0)
    assert (found["KeyCount"], found["IsTruncated"]) == (0, False)


def test_what_makes_no_sense(cloud: S3Cloud, full: Any) -> None:
    wrong = refused(full.list_objects_v2, Bucket="box", ContinuationToken="*")
    assert wrong == (400, "InvalidArgument")
    assert refused(full.list_objects_v2, Bucket="box", ContinuationToken="YQBi") == (400, "InvalidArgument")  # a NUL
    assert refused(full.list_objects_v2, Bucket="box", EncodingType="rot13") == (400, "InvalidArgument")
    url = full.generate_presigned_url("list_objects", {"Bucket": "box"}) + "&max-keys=-1"
    assert cloud.ask("GET", url).status_code == 403  # signed without it
    assert refused(cloud.client("theirs").list_objects, Bucket="box") == (403, "AccessDenied")


@pytest.mark.parametrize("token", ["?", "AA==", "/w=="])
def test_tokens_that_nobody_was_given(s3: Any, token: str) -> None:
    refusal = refused(s3.list_objects_v2, Bucket="box", ContinuationToken=token)
    assert refusal == (400, "InvalidArgument")
