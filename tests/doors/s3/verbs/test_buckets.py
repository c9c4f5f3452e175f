"""Buckets, as boto3 asks for them."""

from pathlib import Path
from typing import Any

import pytest
from botocore.handlers import validate_bucket_name

from tests.doors.s3.cloud import S3Cloud, open_s3
from tests.doors.s3.conftest import refused


def test_a_bucket_comes_is_listed_and_goes(cloud: S3Cloud, s3: Any) -> None:
    s3.create_bucket(Bucket="another")
    listed = s3.list_buckets()
    assert [each["Name"] for each in listed["Buckets"]] == ["another", "box"]
    assert listed["Owner"]["ID"] == "mine"
    assert cloud.client("theirs").list_buckets()["Buckets"] == []
    assert s3.head_bucket(Bucket="box")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "RegionOne"
    s3.delete_bucket(Bucket="box")
    assert refused(s3.head_bucket, Bucket="box") == (404, "404")
    assert refused(s3.delete_bucket, Bucket="box") == (404, "NoSuchBucket")


def test_names_are_for_one_project_alone(cloud: S3Cloud, s3: Any) -> None:
    assert refused(s3.create_bucket, Bucket="box") == (409, "BucketAlreadyOwnedByYou")
    theirs: Any = cloud.client("theirs")
    assert refused(theirs.create_bucket, Bucket="box") == (409, "BucketAlreadyExists")
    assert refused(theirs.head_bucket, Bucket="box") == (403, "403")


def test_in_us_east_1_a_bucket_may_be_made_again(tmp_path: Path) -> None:
    """It keeps what is in it, and has the list that is said now."""
    with open_s3(tmp_path, region="us-east-1") as cloud:
        s3: Any = cloud.client(region="us-east-1")
        for acl in ({}, {"ACL": "public-read"}, {}):
            s3.create_bucket(Bucket="box", **acl)
            s3.put_object(Bucket="box", Key="k", Body=b"")
            assert cloud.ask("GET", "/box").status_code == (200 if acl else 403)
        s3.put_public_access_block(Bucket="box", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
        assert refused(s3.create_bucket, Bucket="box", ACL="public-read") == (403, "AccessDenied")
        s3.create_bucket(Bucket="box")
        assert s3.head_object(Bucket="box", Key="k")["ContentLength"] == 0


def test_where_a_bucket_is(s3: Any) -> None:
    assert s3.get_bucket_location(Bucket="box")["LocationConstraint"] == "RegionOne"
    s3.create_bucket(Bucket="here", CreateBucketConfiguration={"LocationConstraint": "RegionOne"})
    elsewhere = {"LocationConstraint": "eu-west-1"}
    refusal = refused(s3.create_bucket, Bucket="there", CreateBucketConfiguration=elsewhere)
    assert refusal == (400, "InvalidLocationConstraint")


@pytest.mark.parametrize("name", ["ab", "192.168.1.1", "a..b", "-dash", "dash-", "x" * 64, "xn--made", "a.-b", "Upper"])
def test_names_that_no_bucket_may_have(s3: Any, name: str) -> None:
    s3.meta.events.unregister("before-parameter-build.s3", validate_bucket_name)
    assert refused(s3.create_bucket, Bucket=name) == (400, "InvalidBucketName")


def test_a_container_of_swift_becomes_a_bucket(cloud: S3Cloud, s3: Any) -> None:
    async def make() -> None:
        facade = cloud.store.facade
        await facade.write(lambda tx: facade.create_container(tx, "AUTH_mine", "swifty", {"color": "red"}, {}))

    cloud.run(make())
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["box"]
    s3.create_bucket(Bucket="swifty")
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["box", "swifty"]


def test_only_who_has_a_role_lists_and_makes(cloud: S3Cloud) -> None:
    nobody: Any = cloud.client("nobody")
    assert refused(nobody.list_buckets) == (403, "AccessDenied")
    reader: Any = cloud.client("reader")
    assert reader.list_buckets()["Buckets"] == []
    assert refused(reader.create_bucket, Bucket="mine") == (403, "AccessDenied")
    assert cloud.ask("GET", "/").status_code == 403


def test_what_holds_anything_stays(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="a", Body=b"x")
    assert refused(s3.delete_bucket, Bucket="box") == (409, "BucketNotEmpty")


def test_buckets_by_the_page(s3: Any) -> None:
    for name in ("bbb", "ccc"):
        s3.create_bucket(Bucket=name)
    first = s3.list_buckets(MaxBuckets=2)
    assert [each["Name"] for each in first["Buckets"]] == ["bbb", "box"]
    rest = s3.list_buckets(ContinuationToken=first["ContinuationToken"])
    assert [each["Name"] for each in rest["Buckets"]] == ["ccc"]
