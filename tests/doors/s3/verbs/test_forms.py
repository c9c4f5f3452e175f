"""Objects from forms in browsers, signed by boto3."""

import json
from typing import Any

import pytest

from tests.doors.s3.cloud import S3, Answer, S3Cloud
from tests.doors.s3.conftest import refused

BOUNDARY = "-----x"


def form(fields: dict[str, str], file: bytes | None, name: str = "my file.txt", more: bytes = b"") -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    if file is not None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        parts += [head.encode(), b"Content-Type: text/x\r\n\r\n", file, b"\r\n"]
    return b"".join(parts) + more + f"--{BOUNDARY}--\r\n".encode()


def post(cloud: S3Cloud, fields: dict[str, str], file: bytes | None, **more: Any) -> Answer:
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return cloud.ask("POST", "/box", form(fields, file, **more), headers)


def signed(cloud: S3Cloud, key: str, fields: Any = None, conditions: Any = None, **config: Any) -> dict[str, str]:
    client: Any = cloud.client(**config)
    made: dict[str, str] = client.generate_presigned_post("box", key, Fields=fields, Conditions=conditions)["fields"]
    return made


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize("size", [0, 5, 300_000])
def test_a_signed_form(cloud: S3Cloud, s3: Any, version: str, size: int) -> None:
    data = b"\r\n-----" * (size // 7) + b"x" * (size % 7)
    answer = post(cloud, signed(cloud, "k", signature_version=version), data)
    assert answer.status_code == 204, answer.content
    found = s3.get_object(Bucket="box", Key="k")
    # what the part of the file says of its type nobody has signed
    assert (found["Body"].read(), found["ContentType"]) == (data, "binary/octet-stream")
    assert answer.headers["etag"] == found["ETag"]
    assert answer.headers["location"].endswith("/s3/box/k")


def test_the_name_of_the_file(cloud: S3Cloud, s3: Any) -> None:
    assert post(cloud, signed(cloud, "up/${filename}"), b"x", name="C:\\dir\\ü.txt").status_code == 204
    assert s3.head_object(Bucket="box", Key="up/ü.txt")


def test_what_a_form_says_of_the_object(cloud: S3Cloud, s3: Any) -> None:
    tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v &amp; w</Value></Tag></TagSet></Tagging>"
    said = {"acl": "public-read", "x-amz-meta-color": "rot ü", "Cache-Control": "no-store", "tagging": tags}
    answer = post(cloud, signed(cloud, "k", said, [{name: value} for name, value in said.items()]), b"x")
    assert answer.status_code == 204, answer.content
    assert cloud.ask("GET", "/box/k").headers["cache-control"] == "no-store"
    assert cloud.ask("GET", "/box/k").headers["x-amz-meta-color"] == "rot ü"
    assert s3.get_object_tagging(Bucket="box", Key="k")["TagSet"] == [{"Key": "k", "Value": "v & w"}]


@pytest.mark.parametrize(("asked", "status"), [("200", 200), ("201", 201), ("204", 204), ("404", 204)])
def test_the_status_that_is_asked_for(cloud: S3Cloud, s3: Any, asked: str, status: int) -> None:
    said = {"success_action_status": asked}
    answer = post(cloud, signed(cloud, "k", said, [said]), b"x")
    assert answer.status_code == status
    assert (b"<PostResponse" in answer.content) == (status == 201)


def test_where_it_goes_then(cloud: S3Cloud, s3: Any) -> None:
    said = {"success_action_redirect": "http://page.example/done?x=1"}
    answer = post(cloud, signed(cloud, "k", said, [said]), b"x")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://page.example/done?x=1&bucket=box&key=k&etag=%22")


@pytest.mark.parametrize("target", ["http://[", "http://a/\x7f", "http://a/ b", "ftp://a/", "http:///x", "//a"])
def test_a_redirect_to_nowhere_is_none(cloud: S3Cloud, s3: Any, target: str) -> None:
    s3.put_bucket_acl(Bucket="box", ACL="public-read-write")
    answer = post(cloud, {"key": "k", "success_action_redirect": target}, b"x")
    assert (answer.status_code, answer.headers["location"]) == (204, f"{S3}/box/k")


def test_what_the_policy_does_not_allow(cloud: S3Cloud, s3: Any) -> None:
    fields = signed(cloud, "k", conditions=[["content-length-range", 2, 4]])
    assert post(cloud, fields, b"xxx").status_code == 204
    for file, code in ((b"x", b"EntityTooSmall"), (b"x" * 5, b"EntityTooLarge")):
        answer = post(cloud, fields, file)
        assert (answer.status_code, code in answer.content) == (400, True)
    for changed in ({"key": "other"}, {"x-amz-meta-a": "b"}):
        assert post(cloud, {**fields, **changed}, b"xxx").status_code == 403
    wrong = post(cloud, {**fields, "x-amz-signature": "0" * 64, "signature": "x"}, b"xxx")
    assert wrong.status_code == 403
    cloud.clock.move(hours=2)
    assert b"Policy expired" in post(cloud, fields, b"xxx").content
    assert s3.meta.config


def test_nobody_posts_unless_all_may(cloud: S3Cloud, s3: Any) -> None:
    assert post(cloud, {"key": "k"}, b"x").status_code == 403
    assert refused(s3.head_object, Bucket="box", Key="k") == (404, "404")
    s3.put_bucket_acl(Bucket="box", ACL="public-read-write")
    assert post(cloud, {"key": "k"}, b"x").status_code == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form({"key": "k"}, None), "IncorrectNumberOfFilesInPostRequest"),
        (form({}, b"x"), "InvalidArgument"),
        (form({"key": "k"}, b"x")[:-30], "MalformedPOSTRequest"),
        (b"", "MalformedPOSTRequest"),
        (b"nothing", "MalformedPOSTRequest"),
        (form({"key": "k", "x": "y" * 30_000}, b"x"), "MaxPostPreDataLengthExceededError"),
        (form({"key": "k" * 1100}, b"x"), "KeyTooLongError"),
        (form({"key": "k", "policy": "x"}, b"x"), "AccessDenied"),
        (form({"key": "k", "x-amz-meta-a": "b\r\nset-cookie: c"}, b"x"), "InvalidArgument"),
        (form({"key": "k", "x-amz-meta-a: b": "c"}, b"x"), "InvalidArgument"),
        (form({"key": "k", "awsaccesskeyid": "mine"}, b"x"), "InvalidArgument"),
        (form({"key": "k", "awsaccesskeyid": "no", "policy": "x", "signature": "x"}, b"x"), "InvalidAccessKeyId"),
    ],
)
def test_forms_that_are_none(cloud: S3Cloud, s3: Any, body: bytes, code: str) -> None:
    answer = cloud.ask("POST", "/box", body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"})
    assert f"<Code>{code}</Code>" in answer.content.decode()


def test_a_boundary_may_be_of_any_bytes(cloud: S3Cloud, s3: Any) -> None:
    s3.put_bucket_acl(Bucket="box", ACL="public-read-write")
    boundary = "--€".encode()
    body = form({"key": "k"}, b"x").replace(BOUNDARY.encode(), boundary)
    said = f"multipart/form-data; boundary={boundary.decode('latin-1')}"
    assert cloud.ask("POST", "/box", body, {"content-type": said}).status_code == 204


def test_what_is_no_form_at_all(cloud: S3Cloud, s3: Any) -> None:
    assert b"RequestIsNotMultiPartContent" in cloud.ask("POST", "/box", b"x").content


def test_policies_see_the_browser_of_a_form(cloud: S3Cloud, s3: Any) -> None:
    bad = {"StringLike": {"aws:Referer": "http://bad/*"}}
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::box/*"}
    s3.put_bucket_policy(Bucket="box", Policy=json.dumps({"Statement": [{**denied, "Condition": bad}]}))
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    for referer, status in (("http://good/", 204), ("http://bad/", 403)):
        body = form(signed(cloud, "k"), b"x")
        assert cloud.ask("POST", "/box", body, {**headers, "referer": referer}).status_code == status
