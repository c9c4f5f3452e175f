"""Versions of objects, and locks on them."""

from datetime import timedelta, timezone
from typing import Any

import pytest

from altostratus.contracts.objectstore import Locked
from tests.doors.s3.cloud import S3Cloud
from tests.doors.s3.conftest import refused

K = {"Bucket": "box", "Key": "k"}


def keep_versions(s3: Any, status: str = "Enabled") -> None:
    s3.put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": status})


def test_whether_versions_are_kept(s3: Any) -> None:
    assert "Status" not in s3.get_bucket_versioning(Bucket="box")
    for status in ("Enabled", "Suspended"):
        keep_versions(s3, status)
        assert s3.get_bucket_versioning(Bucket="box")["Status"] == status


def test_each_writing_is_a_version(s3: Any) -> None:
    null = s3.put_object(**K, Body=b"0")
    assert "VersionId" not in null
    keep_versions(s3)
    ids = [s3.put_object(**K, Body=body)["VersionId"] for body in (b"1", b"2")]
    assert s3.get_object(**K)["VersionId"] == ids[1]
    for version, body in zip(("null", *ids), (b"0", b"1", b"2"), strict=True):
        got = s3.get_object(**K, VersionId=version)
        assert (got["Body"].read(), got["VersionId"]) == (body, version)
    listed = s3.list_object_versions(Bucket="box")["Versions"]
    assert [(each["VersionId"], each["IsLatest"]) for each in listed] == [
        (ids[1], True),
        (ids[0], False),
        ("null", False),
    ]
    assert refused(s3.get_object, **K, VersionId="12345") == (404, "NoSuchVersion")
    assert refused(s3.get_object, **K, VersionId="x") == (400, "InvalidArgument")


def test_a_marker_has_no_longer_a_name_than_an_object(cloud: S3Cloud, s3: Any) -> None:
    keep_versions(s3)
    long = "k" * 1025
    assert refused(s3.delete_object, Bucket="box", Key=long) == (400, "InvalidRequest")
    found = s3.delete_objects(Bucket="box", Delete={"Objects": [{"Key": long}, {"Key": "short"}]})
    assert ([each["Key"] for each in found["Errors"]], found["Deleted"][0]["Key"]) == ([long], "short")
    assert cloud.swift("DELETE", f"/box/{long}").status_code == 400
    assert "Versions" not in s3.list_object_versions(Bucket="box")


def test_deleting_leaves_a_marker_that_can_go(s3: Any) -> None:
    keep_versions(s3)
    version = s3.put_object(**K, Body=b"1")["VersionId"]
    gone = s3.delete_object(**K)
    assert gone["DeleteMarker"] is True
    assert refused(s3.get_object, **K) == (404, "NoSuchKey")
    assert refused(s3.get_object, **K, VersionId=gone["VersionId"]) == (405, "MethodNotAllowed")
    listed = s3.list_object_versions(Bucket="box")
    assert [each["VersionId"] for each in listed["DeleteMarkers"]] == [gone["VersionId"]]
    back = s3.delete_object(**K, VersionId=gone["VersionId"])
    assert (back["DeleteMarker"], back["VersionId"]) == (True, gone["VersionId"])
    assert s3.get_object(**K)["Body"].read() == b"1"
    taken = s3.delete_object(**K, VersionId=version)
    assert taken["VersionId"] == version
    assert "DeleteMarker" not in taken
    s3.delete_bucket(Bucket="box")


def test_a_marker_says_that_it_is_one(cloud: S3Cloud, s3: Any) -> None:
    keep_versions(s3)
    s3.put_object(**K, Body=b"1")
    s3.delete_object(**K)
    answer = cloud.ask("GET", s3.generate_presigned_url("get_object", K))
    assert (answer.status_code, answer.headers["x-amz-delete-marker"]) == (404, "true")


def test_suspended_versions(s3: Any) -> None:
    keep_versions(s3)
    version = s3.put_object(**K, Body=b"1")["VersionId"]
    keep_versions(s3, "Suspended")
    for body in (b"2", b"3"):
        assert "VersionId" not in s3.put_object(**K, Body=body)
    listed = s3.list_object_versions(Bucket="box")["Versions"]
    assert [each["VersionId"] for each in listed] == ["null", version]


def test_versions_by_the_page(s3: Any) -> None:
    keep_versions(s3)
    wanted = []
    for key in ("a", "b", "c/1"):
        ids = [s3.put_object(Bucket="box", Key=key, Body=b"x")["VersionId"] for _ in range(3)]
        wanted += [(key, version) for version in reversed(ids)]
    for most in (1, 2, 4, 9):
        pages = s3.get_paginator("list_object_versions").paginate(Bucket="box", PaginationConfig={"PageSize": most})
        assert [(each["Key"], each["VersionId"]) for page in pages for each in page["Versions"]] == wanted
    rolled = s3.list_object_versions(Bucket="box", Delimiter="/")
    assert [each["Prefix"] for each in rolled["CommonPrefixes"]] == ["c/"]


def test_versions_are_copied_and_deleted_in_batches(s3: Any) -> None:
    keep_versions(s3)
    first = s3.put_object(**K, Body=b"1", Metadata={"v": "1"})["VersionId"]
    s3.put_object(**K, Body=b"2")
    copied = s3.copy_object(**K, CopySource={**K, "VersionId": first})
    assert copied["CopySourceVersionId"] == first
    assert s3.get_object(**K)["Body"].read() == b"1"
    gone = s3.delete_objects(Bucket="box", Delete={"Objects": [{"Key": "k", "VersionId": first}, {"Key": "k"}]})
    assert gone["Deleted"][0] == {"Key": "k", "VersionId": first}
    assert gone["Deleted"][1]["DeleteMarker"] is True


@pytest.fixture
def locked(cloud: S3Cloud) -> Any:
    client: Any = cloud.client()
    client.create_bucket(Bucket="box", ObjectLockEnabledForBucket=True)
    return client


def test_a_bucket_with_locks_keeps_versions(s3: Any) -> None:
    assert refused(s3.get_object_lock_configuration, Bucket="box") == (404, "ObjectLockConfigurationNotFoundError")
    wanted = {"ObjectLockEnabled": "Enabled"}
    refusal = refused(s3.put_object_lock_configuration, Bucket="box", ObjectLockConfiguration=wanted)
    assert refusal == (409, "InvalidBucketState")
    keep_versions(s3)
    s3.put_object_lock_configuration(Bucket="box", ObjectLockConfiguration=wanted)
    assert refused(keep_versions, s3, "Suspended") == (409, "InvalidBucketState")


def test_legal_holds(locked: Any) -> None:
    version = locked.put_object(**K, Body=b"1", ObjectLockLegalHoldStatus="ON")["VersionId"]
    assert locked.head_object(**K)["ObjectLockLegalHoldStatus"] == "ON"
    assert refused(locked.delete_object, **K, VersionId=version) == (403, "AccessDenied")
    errors = locked.delete_objects(Bucket="box", Delete={"Objects": [{"Key": "k", "VersionId": version}]})["Errors"]
    assert errors[0]["Code"] == "AccessDenied"
    locked.delete_object(**K)  # a marker is no harm
    locked.put_object_legal_hold(**K, VersionId=version, LegalHold={"Status": "OFF"})
    assert locked.get_object_legal_hold(**K, VersionId=version)["LegalHold"]["Status"] == "OFF"
    locked.delete_object(**K, VersionId=version)


def test_retention_is_told_in_utc_wherever_it_was_said(cloud: S3Cloud, locked: Any) -> None:
    until = cloud.clock.now().replace(microsecond=0) + timedelta(days=1)

    def say(params: Any, **_: Any) -> None:
        there = until.astimezone(timezone(timedelta(hours=5)))
        params["headers"]["x-amz-object-lock-retain-until-date"] = there.isoformat()

    locked.meta.events.register("before-call.s3.PutObject", say)
    locked.put_object(**K, Body=b"1", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    assert locked.head_object(**K)["ObjectLockRetainUntilDate"] == until


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_retention(cloud: S3Cloud, locked: Any, mode: str) -> None:
    until = cloud.clock.now().replace(microsecond=0) + timedelta(days=1)
    said = {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": until}
    version = {"VersionId": locked.put_object(**K, Body=b"1", **said)["VersionId"]}
    assert locked.get_object_retention(**K)["Retention"] == {"Mode": mode, "RetainUntilDate": until}
    assert refused(locked.delete_object, **K, **version) == (403, "AccessDenied")
    longer = {"Mode": mode, "RetainUntilDate": until + timedelta(days=1)}
    locked.put_object_retention(**K, Retention=longer)
    shorter = {"Mode": mode, "RetainUntilDate": until}
    assert refused(locked.put_object_retention, **K, Retention=shorter) == (403, "AccessDenied")
    past = {"Mode": mode, "RetainUntilDate": until - timedelta(days=9)}
    assert refused(locked.put_object_retention, **K, Retention=past)[1] == "InvalidArgument"
    if mode == "GOVERNANCE":
        locked.put_object_retention(**K, Retention=shorter, BypassGovernanceRetention=True)
        locked.delete_object(**K, **version, BypassGovernanceRetention=True)
    else:
        refusal = refused(locked.delete_object, **K, **version, BypassGovernanceRetention=True)
        assert refusal == (403, "AccessDenied")
        assert refused(locked.put_object_retention, **K, Retention=shorter, BypassGovernanceRetention=True)[0] == 403


def test_who_may_write_may_not_lock(cloud: S3Cloud, locked: Any) -> None:
    locked.put_bucket_acl(Bucket="box", ACL="public-read-write")
    theirs: Any = cloud.client("theirs")
    theirs.put_object(**K, Body=b"1")
    assert refused(theirs.put_object, **K, Body=b"1", ObjectLockLegalHoldStatus="ON") == (403, "AccessDenied")


def test_no_other_door_takes_a_locked_version_away(cloud: S3Cloud, locked: Any) -> None:
    version = locked.put_object(**K, Body=b"1", ObjectLockLegalHoldStatus="ON")["VersionId"]
    facade = cloud.store.facade

    def remove(tx: Any) -> None:
        facade.delete_version(tx, facade.find_bucket(tx, "box"), "k", version)

    with pytest.raises(Locked):
        cloud.run(facade.write(remove))
    assert locked.get_object(**K, VersionId=version)["Body"].read() == b"1"


def test_new_objects_get_what_the_bucket_has(cloud: S3Cloud, locked: Any) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}
    wanted = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    locked.put_object_lock_configuration(Bucket="box", ObjectLockConfiguration=wanted)
    assert locked.get_object_lock_configuration(Bucket="box")["ObjectLockConfiguration"] == wanted
    locked.put_object(**K, Body=b"1")
    left = locked.head_object(**K)["ObjectLockRetainUntilDate"] - cloud.clock.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


def test_a_moment_of_another_zone(cloud: S3Cloud, locked: Any) -> None:
    until = "2100-01-01T02:00:00+02:00"
    headers = {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": until}
    client: Any = cloud.client()
    client.meta.events.register("before-sign.s3.PutObject", lambda request, **_: _add(request.headers, headers))
    client.put_object(**K, Body=b"x")
    assert locked.head_object(**K)["ObjectLockRetainUntilDate"].isoformat() == "2100-01-01T00:00:00+00:00"


def _add(headers: Any, more: dict[str, str]) -> None:
    """As they are: boto3 would say a moment in UTC."""
    for name, value in more.items():
        headers[name] = value


def test_locks_need_a_bucket_that_has_them(s3: Any) -> None:
    refusal = refused(s3.put_object, **K, Body=b"", ObjectLockLegalHoldStatus="ON")
    assert refusal == (400, "InvalidRequest")
    s3.put_object(**K, Body=b"")
    assert refused(s3.get_object_retention, **K) == (400, "InvalidRequest")
