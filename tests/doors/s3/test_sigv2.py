"""Signatures of version 2 against botocore's signers and the values that Amazon publishes."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import HmacV1Auth, HmacV1QueryAuth
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.claim import ClaimV2, Payload, PayloadKind, Request
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.instants import sent_at
from altostratus.doors.s3.router import BUCKET, OBJECT
from altostratus.doors.s3.signature import credentials_of, verify
from altostratus.doors.s3.sigv2 import LATER, SUBRESOURCES, resources
from tests.doors.s3.signing import ACCESS, CREDENTIALS, REGION, SECRET, aws_request, seen


def check(request: Request, now: datetime | None = None, secret: str = SECRET) -> Payload:
    claim = credentials_of(request)
    assert isinstance(claim, ClaimV2)
    assert claim.access_key == ACCESS
    if claim.expires is None:
        return verify(claim, request, secret, now or sent_at(request), REGION)
    end = datetime.fromtimestamp(claim.expires, UTC)
    return verify(claim, request, secret, now or end - timedelta(seconds=1), REGION)


def refused(request: Request, *args: Any, **kwargs: Any) -> S3Error:
    with pytest.raises(S3Error) as caught:
        check(request, *args, **kwargs)
    return caught.value


def signed(url: str = "http://cloud/bucket/key", method: str = "GET", **headers: str) -> Request:
    request = aws_request(method, url, {name.replace("_", "-"): value for name, value in headers.items()})
    HmacV1Auth(CREDENTIALS).add_auth(request)
    return seen(request)


def presigned(url: str = "http://cloud/bucket/key", method: str = "GET", **headers: str) -> Request:
    request = aws_request(method, url, {name.replace("_", "-"): value for name, value in headers.items()})
    HmacV1QueryAuth(CREDENTIALS, 60).add_auth(request)
    sent = seen(request)
    return dataclasses.replace(sent, headers=[pair for pair in sent.headers if pair[0] == "host"])


def example(method: str, path: str, query: str, signature: str, *headers: tuple[str, str]) -> Request:
    return Request(
        method, path, query, [*headers, ("authorization", f"AWS {ACCESS}:{signature}")], ("/awsexamplebucket1" + path,)
    )


PUBLISHED = [
    example(
        "GET",
        "/photos/puppy.jpg",
        "",
        "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
        ("date", "Tue, 27 Mar 2007 19:36:42 +0000"),
    ),
    example(
        "PUT",
        "/photos/puppy.jpg",
        "",
        "iqRzw+ileNPu1fhspnRs8nOjjIA=",
        ("content-type", "image/jpeg"),
        ("content-length", "94328"),
        ("date", "Tue, 27 Mar 2007 21:15:45 +0000"),
    ),
    example(
        "GET",
        "/",
        "prefix=photos&max-keys=50&marker=puppy",
        "m0WP8eCtspQl5Ahe6L1SozdX9YA=",
        ("date", "Tue, 27 Mar 2007 19:42:41 +0000"),
    ),
    example("GET", "/", "acl", "82ZHiFIjc+WbcwFKGUVEQspPn+0=", ("date", "Tue, 27 Mar 2007 19:44:46 +0000")),
]


@pytest.mark.parametrize("request_", PUBLISHED, ids=["get", "put", "list", "acl"])
def test_amazons_examples(request_: Request) -> None:
    assert check(request_).kind is PayloadKind.UNSIGNED


@given(key=st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_what_botocore_signs_verifies(key: str) -> None:
    url = f"http://cloud/s3/bucket/{quote(key, safe='/~')}?uploadId=a%2Bb%20c&partNumber=3&prefix=x"
    assert check(signed(url, "PUT", x_amz_meta_b="  2", x_amz_acl="private", Content_Type="text/plain")).sha256 is None
    assert check(presigned(url)).sha256 is None


def test_a_presigned_upload_carries_its_headers_in_the_url() -> None:
    request = presigned(method="PUT", x_amz_acl="public-read", Content_Type="text/plain")
    assert "x-amz-acl" in request.query
    assert check(request).kind is PayloadKind.UNSIGNED


def test_the_resource_may_be_any_of_several() -> None:
    request = signed("http://cloud/bucket/key")
    elsewhere = dataclasses.replace(request, path="/s3/bucket/key", resources=("/s3/bucket/key", "/bucket/key"))
    assert check(elsewhere).kind is PayloadKind.UNSIGNED


@pytest.mark.parametrize(
    ("path", "bucket", "found"),
    [
        ("/s3/bucket/key/", None, ("/s3/bucket/key/", "/bucket/key/")),
        ("/s3/bucket", None, ("/s3/bucket", "/bucket", "/bucket/")),
        ("/s3", "b", ("/s3", "/b/")),
        ("/s3/key", "b", ("/s3/key", "/b/key")),
        ("/s3", None, ("/s3", "/")),
    ],
)
def test_resources_of_a_path(path: str, bucket: str | None, found: tuple[str, ...]) -> None:
    assert resources(path, "/s3", bucket) == found


@pytest.mark.parametrize("change", [{"method": "PUT"}, {"path": "/bucket/other"}, {"query": "acl"}], ids=str)
def test_another_request(change: dict[str, Any]) -> None:
    for request in (signed(), presigned()):
        query = f"{request.query}&{change['query']}" if "query" in change else request.query
        assert refused(dataclasses.replace(request, **{**change, "query": query})).code == "SignatureDoesNotMatch"


def test_a_wrong_secret() -> None:
    error = refused(signed(), secret="other")
    assert error.code == "SignatureDoesNotMatch"
    assert error.extra["StringToSign"].startswith("GET\n")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_wrong(minutes: int) -> None:
    request = signed()
    assert refused(request, sent_at(request) + timedelta(minutes=minutes)).code == "RequestTimeTooSkewed"


@pytest.mark.parametrize("date", ["Bad Date", ""])
def test_a_date_that_is_none(date: str) -> None:
    """x-amz-date stands for Date, and Date not for an x-amz-date that is no date."""
    request = signed()
    assert any(name == "date" for name, _ in request.headers)
    wrong = dataclasses.replace(request, headers=[*request.headers, ("x-amz-date", date)])
    assert refused(wrong, datetime.now(UTC)).code == "AccessDenied"


def test_a_url_that_has_expired() -> None:
    request = presigned()
    error = refused(request, datetime.now(UTC) + timedelta(hours=1))
    assert (error.code, error.message) == ("AccessDenied", "Request has expired")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("AWSAccessKeyId=a", "AccessDenied"),
        ("Signature=a&AWSAccessKeyId=b", "AccessDenied"),
        ("Signature=a&AWSAccessKeyId=b&Expires=soon", "AccessDenied"),
        ("Signature=a&AWSAccessKeyId=b&Expires=" + "9" * 40, "AccessDenied"),
    ],
)
def test_urls_that_are_malformed(query: str, code: str) -> None:
    with pytest.raises(S3Error) as caught:
        credentials_of(Request("GET", "/", query, []))
    assert caught.value.code == code


@pytest.mark.parametrize("value", ["AWS HAHAHA", "AWS :", "AWS a:", "AWS :b"])
def test_headers_that_are_malformed(value: str) -> None:
    with pytest.raises(S3Error) as caught:
        credentials_of(Request("GET", "/", "", [("authorization", value)]))
    assert (caught.value.code, caught.value.status) == ("InvalidArgument", 400)


@pytest.mark.parametrize("date", [None, "", "whenever", "Fri, 99 May 2013 00:00:00 GMT"])
def test_dates_that_are_none(date: str | None) -> None:
    headers = [("authorization", "AWS AKIAIOSFODNN7EXAMPLE:b")] + ([("date", date)] if date is not None else [])
    assert refused(Request("GET", "/", "", headers), datetime.now(UTC)).code == "AccessDenied"


def test_chunks_cannot_be_signed_with_it() -> None:
    assert refused(signed(x_amz_content_sha256=PayloadKind.SIGNED_CHUNKS.value)).code == "InvalidRequest"


def test_whatever_chooses_what_is_done_is_signed() -> None:
    """In URLs. `list-type` alone is not, as clients of version 2 do not sign it: it chooses how a list is shown."""
    assert {what for _, what in (*BUCKET, *OBJECT)} - {"", "list-type"} <= SUBRESOURCES | LATER
    url = presigned(method="PUT")
    query = f"{url.query}&retention"
    assert refused(dataclasses.replace(url, query=query)).code == "SignatureDoesNotMatch"
