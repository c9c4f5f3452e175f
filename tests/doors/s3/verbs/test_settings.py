"""What buckets are set up with: each comes back as it was put."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.doors.s3.cloud import S3Cloud
from tests.doors.s3.conftest import refused

RULE = {
    "AllowedOrigins": ["http://a.example", "http://*.b.example"],
    "AllowedMethods": ["GET", "PUT"],
    "MaxAgeSeconds": 9,
}
CORS = {"CORSRules": [{**RULE, "AllowedHeaders": ["x-*"], "ExposeHeaders": ["ETag"], "ID": "one"}]}
LIFECYCLE = {
    "Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}},
        {
            "ID": "b",
            "Status": "Disabled",
            "Filter": {"And": {"Prefix": "x", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 5}},
            "Expiration": {"Date": datetime(2030, 1, 1, tzinfo=UTC)},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 2},
        },
        {
            "ID": "c",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        },
    ]
}
BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
TAGS = {"TagSet": [{"Key": "k", "Value": "v"}]}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}
SETTINGS = [
    ("bucket_cors", "CORSConfiguration", CORS, "NoSuchCORSConfiguration"),
    ("bucket_lifecycle_configuration", "LifecycleConfiguration", LIFECYCLE, "NoSuchLifecycleConfiguration"),
    ("public_access_block", "PublicAccessBlockConfiguration", BLOCK, "NoSuchPublicAccessBlockConfiguration"),
    ("bucket_tagging", "Tagging", TAGS, "NoSuchTagSet"),
    (
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        ENCRYPTION,
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    ("bucket_ownership_controls", "OwnershipControls", OWNERSHIP, "OwnershipControlsNotFoundError"),
]


@pytest.mark.parametrize(("name", "argument", "value", "missing"), SETTINGS)
def test_a_setting_comes_and_goes(cloud: S3Cloud, s3: Any, name: str, argument: str, value: Any, missing: str) -> None:
    get, put = getattr(s3, f"get_{name}"), getattr(s3, f"put_{name}")
    assert refused(get, Bucket="box") == (404, missing)
    put(Bucket="box", **{argument: value})
    found = get(Bucket="box")
    assert value.items() <= found.get(argument, found).items()
    theirs: Any = cloud.client("theirs")
    assert refused(getattr(theirs, f"get_{name}"), Bucket="box") == (403, "AccessDenied")
    assert refused(getattr(theirs, f"put_{name}"), Bucket="box", **{argument: value}) == (403, "AccessDenied")
    reader: Any = cloud.client("reader")
    getattr(reader, f"get_{name}")(Bucket="box")
    assert refused(getattr(reader, f"put_{name}"), Bucket="box", **{argument: value}) == (403, "AccessDenied")
    getattr(s3, f"delete_{name.removesuffix('_configuration')}")(Bucket="box")
    assert refused(get, Bucket="box") == (404, missing)


def test_one_setting_leaves_the_others(s3: Any) -> None:
    s3.put_bucket_tagging(Bucket="box", Tagging=TAGS)
    s3.put_bucket_cors(Bucket="box", CORSConfiguration=CORS)
    s3.delete_bucket_cors(Bucket="box")
    assert s3.get_bucket_tagging(Bucket="box")["TagSet"] == TAGS["TagSet"]


def test_what_is_the_same_for_all(s3: Any) -> None:
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="box")
    assert s3.get_bucket_request_payment(Bucket="box")["Payer"] == "BucketOwner"
    payment = {"Payer": "Requester"}
    refusals = [
        refused(s3.put_bucket_logging, Bucket="box", BucketLoggingStatus={}),
        refused(s3.put_bucket_request_payment, Bucket="box", RequestPaymentConfiguration=payment),
    ]
    assert refusals == [(501, "NotImplemented")] * 2


def preflight(cloud: S3Cloud, origin: str, method: str, headers: str = "") -> Any:
    asked = {"origin": origin, "access-control-request-method": method}
    return cloud.ask(
        "OPTIONS", "/box/k", headers=asked | ({"access-control-request-headers": headers} if headers else {})
    )


def test_pages_of_other_origins(cloud: S3Cloud, s3: Any) -> None:
    assert preflight(cloud, "http://a.example", "GET").status_code == 403
    s3.put_bucket_cors(Bucket="box", CORSConfiguration=CORS)
    allowed = preflight(cloud, "http://x.b.example", "PUT", "X-Color, x-size")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "http://x.b.example"
    assert allowed.headers["access-control-allow-headers"] == "X-Color, x-size"
    assert allowed.headers["access-control-max-age"] == "9"
    for origin, method, headers in (
        ("http://c.example", "GET", ""),
        ("http://a.example", "DELETE", ""),
        ("http://a.example", "GET", "y"),
    ):
        assert preflight(cloud, origin, method, headers).status_code == 403
    answer = cloud.ask("GET", "/box/k", headers={"origin": "http://a.example"})
    assert (answer.status_code, answer.headers["access-control-expose-headers"]) == (403, "ETag")
    assert (
        "access-control-allow-origin" not in cloud.ask("GET", "/box/k", headers={"origin": "http://c.example"}).headers
    )
    assert cloud.ask("OPTIONS", "/box/k").status_code == 400


def test_rules_cannot_break_headers(s3: Any) -> None:
    broken = {"CORSRules": [{**RULE, "ExposeHeaders": ["a\nset-cookie: b"]}]}
    assert refused(s3.put_bucket_cors, Bucket="box", CORSConfiguration=broken) == (400, "MalformedXML")


def test_tags_of_objects(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"x", Tagging="a=1&b=%26")
    found = s3.get_object_tagging(Bucket="box", Key="k")["TagSet"]
    assert found == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "&"}]
    s3.put_object_tagging(Bucket="box", Key="k", Tagging=TAGS)
    assert s3.get_object_tagging(Bucket="box", Key="k")["TagSet"] == TAGS["TagSet"]
    assert s3.get_object(Bucket="box", Key="k")["TagCount"] == 1
    s3.delete_object_tagging(Bucket="box", Key="k")
    assert s3.get_object_tagging(Bucket="box", Key="k")["TagSet"] == []
    many = "&".join(f"k{number}=v" for number in range(11))
    for wrong in (many, "k=%00", "%00=v"):
        assert refused(s3.put_object, Bucket="box", Key="k", Body=b"", Tagging=wrong) == (400, "InvalidTag")
    assert refused(s3.get_object_tagging, Bucket="box", Key="none") == (404, "NoSuchKey")
