"""What S3 has locked or lets nobody see, through Swift's door."""

from typing import Any

import pytest

from altostratus.services.objectstore.usecases.remove_expired import remove_expired
from tests.doors.s3.cloud import SWIFT, S3Cloud
from tests.doors.s3.conftest import refused

K = {"Bucket": "box", "Key": "k"}


@pytest.fixture
def locked(cloud: S3Cloud) -> Any:
    """A client, and a bucket of which all versions are locked for a day."""
    client: Any = cloud.client()
    client.create_bucket(Bucket="box", ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    client.put_object_lock_configuration(Bucket="box", ObjectLockConfiguration=lock)
    return client


def versions(s3: Any) -> list[tuple[str, str]]:
    return [(each["Key"], each["VersionId"]) for each in s3.list_object_versions(Bucket="box").get("Versions", ())]


def test_versions_that_may_be_locked_are_kept(cloud: S3Cloud, locked: Any) -> None:
    locked.put_object(**K, Body=b"1")
    for said in ("false", "off"):
        assert cloud.swift("POST", "/box", headers={"x-versions-enabled": said}).status_code == 403
        assert cloud.swift("PUT", "/box", headers={"x-versions-enabled": said}).status_code == 403
    assert cloud.swift("POST", "/box", headers={"x-versions-enabled": "true"}).status_code == 204
    before = versions(locked)
    cloud.swift("PUT", "/box/k", b"2")
    cloud.swift("DELETE", "/box/k")
    assert cloud.swift("DELETE", f"/box/k?version-id={before[0][1]}").status_code == 403
    assert set(before) < set(versions(locked))


@pytest.mark.parametrize("door", ["s3", "s3 in parts", "swift"])
def test_all_get_the_retention_of_the_bucket(cloud: S3Cloud, locked: Any, door: str) -> None:
    if door == "s3":
        locked.put_object(**K, Body=b"1")
    elif door == "swift":
        assert cloud.swift("PUT", "/box/k", b"1").status_code == 201
    else:
        upload = {**K, "UploadId": locked.create_multipart_upload(**K)["UploadId"]}
        part = {"PartNumber": 1, "ETag": locked.upload_part(**upload, PartNumber=1, Body=b"1")["ETag"]}
        locked.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    (_, version) = versions(locked)[0]
    assert locked.get_object_retention(**K)["Retention"]["Mode"] == "COMPLIANCE"
    assert cloud.swift("DELETE", f"/box/k?version-id={version}").status_code == 403
    assert cloud.swift("POST", "/box/k", headers={"x-object-meta-a": "b"}).status_code == 403
    assert refused(locked.delete_object, **K, VersionId=version) == (403, "AccessDenied")
    cloud.clock.move(days=2)
    assert cloud.swift("POST", "/box/k", headers={"x-object-meta-a": "b"}).status_code == 202
    assert cloud.swift("DELETE", f"/box/k?version-id={version}").status_code == 204


def test_what_expires_is_there_as_long_as_it_is_locked(cloud: S3Cloud, locked: Any) -> None:
    cloud.swift("PUT", "/box/k", b"1", {"x-delete-after": "60"})
    before = versions(locked)
    cloud.clock.move(minutes=2)
    assert cloud.run(remove_expired(cloud.store.state)) is False
    assert refused(locked.get_object, **K) == (404, "NoSuchKey")
    assert versions(locked) == before
    assert locked.get_object(**K, VersionId=before[0][1])["Body"].read() == b"1"


def test_an_archive_that_is_locked_gives_nothing_back(cloud: S3Cloud, locked: Any) -> None:
    """Otherwise whoever has another container take its old versions there takes them away from there."""
    assert cloud.swift("PUT", "/other", headers={"x-versions-location": "box"}).status_code == 201
    for body in (b"1", b"2"):
        cloud.swift("PUT", "/other/k", body)
    before = versions(locked)
    assert len(before) == 1
    assert cloud.swift("DELETE", "/other/k").status_code == 403
    assert cloud.swift("POST", "?bulk-delete", b"other/k").status_code == 200
    assert cloud.swift("GET", "/other/k").content == b"2"
    assert versions(locked) == before


def test_a_copy_takes_neither_lists_nor_locks_along(cloud: S3Cloud) -> None:
    theirs: Any = cloud.client("theirs")
    theirs.create_bucket(Bucket="theirs", ObjectLockEnabledForBucket=True)
    theirs.put_object(
        Bucket="theirs", Key="bait", Body=b"x", ACL="public-read", ObjectLockLegalHoldStatus="ON", Tagging="a=b"
    )
    opened = {"x-auth-token": "theirs", "x-container-read": ".r:*"}
    assert cloud.ask("POST", f"{SWIFT.replace('mine', 'theirs')}/theirs", headers=opened).status_code == 204
    s3: Any = cloud.client()
    s3.create_bucket(Bucket="box")
    source = {"x-copy-from": "theirs/bait", "x-copy-from-account": "AUTH_theirs"}
    assert cloud.swift("PUT", "/box/k", headers=source).status_code == 201
    assert s3.get_object(**K)["Body"].read() == b"x"
    assert cloud.ask("GET", "/box/k").status_code == 403
    assert refused(theirs.get_object, **K) == (403, "AccessDenied")
    assert cloud.swift("DELETE", "/box/k").status_code == 204
    assert versions(s3) == []


def test_a_static_large_object_is_as_any_other(cloud: S3Cloud, s3: Any) -> None:
    for name in ("a", "b"):
        cloud.swift("PUT", f"/box/{name}", name.encode() * 3)
    manifest = b'[{"path": "box/a"}, {"path": "box/b"}]'
    assert cloud.swift("PUT", "/box/k?multipart-manifest=put", manifest).status_code == 201
    got = s3.get_object(**K)
    assert (got["Body"].read(), got["ContentLength"]) == (b"aaabbb", 6)
    assert s3.get_object(**K, Range="bytes=2-3")["Body"].read() == b"ab"
    assert {each["Key"]: each["Size"] for each in s3.list_objects_v2(Bucket="box")["Contents"]}["k"] == 6
    s3.copy_object(Bucket="box", Key="copy", CopySource=K)
    assert s3.get_object(Bucket="box", Key="copy")["Body"].read() == b"aaabbb"
    assert cloud.swift("HEAD", "/box/copy").headers["x-static-large-object"] == "True"


def test_a_manifest_does_not_go_where_its_names_mean_something_else(cloud: S3Cloud, s3: Any) -> None:
    cloud.swift("PUT", "/box/a", b"a")
    cloud.swift("PUT", "/box/k?multipart-manifest=put", b'[{"path": "box/a"}]')
    s3.put_bucket_acl(Bucket="box", ACL="public-read")
    s3.put_object_acl(**K, ACL="public-read")
    theirs: Any = cloud.client("theirs")
    theirs.create_bucket(Bucket="other")
    assert theirs.get_object(**K)["Body"].read() == b"a"
    copy = {"Bucket": "other", "Key": "k", "CopySource": K}
    assert refused(theirs.copy_object, **copy) == (501, "NotImplemented")
    assert "Contents" not in theirs.list_objects_v2(Bucket="other")
