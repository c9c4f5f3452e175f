"""Bucket policies, and what they let others do."""

import json
from typing import Any

import pytest

from tests.doors.s3.cloud import S3Cloud
from tests.doors.s3.conftest import refused

K = {"Bucket": "box", "Key": "k"}
ALL, OBJECTS = "arn:aws:s3:::box", "arn:aws:s3:::box/*"
PUBLIC_PREFIX = {"StringLike": {"s3:prefix": "public/*"}}


def statement(**said: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS, **said}


def put(s3: Any, *statements: Any) -> None:
    s3.put_bucket_policy(Bucket="box", Policy=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def test_a_policy_comes_and_goes(cloud: S3Cloud, s3: Any) -> None:
    assert refused(s3.get_bucket_policy, Bucket="box") == (404, "NoSuchBucketPolicy")
    put(s3, statement())
    assert json.loads(s3.get_bucket_policy(Bucket="box")["Policy"])["Statement"] == [statement()]
    assert s3.get_bucket_policy_status(Bucket="box")["PolicyStatus"]["IsPublic"] is True
    s3.put_object(**K, Body=b"x")
    assert cloud.ask("GET", "/box/k").content == b"x"
    s3.delete_bucket_policy(Bucket="box")
    assert cloud.ask("GET", "/box/k").status_code == 403
    assert s3.get_bucket_policy_status(Bucket="box")["PolicyStatus"]["IsPublic"] is False


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "theirs"},
        {"AWS": ["arn:aws:iam::theirs:root"]},
        {"AWS": "arn:aws:iam::theirs:user/user-theirs-member-reader"},
        {"AWS": "arn:aws:iam:::user/user-theirs-member-reader"},
        {"CanonicalUser": "theirs"},
        {"AWS": "*"},
    ],
)
def test_whom_a_policy_lets_in(cloud: S3Cloud, s3: Any, principal: Any) -> None:
    theirs: Any = cloud.client("theirs")
    s3.put_object(**K, Body=b"x")
    put(s3, statement(Principal=principal))
    assert theirs.get_object(**K)["Body"].read() == b"x"
    assert refused(theirs.put_object, **K, Body=b"y") == (403, "AccessDenied")
    assert refused(theirs.list_objects, Bucket="box") == (403, "AccessDenied")
    assert cloud.ask("GET", "/box/k").status_code == (200 if principal == {"AWS": "*"} else 403)


def test_what_a_policy_denies(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(**K, Body=b"x", ACL="public-read")
    put(s3, statement(Effect="Deny", Action="s3:*", Resource=[ALL, OBJECTS]))
    assert refused(s3.get_object, **K) == (403, "AccessDenied")
    assert cloud.ask("GET", "/box/k").status_code == 403
    s3.delete_bucket_policy(Bucket="box")
    s3.get_object(**K)


def test_some_of_a_bucket(cloud: S3Cloud, s3: Any) -> None:
    for key in ("open/a", "closed/a"):
        s3.put_object(Bucket="box", Key=key, Body=b"x")
    put(s3, statement(Resource=f"{ALL}/open/*"), statement(Action="s3:List*", Resource=ALL))
    assert cloud.ask("GET", "/box/open/a").status_code == 200
    assert cloud.ask("GET", "/box/closed/a").status_code == 403
    assert cloud.ask("GET", "/box").status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, 200),
        ({"IpAddress": {"aws:SourceIp": ["10.2.0.0/16", "10.1.2.3"]}}, 200),
        ({"NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, 403),
        ({"Bool": {"aws:SecureTransport": "false"}}, 200),
        ({"Bool": {"aws:SecureTransport": True}}, 403),
        ({"StringEquals": {"s3:ExistingObjectTag/kind": "open"}}, 200),
        ({"StringEquals": {"s3:ExistingObjectTag/Kind": "open"}}, 403),
        ({"StringLike": {"aws:Referer": "http://good.example/*"}}, 200),
        ({"StringLike": {"aws:Referer": "http://bad.example/*"}}, 403),
        ({"StringLikeIfExists": {"aws:Referer": "http://good.example/*"}}, 200),
        ({"StringLikeIfExists": {"aws:Referer": "http://bad.example/*"}}, 403),
        ({"StringEqualsIfExists": {"s3:ExistingObjectTag/none": "x"}}, 200),
        ({"StringNotEquals": {"s3:ExistingObjectTag/none": "x"}}, 200),
        ({"StringLike": {"s3:x-amz-acl": "*"}}, 403),
        ({"StringLike": {"aws:Referer": "*"}, "Bool": {"aws:SecureTransport": "true"}}, 403),
    ],
)
def test_conditions(cloud: S3Cloud, s3: Any, condition: Any, status: int) -> None:
    s3.put_object(**K, Body=b"x", Tagging="kind=open")
    put(s3, statement(Condition=condition))
    assert cloud.ask("GET", "/box/k", headers={"referer": "http://good.example/page"}).status_code == status


@pytest.mark.parametrize(
    "said",
    [
        {"NotAction": "s3:GetObject"},
        {"Action": "s3:Fly"},
        {"Action": "ec2:*"},
        {"Resource": "arn:aws:s3:::other/*"},
        {"Resource": "arn:aws:s3:::bo"},
        {"Principal": {"Federated": "x"}},
        {"Principal": {"AWS": "arn:aws:iam::a:role/x"}},
        {"Principal": None},
        {"Effect": "Maybe"},
        {"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "x"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "nowhere"}}},
        {"Condition": {"StringEquals": {"aws:SourceIp": "10.0.0.1"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "perhaps"}}},
        {"Condition": {"NullIfExists": {"aws:Referer": "true"}}},
        {"Condition": []},
        {"Action": []},
    ],
)
def test_what_is_not_understood_is_refused(s3: Any, said: Any) -> None:
    assert refused(put, s3, statement(**said)) == (400, "MalformedPolicy")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Statement": []}', '{"Version": "1", "Statement": {}}', "[" * 5000])
def test_what_is_no_policy(s3: Any, text: str) -> None:
    assert refused(s3.put_bucket_policy, Bucket="box", Policy=text)[1] in {"MalformedPolicy", "MissingRequestBodyError"}


def test_policies_that_let_the_public_in_are_blocked(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(**K, Body=b"x")
    blocked = {"BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    put(s3, statement())
    s3.put_public_access_block(Bucket="box", PublicAccessBlockConfiguration=blocked)
    assert cloud.ask("GET", "/box/k").status_code == 403
    assert refused(cloud.client("theirs").get_object, **K) == (403, "AccessDenied")
    assert refused(put, s3, statement()) == (403, "AccessDenied")
    put(s3, statement(Principal={"AWS": "theirs"}))
    cloud.client("theirs").get_object(**K)


def test_only_the_owner_changes_a_policy(cloud: S3Cloud, s3: Any) -> None:
    put(s3, statement(Action="s3:*", Resource=[ALL, OBJECTS]))
    theirs: Any = cloud.client("theirs")
    theirs.put_object(**K, Body=b"x")
    for call in (theirs.get_bucket_policy, theirs.delete_bucket_policy):
        assert refused(call, Bucket="box") == (403, "AccessDenied")
    assert refused(put, theirs, statement()) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringLike": {"aws:UserAgent": "*"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, True),
        ({"IpAddressIfExists": {"aws:SourceIp": "10.1.0.0/16"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}, False),
    ],
)
def test_a_condition_that_lets_everybody_in_is_none(s3: Any, condition: Any, public: bool) -> None:
    put(s3, statement(Condition=condition))
    assert s3.get_bucket_policy_status(Bucket="box")["PolicyStatus"]["IsPublic"] is public


def test_a_batch_does_not_get_past_what_is_denied_of_one_key(cloud: S3Cloud) -> None:
    s3: Any = cloud.client()
    s3.create_bucket(Bucket="box", ObjectLockEnabledForBucket=True)
    locked = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": "2100-01-01T00:00:00Z"}
    version = s3.put_object(**K, Body=b"x", **locked)["VersionId"]
    put(s3, statement(Effect="Deny", Action="s3:BypassGovernanceRetention", Resource=f"{ALL}/k"))
    names = {"Objects": [{"Key": "k", "VersionId": version}]}
    found = s3.delete_objects(Bucket="box", Delete=names, BypassGovernanceRetention=True)
    assert [each["Code"] for each in found["Errors"]] == ["AccessDenied"]
    s3.delete_bucket_policy(Bucket="box")
    assert "Errors" not in s3.delete_objects(Bucket="box", Delete=names, BypassGovernanceRetention=True)


def test_naming_the_version_does_not_get_past_what_is_denied(cloud: S3Cloud) -> None:
    s3: Any = cloud.client()
    s3.create_bucket(Bucket="box", ObjectLockEnabledForBucket=True)
    version = s3.put_object(**K, Body=b"x")["VersionId"]
    put(s3, statement(Effect="Deny", Action=["s3:PutObjectLegalHold", "s3:GetObjectLegalHold"]))
    hold = {"LegalHold": {"Status": "ON"}}
    assert refused(s3.put_object_legal_hold, **K, VersionId=version, **hold) == (403, "AccessDenied")
    assert refused(s3.get_object_legal_hold, **K, VersionId=version) == (403, "AccessDenied")


def test_a_list_with_what_is_written_can_be_denied(s3: Any) -> None:
    put(s3, statement(Effect="Deny", Action="s3:PutObjectAcl"))
    assert refused(s3.put_object, **K, Body=b"x", ACL="public-read") == (403, "AccessDenied")
    s3.put_object(**K, Body=b"x")


@pytest.mark.parametrize("source", ["box/secret/k", "/box/secret/k", "box/s%65cret/k", "box/secret/k?versionId=null"])
def test_the_source_of_a_copy_is_compared_as_it_is_read(cloud: S3Cloud, s3: Any, source: str) -> None:
    s3.put_object(Bucket="box", Key="secret/k", Body=b"x")
    exactly = {"StringEquals": {"s3:x-amz-copy-source": "box/secret/k"}}
    put(s3, statement(Effect="Deny", Action="s3:PutObject", Condition=exactly))
    client: Any = cloud.client()
    client.meta.events.register("before-sign.s3.CopyObject", lambda request, **_: _write(request.headers, source))
    copy = {"Bucket": "box", "Key": "c", "CopySource": "box/secret/k"}
    assert refused(client.copy_object, **copy) == (403, "AccessDenied")
    s3.delete_bucket_policy(Bucket="box")
    client.copy_object(**copy)


def _write(headers: Any, source: str) -> None:
    """As it is, where boto3 would quote it."""
    del headers["x-amz-copy-source"]
    headers["x-amz-copy-source"] = source


def test_who_may_not_list_learns_nothing_from_copies_or_prefixes(cloud: S3Cloud, s3: Any) -> None:
    theirs: Any = cloud.client("theirs")
    theirs.create_bucket(Bucket="other")
    put(s3, statement(), statement(Action="s3:ListBucket", Resource=ALL, Condition=PUBLIC_PREFIX))
    assert refused(theirs.copy_object, Bucket="other", Key="c", CopySource="box/none") == (403, "AccessDenied")
    assert cloud.ask("GET", "/box/none?prefix=public/").status_code == 403
    assert cloud.ask("GET", "/box/public/none").status_code == 404


def test_tags_are_not_copied_by_who_may_not_see_them(cloud: S3Cloud, s3: Any) -> None:
    theirs: Any = cloud.client("theirs")
    theirs.create_bucket(Bucket="other")
    s3.put_object(**K, Body=b"x", Tagging="team=secret")
    put(s3, statement())
    copy = {"Bucket": "other", "Key": "c", "CopySource": "box/k"}
    assert refused(theirs.copy_object, **copy) == (403, "AccessDenied")
    theirs.copy_object(**copy, TaggingDirective="REPLACE")
    put(s3, statement(Action=["s3:GetObject", "s3:GetObjectTagging"]))
    theirs.copy_object(**copy)
    assert theirs.get_object_tagging(Bucket="other", Key="c")["TagSet"] == [{"Key": "team", "Value": "secret"}]


def test_variables_are_refused_because_nobody_reads_them(s3: Any) -> None:
    said = statement(Effect="Deny", Resource=OBJECTS.replace("*", "${aws:username}/*"))
    assert refused(put, s3, said) == (400, "MalformedPolicy")
