"""Access control lists, and what they let others do."""

from typing import Any

import pytest

from altostratus.doors.s3.access import ALL_USERS, AUTHENTICATED
from tests.doors.s3.cloud import S3Cloud, person
from tests.doors.s3.conftest import refused

K = {"Bucket": "box", "Key": "k"}
BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def grants(answer: Any) -> set[tuple[str, str]]:
    return {(each["Grantee"].get("URI") or each["Grantee"]["ID"], each["Permission"]) for each in answer["Grants"]}


def block(s3: Any, *names: str) -> None:
    wanted = {name: name in names for name in BLOCK}
    s3.put_public_access_block(Bucket="box", PublicAccessBlockConfiguration=wanted)


@pytest.mark.parametrize(
    ("canned", "more"),
    [
        ("private", set()),
        ("public-read", {(ALL_USERS, "READ")}),
        ("public-read-write", {(ALL_USERS, "READ"), (ALL_USERS, "WRITE")}),
        ("authenticated-read", {(AUTHENTICATED, "READ")}),
    ],
)
def test_canned_lists(s3: Any, canned: str, more: Any) -> None:
    s3.put_bucket_acl(Bucket="box", ACL=canned)
    found = s3.get_bucket_acl(Bucket="box")
    assert grants(found) == {("mine", "FULL_CONTROL"), *more}
    assert found["Owner"]["ID"] == "mine"
    s3.put_object(**K, Body=b"x", ACL=canned)
    assert grants(s3.get_object_acl(**K)) == {("mine", "FULL_CONTROL"), *more}


def test_what_anybody_may(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(**K, Body=b"x", ACL="public-read")
    s3.put_object(Bucket="box", Key="own", Body=b"x")
    assert cloud.ask("GET", "/box/k").content == b"x"
    assert cloud.ask("GET", "/box/own").status_code == 403
    assert cloud.ask("GET", "/box/none").status_code == 403
    assert cloud.ask("GET", "/box").status_code == 403
    s3.put_bucket_acl(Bucket="box", ACL="public-read")
    assert cloud.ask("GET", "/box").status_code == 200
    assert cloud.ask("GET", "/box/none").status_code == 404
    assert cloud.ask("PUT", "/box/new", b"y").status_code == 403
    s3.put_bucket_acl(Bucket="box", ACL="public-read-write")
    assert cloud.ask("PUT", "/box/new", b"y").status_code == 200
    assert cloud.ask("DELETE", "/box/own").status_code == 204
    assert cloud.ask("PUT", "/box?acl", b"", {"x-amz-acl": "private"}).status_code == 403


def test_what_somebody_else_may(cloud: S3Cloud, s3: Any) -> None:
    theirs: Any = cloud.client("theirs")
    s3.put_object(**K, Body=b"x")
    assert refused(theirs.get_object, **K) == (403, "AccessDenied")
    s3.put_object_acl(**K, GrantRead="id=theirs")
    assert theirs.get_object(**K)["Body"].read() == b"x"
    assert refused(theirs.get_object_acl, **K) == (403, "AccessDenied")
    s3.put_object_acl(**K, GrantFullControl='id="user-theirs-member-reader"')
    theirs.put_object_acl(**K, ACL="authenticated-read")
    assert theirs.get_object(**K)["Body"].read() == b"x"
    assert cloud.ask("GET", "/box/k").status_code == 403
    s3.put_bucket_acl(Bucket="box", GrantWrite="id=theirs", GrantReadACP="id=theirs")
    theirs.put_object(Bucket="box", Key="new", Body=b"y")
    assert ("theirs", "WRITE") in grants(theirs.get_bucket_acl(Bucket="box"))
    assert s3.get_object(Bucket="box", Key="new")["Body"].read() == b"y"


def test_lists_as_documents(s3: Any) -> None:
    found = s3.get_bucket_acl(Bucket="box")
    grant = {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ"}
    policy = {"Owner": found["Owner"], "Grants": [*found["Grants"], grant]}
    s3.put_bucket_acl(Bucket="box", AccessControlPolicy=policy)
    assert grants(s3.get_bucket_acl(Bucket="box")) == {("mine", "FULL_CONTROL"), (ALL_USERS, "READ")}
    stolen = {**policy, "Owner": {"ID": "theirs"}}
    assert refused(s3.put_bucket_acl, Bucket="box", AccessControlPolicy=stolen) == (403, "AccessDenied")
    mail = {"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@b"}, "Permission": "READ"}
    refusal = refused(s3.put_bucket_acl, Bucket="box", AccessControlPolicy={**policy, "Grants": [mail]})
    assert refusal == (400, "UnresolvableGrantByEmailAddress")
    assert refused(s3.put_bucket_acl, Bucket="box", GrantRead="uri=http://x") == (400, "InvalidArgument")
    both = refused(s3.put_bucket_acl, Bucket="box", ACL="private", GrantRead="id=theirs")
    assert both == (400, "InvalidRequest")


def test_public_access_is_blocked(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(**K, Body=b"x", ACL="public-read")
    block(s3, "BlockPublicAcls")
    assert cloud.ask("GET", "/box/k").status_code == 200
    assert refused(s3.put_object, **K, Body=b"x", ACL="public-read") == (403, "AccessDenied")
    assert refused(s3.put_object_acl, **K, ACL="public-read") == (403, "AccessDenied")
    assert refused(s3.put_bucket_acl, Bucket="box", ACL="public-read") == (403, "AccessDenied")
    s3.put_object(Bucket="box", Key="other", Body=b"x", ACL="private")
    block(s3, "IgnorePublicAcls")
    assert cloud.ask("GET", "/box/k").status_code == 403


def test_a_bucket_without_lists(s3: Any) -> None:
    wanted = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket="box", OwnershipControls=wanted)
    for canned in ("public-read", "private"):
        refusal = refused(s3.put_object, **K, Body=b"", ACL=canned)
        assert refusal == (400, "AccessControlListNotSupported")
    s3.put_object(**K, Body=b"", ACL="bucket-owner-full-control")


def test_lists_cease_to_count(cloud: S3Cloud, s3: Any) -> None:
    wanted = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_acl(Bucket="box", ACL="public-read")
    refusal = refused(s3.put_bucket_ownership_controls, Bucket="box", OwnershipControls=wanted)
    assert refusal == (400, "InvalidBucketAclWithObjectOwnership")
    s3.put_bucket_acl(Bucket="box", ACL="private")
    s3.put_object(**K, Body=b"x", ACL="public-read")
    assert cloud.ask("GET", "/box/k").status_code == 200
    s3.put_bucket_ownership_controls(Bucket="box", OwnershipControls=wanted)
    assert cloud.ask("GET", "/box/k").status_code == 403
    assert [grant["Permission"] for grant in s3.get_object_acl(**K)["Grants"]] == ["FULL_CONTROL"]
    s3.delete_bucket_ownership_controls(Bucket="box")
    assert cloud.ask("GET", "/box/k").status_code == 200
    refusal = refused(s3.create_bucket, Bucket="open", ACL="public-read", ObjectOwnership="BucketOwnerEnforced")
    assert refusal == (400, "InvalidBucketAclWithObjectOwnership")
    s3.create_bucket(Bucket="shut", ACL="private", ObjectOwnership="BucketOwnerEnforced")


def test_who_has_no_role_may_what_strangers_may(cloud: S3Cloud, s3: Any) -> None:
    """That the project has all rights in its lists is of no use to those who may not act for it."""
    s3.put_object(**K, Body=b"x", ACL="public-read")
    s3.put_object(Bucket="box", Key="private", Body=b"x", ACL="private")
    nobody: Any = cloud.client("nobody")
    assert nobody.get_object(**K)["Body"].read() == b"x"
    assert refused(nobody.get_object, Bucket="box", Key="private") == (403, "AccessDenied")
    assert refused(cloud.client("reader").put_object_acl, **K, ACL="private") == (403, "AccessDenied")


@pytest.mark.parametrize("role", ["ResellerAdmin", "reselleradmin"])
def test_resellers_act_for_every_project(cloud: S3Cloud, s3: Any, role: str) -> None:
    s3.put_object(**K, Body=b"x")
    cloud.keys.people["seller"] = person("ops", role)
    seller: Any = cloud.client("seller")
    assert seller.get_object(**K)["Body"].read() == b"x"
    assert seller.list_buckets()["Buckets"] == []


def test_a_copy_is_private_unless_it_is_said(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(**K, Body=b"x", ACL="public-read")
    s3.copy_object(Bucket="box", Key="c", CopySource=K)
    assert cloud.ask("GET", "/box/c").status_code == 403
    s3.copy_object(Bucket="box", Key="d", CopySource=K, ACL="public-read")
    assert cloud.ask("GET", "/box/d").status_code == 200
