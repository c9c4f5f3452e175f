"""Signatures, made with keystoneclient's signer, AWS's published examples, and by hand."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from keystoneclient.contrib.ec2.utils import Ec2Signer

from altostratus.services.identity.domain.signatures import (
    SignedRequest,
    is_expired,
    is_signed,
    is_signed_for_s3,
)

SECRET = "b121dd41cdcc42fe9f70e572e84295aa"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PARAMS = {"Action": "Describe & more", "Timestamp": "2026-11-20T12:00:00Z", "Ünï": "ä/~ +*"}
BODY_HASH = hashlib.sha256(b"body").hexdigest()
HEADERS = {
    "Host": "compute.example:8773",
    "X-Amz-Date": "20261120T120000Z",
    "Authorization": (
        "AWS4-HMAC-SHA256 Credential=AK/20261120/us-east-1/ec2/aws4_request, "
        "SignedHeaders=host;not-there;x-amz-date, Signature=unused"
    ),
}
QUERY = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AK/20261120/us-east-1/ec2/aws4_request",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Date": "20261120T120000Z",
}


def signed(params: dict[str, str], headers: dict[str, str] | None = None, **fields: Any) -> SignedRequest:
    """A request as keystoneclient signs it."""
    asked = {"verb": "GET", "host": "compute.example:8773", "path": "/services/Cloud", "body_hash": BODY_HASH} | fields
    given = {"params": dict(params), "headers": dict(headers or {}), **asked}
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return SignedRequest("AK", Ec2Signer(SECRET).generate(given), params=params, headers=lower, **asked)


REQUESTS = {
    "version 0": signed({**PARAMS, "SignatureVersion": "0"}),
    "version 1": signed({**PARAMS, "SignatureVersion": "1"}),
    "version 2": signed({**PARAMS, "SignatureVersion": "2"}),
    "version 4": signed(PARAMS, HEADERS),
    "version 4, POST": signed(PARAMS, HEADERS, verb="POST"),
    "version 4 in the query": signed({**PARAMS, **QUERY}, {"Host": "compute.example"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_keystoneclients_signatures_are_right(name: str) -> None:
    request = REQUESTS[name]
    assert is_signed(SECRET, request)
    assert not is_signed(SECRET + "x", request)
    assert not is_signed(SECRET, replace(request, signature=request.signature[:-1]))
    assert not is_signed(SECRET, replace(request, signature=""))
    assert not is_signed(SECRET, replace(request, signature="ä"))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("version 0", {"params": {**REQUESTS["version 0"].params, "Timestamp": "2026-11-20T12:00:01Z"}}),
        ("version 1", {"params": {**REQUESTS["version 1"].params, "more": "x"}}),
        ("version 2", {"verb": "POST"}),
        ("version 2", {"path": "/"}),
        ("version 2", {"host": "other:8773"}),
        ("version 4", {"verb": "PUT"}),
        ("version 4", {"path": "/"}),
        ("version 4", {"params": {}}),
        ("version 4", {"body_hash": ""}),
        ("version 4", {"headers": {**REQUESTS["version 4"].headers, "host": "other"}}),
        ("version 4", {"headers": {**REQUESTS["version 4"].headers, "x-amz-date": "20261120T120001Z"}}),
        ("version 4", {"headers": {**REQUESTS["version 4"].headers, "x-amz-date": "20261121T120000Z"}}),
        (
            "version 4",
            {"headers": {**REQUESTS["version 4"].headers, "authorization": "AWS4-HMAC-SHA256 Credential=AK"}},
        ),
        ("version 4", {"headers": {}}),
        ("version 4 in the query", {"params": {**REQUESTS["version 4 in the query"].params, "more": "x"}}),
    ],
)
def test_a_changed_request_is_not_signed(name: str, changed: dict[str, Any]) -> None:
    assert not is_signed(SECRET, replace(REQUESTS[name], **changed))


@pytest.mark.parametrize("name", ["version 2", "version 4"])
def test_some_clients_sign_the_host_without_its_port(name: str) -> None:
    without = REQUESTS[name].headers | {"host": "compute.example"}
    request = replace(
        signed(dict(REQUESTS[name].params), {**HEADERS, "Host": without["host"]}, host=without["host"]),
        host="compute.example:8773",
        headers=REQUESTS[name].headers,
    )
    assert is_signed(SECRET, request)
    assert not is_signed(SECRET, replace(request, host="[", headers={**request.headers, "host": "["}))


def test_awss_own_example() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html: GET Bucket Lifecycle"""
    nothing = hashlib.sha256(b"").hexdigest()
    request = SignedRequest(
        access="AKIAIOSFODNN7EXAMPLE",
        signature="fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        verb="GET",
        path="/",
        params={"lifecycle": ""},
        headers={
            "host": "examplebucket.s3.amazonaws.com",
            "x-amz-content-sha256": nothing,
            "x-amz-date": "20130524T000000Z",
            "authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=unused",
        },
        body_hash=nothing,
    )
    assert is_signed("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", request)


def s3(text: str, signature: str) -> SignedRequest:
    return SignedRequest("AK", signature, token=base64.urlsafe_b64encode(text.encode()).decode())


def test_s3_version_1() -> None:
    text = "GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/johnsmith/photos/puppy.jpg?ä"
    signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha1")).decode()
    assert is_signed_for_s3(SECRET, s3(text, signature))
    assert not is_signed_for_s3("other", s3(text, signature))
    assert not is_signed_for_s3(SECRET, s3(text + " ", signature))
    assert not is_signed_for_s3(SECRET, SignedRequest("AK", signature, token="no base 64"))


def version_4(text: str, service: str = "s3") -> str:
    key = f"AWS4{SECRET}".encode()
    for part in ("20130524", "us-east-1", service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@pytest.mark.parametrize("service", ["s3", "iam", "sts"])
def test_s3_version_4(service: str) -> None:
    text = f"AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/{service}/aws4_request\n{BODY_HASH}"
    assert is_signed_for_s3(SECRET, s3(text, version_4(text, service)))
    assert not is_signed_for_s3("other", s3(text, version_4(text, service)))


@pytest.mark.parametrize(
    "text",
    [
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/ec2/aws4_request\nx",
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/other\nx",
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3\nx",
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request",
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\nx\ny",
        "AWS4-HMAC-SHA512\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\nx",
    ],
)
def test_s3_signs_nothing_else(text: str) -> None:
    assert not is_signed_for_s3(SECRET, s3(text, version_4(text)))
    assert not is_signed_for_s3(SECRET, s3(text, version_4(text, "ec2")))


@pytest.mark.parametrize(
    ("params", "headers", "expired"),
    [
        ({}, {}, False),
        ({"Timestamp": "2026-11-20T11:45:00Z"}, {}, False),
        ({"Timestamp": "2026-11-20T11:45:00"}, {}, False),
        ({"Timestamp": "2026-11-20T11:44:59Z"}, {}, True),
        ({"Timestamp": "2026-11-20T12:44:59+01:00"}, {}, True),
        ({"Timestamp": "yesterday"}, {}, True),
        ({"Timestamp": "9999-12-31T23:59:59Z"}, {}, True),
        ({}, {"x-amz-date": "20261120T114500Z"}, False),
        ({}, {"x-amz-date": "20261120T114459Z"}, True),
        ({"X-Amz-Date": "20261120T114459Z"}, {}, True),
        ({"Timestamp": "2026-11-20T12:00:00Z"}, {"x-amz-date": "20261120T114459Z"}, True),
    ],
)
def test_every_time_that_a_request_tells_must_be_recent(
    params: dict[str, str], headers: dict[str, str], expired: bool
) -> None:
    request = SignedRequest("AK", "", params=params, headers=headers)
    assert is_expired(request, NOW, timedelta(minutes=15)) is expired
