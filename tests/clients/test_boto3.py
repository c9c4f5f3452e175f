"""boto3 over sockets, in both styles of addressing and with both versions of signatures."""

import hashlib
import io
import os
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.clients.person import REGION, Person

pytestmark = pytest.mark.slow
PIECE = 5 << 20
IN_PARTS = TransferConfig(multipart_threshold=PIECE, multipart_chunksize=PIECE, max_concurrency=3)
ODD = ("plain", "a b/ü+%41", "a//b/../c")


def by_path(person: Person, version: str) -> Any:
    return _client(person, f"{person.cloud.url}/s3", "path", version)


def by_host(person: Person, version: str) -> Any:
    """Nothing knows the address of `bucket.s3.localhost`: what is made for it goes to the cloud's."""
    port = person.cloud.url.rpartition(":")[2]
    client = _client(person, f"http://s3.localhost:{port}", "virtual", version)

    def send_to_the_cloud(request: AWSPreparedRequest, **_: Any) -> None:
        request.headers["host"] = urlsplit(request.url).netloc
        request.url = request.url.replace(request.headers["host"], f"127.0.0.1:{port}", 1)

    client.meta.events.register("before-send.s3", send_to_the_cloud)
    return client


def _client(person: Person, url: str, style: str, version: str) -> Any:
    options = Config(signature_version=version, s3={"addressing_style": style}, retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": person.access, "aws_secret_access_key": person.secret}
    return boto3.Session(region_name=REGION, **keys).client("s3", endpoint_url=url, config=options)


@pytest.fixture(params=["by path", "by host", "by path, signature of version 2"])
def s3(request: pytest.FixtureRequest, person: Person) -> Any:
    version = "s3" if request.param.endswith("2") else "s3v4"
    return (by_host if request.param == "by host" else by_path)(person, version)


@pytest.fixture
def box(s3: Any, person: Person) -> str:
    s3.create_bucket(Bucket=person.name)
    return person.name


def test_objects(s3: Any, box: str) -> None:
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == [box]
    for key in ODD:
        s3.put_object(Bucket=box, Key=key, Body=key.encode(), Metadata={"colour": "blue"}, ContentType="text/x-a")
        found = s3.get_object(Bucket=box, Key=key)
        assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (
            key.encode(),
            {"colour": "blue"},
            "text/x-a",
        )
        assert found["ETag"] == f'"{hashlib.md5(key.encode()).hexdigest()}"'
    source = {"Bucket": box, "Key": ODD[1]}
    s3.copy_object(Bucket=box, Key="copy", CopySource=source, MetadataDirective="REPLACE", Metadata={"colour": "red"})
    copied = s3.get_object(Bucket=box, Key="copy", Range="bytes=-4")
    assert (copied["Body"].read(), copied["Metadata"]) == (ODD[1].encode()[-4:], {"colour": "red"})
    deleted = s3.delete_objects(Bucket=box, Delete={"Objects": [{"Key": key} for key in (*ODD, "copy", "none")]})
    assert len(deleted["Deleted"]) == 5
    s3.delete_bucket(Bucket=box)
    assert s3.list_buckets()["Buckets"] == []


def test_pages(s3: Any, box: str) -> None:
    keys = [f"{folder}/{number:02}" for folder in "ab" for number in range(12)]
    for key in keys:
        s3.put_object(Bucket=box, Key=key, Body=b"")
    for verb in ("list_objects", "list_objects_v2"):
        pages = list(s3.get_paginator(verb).paginate(Bucket=box, PaginationConfig={"PageSize": 5}))
        assert [len(page["Contents"]) for page in pages] == [5, 5, 5, 5, 4]
        assert [each["Key"] for page in pages for each in page["Contents"]] == keys
        folders = s3.get_paginator(verb).paginate(Bucket=box, Delimiter="/", PaginationConfig={"PageSize": 1})
        assert [each["Prefix"] for each in folders.search("CommonPrefixes") if each] == ["a/", "b/"]


def test_large_objects_go_in_parts(s3: Any, box: str) -> None:
    body = os.urandom(PIECE * 2 + 7)
    s3.upload_fileobj(io.BytesIO(body), box, "large", Config=IN_PARTS, ExtraArgs={"Metadata": {"colour": "blue"}})
    head = s3.head_object(Bucket=box, Key="large")
    assert (head["ContentLength"], head["Metadata"]) == (len(body), {"colour": "blue"})
    assert head["ETag"].endswith('-3"')
    s3.copy({"Bucket": box, "Key": "large"}, box, "copy", Config=IN_PARTS)  # part by part
    target = io.BytesIO()
    s3.download_fileobj(box, "copy", target, Config=IN_PARTS)
    assert target.getvalue() == body
    upload = s3.create_multipart_upload(Bucket=box, Key="never")["UploadId"]
    s3.upload_part(Bucket=box, Key="never", UploadId=upload, PartNumber=1, Body=b"x")
    assert [each["UploadId"] for each in s3.list_multipart_uploads(Bucket=box)["Uploads"]] == [upload]
    s3.abort_multipart_upload(Bucket=box, Key="never", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=box)


def test_checksums(s3: Any, box: str) -> None:
    s3.put_object(Bucket=box, Key="k", Body=b"whole")  # boto3 adds one of its own accord, and checks it
    found = s3.get_object(Bucket=box, Key="k", ChecksumMode="ENABLED")
    assert found["Body"].read() == b"whole"
    assert found["ChecksumCRC32"]
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(Bucket=box, Key="k", Body=b"other", ChecksumCRC32=found["ChecksumCRC32"])
    for algorithm in ("CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        s3.put_object(Bucket=box, Key=algorithm, Body=io.BytesIO(b"whole"), ChecksumAlgorithm=algorithm)
        kept = s3.head_object(Bucket=box, Key=algorithm, ChecksumMode="ENABLED")
        assert kept[f"Checksum{algorithm}"]


def test_conditions(s3: Any, box: str) -> None:
    etag = s3.put_object(Bucket=box, Key="k", Body=b"first", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=box, Key="k", Body=b"second", IfNoneMatch="*")
    s3.put_object(Bucket=box, Key="k", Body=b"second", IfMatch=etag)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=box, Key="k", Body=b"third", IfMatch=etag)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.get_object(Bucket=box, Key="k", IfMatch=etag)
    assert s3.get_object(Bucket=box, Key="k", IfNoneMatch=etag)["Body"].read() == b"second"


def test_versions(s3: Any, box: str) -> None:
    s3.put_bucket_versioning(Bucket=box, VersioningConfiguration={"Status": "Enabled"})
    first, second = (s3.put_object(Bucket=box, Key="k", Body=body)["VersionId"] for body in (b"first", b"second"))
    marker = s3.delete_object(Bucket=box, Key="k")
    assert marker["DeleteMarker"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=box, Key="k")
    assert s3.get_object(Bucket=box, Key="k", VersionId=first)["Body"].read() == b"first"
    found = s3.list_object_versions(Bucket=box)
    assert [each["VersionId"] for each in found["Versions"]] == [second, first]
    assert [each["VersionId"] for each in found["DeleteMarkers"]] == [marker["VersionId"]]
    s3.delete_object(Bucket=box, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=box, Key="k")["Body"].read() == b"second"


def test_signed_urls(s3: Any, box: str, person: Person) -> None:
    to = {"Bucket": box, "Key": "ü b"}
    assert _fetch(person, "PUT", s3.generate_presigned_url("put_object", to), content=b"x" * 100_000) == (200, b"")
    assert _fetch(person, "GET", s3.generate_presigned_url("get_object", to)) == (200, b"x" * 100_000)
    assert _fetch(person, "HEAD", s3.generate_presigned_url("head_object", to)) == (200, b"")
    url = s3.generate_presigned_url("get_object", to | {"ResponseContentType": "text/x-b"})
    assert _fetch(person, "GET", url) == (200, b"x" * 100_000)
    assert _fetch(person, "GET", url.partition("?")[0])[0] == 403
    form = s3.generate_presigned_post(box, "form/${filename}", Conditions=[["starts-with", "$key", "form/"]])
    assert _fetch(person, "POST", form["url"], data=form["fields"], files={"file": ("a", b"by form")})[0] == 204
    assert s3.get_object(Bucket=box, Key="form/a")["Body"].read() == b"by form"


def test_settings_of_buckets(s3: Any, box: str) -> None:
    assert s3.get_bucket_location(Bucket=box)["LocationConstraint"] == REGION
    s3.put_bucket_tagging(Bucket=box, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s3.get_bucket_tagging(Bucket=box)["TagSet"] == [{"Key": "a", "Value": "b"}]
    rules = [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 3}}]
    s3.put_bucket_lifecycle_configuration(Bucket=box, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=box)["Rules"] == rules
    cors = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]
    s3.put_bucket_cors(Bucket=box, CORSConfiguration={"CORSRules": cors})
    assert s3.get_bucket_cors(Bucket=box)["CORSRules"] == cors


def _fetch(person: Person, method: str, url: str, **content: Any) -> tuple[int, bytes]:
    """By plain HTTP, from the cloud whatever the URL's host."""
    asked = httpx.URL(url)
    here = asked.copy_with(host=httpx.URL(person.cloud.url).host)
    answer = httpx.request(method, here, headers={"host": asked.netloc.decode()}, **content)
    return answer.status_code, answer.content
