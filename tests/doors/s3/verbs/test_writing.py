"""Writing, reading and deleting objects, as boto3 asks for it."""

import base64
import hashlib
from typing import Any

import pytest

from tests.doors.s3.cloud import S3Cloud
from tests.doors.s3.conftest import refused

BIG = bytes(range(256)) * 8192
MD5 = hashlib.md5(b"hello", usedforsecurity=False)


def read(s3: Any, key: str, **more: Any) -> bytes:
    found: bytes = s3.get_object(Bucket="box", Key=key, **more)["Body"].read()
    return found


@pytest.mark.parametrize("body", [b"", b"hello", BIG])
@pytest.mark.parametrize("key", ["plain", "with space/and+plus", "ünïcode/☃", "a//b/../c", "%41&x=y"])
def test_what_is_put_is_got(s3: Any, key: str, body: bytes) -> None:
    put = s3.put_object(Bucket="box", Key=key, Body=body, ContentType="text/x", Metadata={"color": "red"})
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    assert put["ETag"] == f'"{md5}"'
    got = s3.get_object(Bucket="box", Key=key)
    assert got["Body"].read() == body
    assert (got["ContentType"], got["Metadata"], got["ContentLength"]) == ("text/x", {"color": "red"}, len(body))
    assert s3.head_object(Bucket="box", Key=key)["ETag"] == put["ETag"]


def test_headers_that_are_kept(s3: Any) -> None:
    said = {
        "CacheControl": "no-cache",
        "ContentDisposition": "inline",
        "ContentLanguage": "de",
        "ContentEncoding": "gzip",
    }
    s3.put_object(Bucket="box", Key="k", Body=b"x", **said)
    found = s3.head_object(Bucket="box", Key="k")
    assert {name: found[name] for name in said} == said


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums_are_kept_and_told(s3: Any, algorithm: str) -> None:
    put = s3.put_object(Bucket="box", Key="k", Body=BIG, ChecksumAlgorithm=algorithm)
    name = f"Checksum{algorithm}"
    found = s3.head_object(Bucket="box", Key="k", ChecksumMode="ENABLED")
    assert put[name] == found[name]
    assert found["ChecksumType"] == "FULL_OBJECT"
    assert name not in s3.head_object(Bucket="box", Key="k")


def test_a_wrong_checksum_or_digest_leaves_nothing(s3: Any) -> None:
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert refused(s3.put_object, Bucket="box", Key="k", Body=b"hello", ChecksumSHA256=wrong) == (400, "BadDigest")
    md5 = base64.b64encode(MD5.digest()).decode()
    assert refused(s3.put_object, Bucket="box", Key="k", Body=b"hallo", ContentMD5=md5) == (400, "BadDigest")
    assert refused(s3.put_object, Bucket="box", Key="k", Body=b"x", ContentMD5="xyz") == (400, "InvalidDigest")
    assert refused(s3.head_object, Bucket="box", Key="k") == (404, "404")
    s3.put_object(Bucket="box", Key="k", Body=b"hello", ContentMD5=md5)


def test_conditions_of_writing(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"hello", IfNoneMatch="*")
    again = refused(s3.put_object, Bucket="box", Key="k", Body=b"2", IfNoneMatch="*")
    assert again == (412, "PreconditionFailed")
    wrong = refused(s3.put_object, Bucket="box", Key="k", Body=b"2", IfMatch='"other"')
    assert wrong == (412, "PreconditionFailed")
    assert refused(s3.put_object, Bucket="box", Key="none", Body=b"2", IfMatch='"x"') == (404, "NoSuchKey")
    s3.put_object(Bucket="box", Key="k", Body=b"2", IfMatch=f'"{MD5.hexdigest()}"')
    assert read(s3, "k") == b"2"


def test_ranges(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"0123456789")
    for asked, found in (("0-3", b"0123"), ("7-", b"789"), ("-2", b"89"), ("5-100", b"56789"), ("-100", b"0123456789")):
        got = s3.get_object(Bucket="box", Key="k", Range=f"bytes={asked}")
        assert (got["Body"].read(), got["ResponseMetadata"]["HTTPStatusCode"]) == (found, 206)
    assert got["ContentRange"] == "bytes 0-9/10"
    for beyond in ("10-", "-0"):
        assert refused(s3.get_object, Bucket="box", Key="k", Range=f"bytes={beyond}") == (416, "InvalidRange")
    assert read(s3, "k", Range="bytes=0-1,3-4") == b"0123456789"


def test_conditions_of_reading(s3: Any) -> None:
    etag = s3.put_object(Bucket="box", Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket="box", Key="k")["LastModified"]
    assert read(s3, "k", IfMatch=etag, IfModifiedSince=modified.replace(year=2000)) == b"x"
    assert refused(s3.get_object, Bucket="box", Key="k", IfNoneMatch=etag) == (304, "304")
    assert refused(s3.get_object, Bucket="box", Key="k", IfModifiedSince=modified) == (304, "304")
    assert refused(s3.get_object, Bucket="box", Key="k", IfMatch='"y"') == (412, "PreconditionFailed")
    earlier = modified.replace(year=2000)
    assert refused(s3.get_object, Bucket="box", Key="k", IfUnmodifiedSince=earlier) == (412, "PreconditionFailed")


def test_the_answers_headers_may_be_asked_for(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"x", ACL="public-read")
    got = s3.get_object(Bucket="box", Key="k", ResponseContentType="a/b", ResponseCacheControl="none")
    assert (got["ContentType"], got["CacheControl"]) == ("a/b", "none")
    assert cloud.ask("GET", "/box/k?response-content-type=a/b").status_code == 400
    for control in "\n\x7f":
        wrong = refused(s3.get_object, Bucket="box", Key="k", ResponseContentType=f"a/{control}")
        assert wrong == (400, "InvalidArgument")


def test_what_is_not_there(cloud: S3Cloud, s3: Any) -> None:
    assert refused(s3.get_object, Bucket="box", Key="none") == (404, "NoSuchKey")
    assert refused(s3.get_object, Bucket="nobucket", Key="none") == (404, "NoSuchBucket")
    assert refused(s3.put_object, Bucket="nobucket", Key="none") == (404, "NoSuchBucket")
    theirs: Any = cloud.client("theirs")
    assert refused(theirs.get_object, Bucket="box", Key="none") == (403, "AccessDenied")
    assert refused(s3.put_object, Bucket="box", Key="k" * 1025, Body=b"") == (400, "KeyTooLongError")


def test_what_is_not_offered_is_refused(s3: Any) -> None:
    refusal = refused(s3.put_object, Bucket="box", Key="k", Body=b"", StorageClass="GLACIER")
    assert refusal == (400, "InvalidStorageClass")
    website = refused(s3.put_object, Bucket="box", Key="k", Body=b"", WebsiteRedirectLocation="/x")
    assert website == (501, "NotImplemented")
    kms = refused(s3.put_object, Bucket="box", Key="k", Body=b"", ServerSideEncryption="aws:kms")
    assert kms == (501, "NotImplemented")
    assert refused(s3.get_bucket_website, Bucket="box") == (501, "NotImplemented")


def test_metadata_has_a_limit(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"", Metadata={"a": "x" * 2047})
    refusal = refused(s3.put_object, Bucket="box", Key="k", Body=b"", Metadata={"a": "x" * 2048})
    assert refusal == (400, "MetadataTooLarge")


def test_a_body_that_is_shorter_than_said_is_not_kept(cloud: S3Cloud, s3: Any) -> None:
    url = s3.generate_presigned_url("put_object", {"Bucket": "box", "Key": "k"})
    answer = cloud.ask("PUT", url, b"short", {"content-length": "10"})
    assert (answer.status_code, b"IncompleteBody" in answer.content) == (400, True)
    assert cloud.ask("PUT", url, b"", {"transfer-encoding": "chunked"}).status_code == 200
    assert refused(s3.head_object, Bucket="box", Key="none") == (404, "404")


def test_an_object_goes_and_stays_gone(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"x")
    for _ in range(2):
        assert s3.delete_object(Bucket="box", Key="k")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(s3.head_object, Bucket="box", Key="k") == (404, "404")


def test_many_go_at_once(cloud: S3Cloud, s3: Any) -> None:
    for key in ("a", "b", "ü & <c>"):
        s3.put_object(Bucket="box", Key=key, Body=b"x")
    names = [{"Key": key} for key in ("a", "ü & <c>", "never")]
    gone = s3.delete_objects(Bucket="box", Delete={"Objects": names})
    assert [each["Key"] for each in gone["Deleted"]] == ["a", "ü & <c>", "never"]
    quiet = s3.delete_objects(Bucket="box", Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in quiet
    assert "Contents" not in s3.list_objects_v2(Bucket="box")
    s3.put_object(Bucket="box", Key="k", Body=b"x")
    theirs: Any = cloud.client("theirs")
    found = theirs.delete_objects(Bucket="box", Delete={"Objects": [{"Key": "k"}]})
    assert [(each["Key"], each["Code"]) for each in found["Errors"]] == [("k", "AccessDenied")]
    assert read(s3, "k") == b"x"


def test_a_copy_has_what_its_source_has(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="a b", Body=BIG, Metadata={"x": "1"}, Tagging="t=1", ContentType="text/x")
    s3.create_bucket(Bucket="other")
    copied = s3.copy_object(Bucket="other", Key="c", CopySource={"Bucket": "box", "Key": "a b"})
    found = s3.get_object(Bucket="other", Key="c")
    assert found["Body"].read() == BIG
    assert (found["Metadata"], found["ContentType"], found["TagCount"]) == ({"x": "1"}, "text/x", 1)
    assert copied["CopyObjectResult"]["ETag"] == found["ETag"]
    s3.delete_object(Bucket="box", Key="a b")
    assert s3.get_object(Bucket="other", Key="c")["Body"].read() == BIG


def test_a_copy_may_be_said_other_things_of(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="a", Body=b"x", Metadata={"x": "1"}, Tagging="t=1", ContentType="text/x")
    source = {"Bucket": "box", "Key": "a"}
    refusal = refused(s3.copy_object, Bucket="box", Key="a", CopySource=source)
    assert refusal == (400, "InvalidRequest")
    s3.copy_object(Bucket="box", Key="a", CopySource=source, MetadataDirective="REPLACE", Metadata={"y": "2"})
    found = s3.head_object(Bucket="box", Key="a")
    assert (found["Metadata"], found["ContentType"], found["TagCount"]) == ({"y": "2"}, "binary/octet-stream", 1)
    s3.copy_object(Bucket="box", Key="b", CopySource=source, TaggingDirective="REPLACE", Tagging="u=1&v=2")
    assert s3.head_object(Bucket="box", Key="b")["TagCount"] == 2
    s3.copy_object(Bucket="box", Key="c", CopySource=source, ChecksumAlgorithm="SHA256")
    assert s3.head_object(Bucket="box", Key="c", ChecksumMode="ENABLED")["ChecksumSHA256"]


def test_conditions_and_faults_of_copying(cloud: S3Cloud, s3: Any) -> None:
    etag = s3.put_object(Bucket="box", Key="a", Body=b"x")["ETag"]
    source = {"Bucket": "box", "Key": "a"}
    to = {"Bucket": "box", "Key": "b", "CopySource": source}
    assert refused(s3.copy_object, **to, CopySourceIfMatch='"y"') == (412, "PreconditionFailed")
    assert refused(s3.copy_object, **to, CopySourceIfNoneMatch=etag) == (412, "PreconditionFailed")
    s3.copy_object(**to, CopySourceIfMatch=etag)
    assert refused(s3.copy_object, Bucket="box", Key="b", CopySource="box/none") == (404, "NoSuchKey")
    assert refused(s3.copy_object, Bucket="box", Key="b", CopySource="nobox/none") == (404, "NoSuchBucket")
    theirs: Any = cloud.client("theirs")
    theirs.create_bucket(Bucket="their-box")
    assert refused(theirs.copy_object, Bucket="their-box", Key="k", CopySource=source) == (403, "AccessDenied")


def test_attributes(s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"hello", ChecksumAlgorithm="SHA1")
    wanted = ["ETag", "Checksum", "ObjectSize", "StorageClass"]
    found = s3.get_object_attributes(Bucket="box", Key="k", ObjectAttributes=wanted)
    assert (found["ETag"], found["ObjectSize"], found["StorageClass"]) == (MD5.hexdigest(), 5, "STANDARD")
    assert found["Checksum"]["ChecksumType"] == "FULL_OBJECT"
    size = s3.get_object_attributes(Bucket="box", Key="k", ObjectAttributes=["ObjectSize"])
    assert size["ObjectSize"] == 5
    assert "ETag" not in size
