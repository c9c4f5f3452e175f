"""Who is let in: keys, signatures in headers and URLs, names of hosts, access rules."""

from typing import Any

import pytest

from altostratus.kernel.actor import Permit
from tests.doors.s3.cloud import S3Cloud, person
from tests.doors.s3.conftest import refused


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_signatures_of_both_versions(cloud: S3Cloud, s3: Any, version: str) -> None:
    client: Any = cloud.client(signature_version=version)
    client.put_object(Bucket="box", Key="a b/ü", Body=b"x")
    assert client.get_object(Bucket="box", Key="a b/ü")["Body"].read() == b"x"
    assert client.list_objects(Bucket="box", Prefix="a b")["Contents"][0]["Key"] == "a b/ü"
    wrong: Any = cloud.client(signature_version=version, secret="wrong")
    assert refused(wrong.list_buckets) == (403, "SignatureDoesNotMatch")


def test_keys_that_are_not_there(cloud: S3Cloud) -> None:
    assert refused(cloud.client("stranger").list_buckets) == (403, "InvalidAccessKeyId")


def test_another_region(cloud: S3Cloud) -> None:
    there: Any = cloud.client(region="eu-west-1")
    assert refused(there.list_buckets) == (400, "AuthorizationHeaderMalformed")


def test_a_clock_that_is_wrong(cloud: S3Cloud, s3: Any) -> None:
    cloud.clock.move(minutes=16)
    assert refused(s3.list_buckets) == (403, "RequestTimeTooSkewed")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_presigned_urls(cloud: S3Cloud, s3: Any, version: str) -> None:
    client: Any = cloud.client(signature_version=version)
    to = {"Bucket": "box", "Key": "a b/ü"}
    assert cloud.ask("PUT", client.generate_presigned_url("put_object", to), b"hello").status_code == 200
    url = client.generate_presigned_url("get_object", to, ExpiresIn=100)
    assert cloud.ask("GET", url).content == b"hello"
    assert cloud.ask("GET", url.replace("ature=", "ature=0")).status_code == 403
    assert cloud.ask("DELETE", url).status_code == 403
    cloud.clock.move(seconds=101)
    late = cloud.ask("GET", url)
    assert (late.status_code, b"<Code>AccessDenied</Code>" in late.content) == (403, True)


def test_a_bucket_in_the_name_of_the_host(cloud: S3Cloud, s3: Any) -> None:
    virtual = {"s3": {"addressing_style": "virtual"}, "endpoint": "http://s3.localhost:8774"}
    for version in ("s3v4", "s3"):
        client: Any = cloud.client(**virtual, signature_version=version)
        client.put_object(Bucket="box", Key="s3/k", Body=version.encode())
        assert client.get_object(Bucket="box", Key="s3/k")["Body"].read() == version.encode()
        assert [each["Name"] for each in client.list_buckets()["Buckets"]] == ["box"]
    assert s3.list_objects_v2(Bucket="box")["Contents"][0]["Key"] == "s3/k"
    path: Any = cloud.client(endpoint="http://s3.localhost:8774")
    assert path.get_object(Bucket="box", Key="s3/k")["Body"].read() == b"s3"


def test_access_rules_bind_keys_too(cloud: S3Cloud, s3: Any) -> None:
    permits = (Permit("s3", "GET", "/box/**"),)
    cloud.keys.people["bound"] = person("mine", "member", permits=permits)
    s3.put_object(Bucket="box", Key="k", Body=b"x")
    bound: Any = cloud.client("bound")
    assert bound.get_object(Bucket="box", Key="k")["Body"].read() == b"x"
    assert refused(bound.put_object, Bucket="box", Key="k", Body=b"y") == (403, "AccessDenied")
    assert refused(bound.list_buckets) == (403, "AccessDenied")


def test_access_rules_speak_of_the_bucket_wherever_it_is_named(cloud: S3Cloud, s3: Any) -> None:
    cloud.keys.people["bound"] = person("mine", "member", permits=(Permit("s3", "GET", "/box/*"),))
    s3.create_bucket(Bucket="other")
    for bucket, key in (("box", "k"), ("box", "deep/k"), ("other", "box/k")):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    virtual: Any = cloud.client("bound", s3={"addressing_style": "virtual"}, endpoint="http://s3.localhost:8774")
    assert virtual.get_object(Bucket="box", Key="k")["Body"].read() == b"x"
    assert refused(virtual.get_object, Bucket="other", Key="box/k") == (403, "AccessDenied")
    url = cloud.client("bound").generate_presigned_url("get_object", {"Bucket": "box", "Key": "deep/k"})
    assert cloud.ask("GET", url).status_code == 403
    assert cloud.ask("GET", url.replace("deep/k", "deep%2Fk")).status_code == 403


def test_headers_have_a_limit(cloud: S3Cloud) -> None:
    answer = cloud.ask("GET", "/box", headers={"referer": "x" * (16 << 10)})
    assert (answer.status_code, b"<Code>RequestHeaderSectionTooLarge</Code>" in answer.content) == (400, True)


def test_what_is_asked_for_is_named_in_a_fault(cloud: S3Cloud) -> None:
    answer = cloud.ask("GET", "/nobucket/some%20key")
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["x-amz-request-id"] in answer.content.decode()
    assert b"<Code>NoSuchBucket</Code>" in answer.content
    assert b"<Resource>/s3/nobucket/some key</Resource>" in answer.content


def test_anybody_is_nobody(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(Bucket="box", Key="k", Body=b"x")
    for method, path in (("GET", "/box/k"), ("PUT", "/box/k"), ("DELETE", "/box/k"), ("GET", "/box"), ("PUT", "/new")):
        assert cloud.ask(method, path, b"").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PATCH", "/box/k", 405, "MethodNotAllowed"),
        ("GET", "/box?website", 501, "NotImplemented"),
        ("GET", "/box/k?torrent", 501, "NotImplemented"),
        ("GET", "/box?uploads&versions", 400, "InvalidArgument"),
        ("GET", "/box/%ff", 400, "InvalidURI"),
        ("PUT", "/", 405, "MethodNotAllowed"),
    ],
)
def test_what_nobody_answers(cloud: S3Cloud, method: str, path: str, status: int, code: str) -> None:
    answer = cloud.ask(method, path)
    assert (answer.status_code, f"<Code>{code}</Code>" in answer.content.decode()) == (status, True)
