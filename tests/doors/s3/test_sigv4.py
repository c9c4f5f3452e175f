"""Signatures of version 4 against botocore's signers and the values that Amazon publishes."""

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.claim import ClaimV4, Payload, PayloadKind, Request
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.signature import credentials_of, verify
from tests.doors.s3.signing import ACCESS, CREDENTIALS, REGION, SECRET, aws_request, seen

EMPTY = hashlib.sha256(b"").hexdigest()
NOON = datetime(2013, 5, 24, tzinfo=UTC)
HOST = ("host", "examplebucket.s3.amazonaws.com")
PUBLISHED = [
    (
        Request("GET", "/test.txt", "", [HOST, ("range", "bytes=0-9")]),
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        Request("GET", "/", "lifecycle", [HOST]),
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    (
        Request("GET", "/", "max-keys=2&prefix=J", [HOST]),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
    (
        Request(
            "PUT",
            "/test$file.text",
            "",
            [
                HOST,
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("x-amz-content-sha256", hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()),
            ],
        ),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
]


def published(request: Request, signature: str) -> Request:
    """One of Amazon's examples with the headers that they all have."""
    headers = [*request.headers, ("x-amz-date", "20130524T000000Z")]
    if request.header("x-amz-content-sha256") is None:
        headers.append(("x-amz-content-sha256", EMPTY))
    names = ";".join(sorted(name for name, _ in headers))
    credential = f"{ACCESS}/20130524/us-east-1/s3/aws4_request"
    value = f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={signature}"
    return dataclasses.replace(request, headers=[*headers, ("authorization", value)])


def check(request: Request, now: datetime | None = None, region: str = REGION, secret: str = SECRET) -> Payload:
    claim = credentials_of(request)
    assert isinstance(claim, ClaimV4)
    assert claim.access_key == ACCESS
    return verify(claim, request, secret, now or claim.when, region)


def refused(request: Request, *args: Any, **kwargs: Any) -> S3Error:
    with pytest.raises(S3Error) as caught:
        check(request, *args, **kwargs)
    return caught.value


def signed(method: str = "GET", path: str = "/bucket/key", query: str = "", **more: Any) -> Request:
    """A request signed by botocore in its header."""
    url = f"http://cloud:8774{path}" + (f"?{query}" if query else "")
    request = aws_request(method, url, **more)
    S3SigV4Auth(CREDENTIALS, "s3", REGION).add_auth(request)
    return seen(request)


class SaysOfItsBody(S3SigV4Auth):
    """botocore's signer, made to declare something else than the body's hash."""

    said = ""

    def payload(self, request: Any) -> str:
        return self.said


def declaring(said: str) -> Request:
    request = aws_request("PUT", "http://cloud:8774/bucket/key")
    signer = SaysOfItsBody(CREDENTIALS, "s3", REGION)
    signer.said = said
    signer.add_auth(request)
    return seen(request)


def presigned(method: str = "GET", path: str = "/bucket/key", expires: int = 3600, **more: Any) -> Request:
    request = aws_request(method, f"http://cloud:8774{path}", **more)
    S3SigV4QueryAuth(CREDENTIALS, "s3", REGION, expires=expires).add_auth(request)
    return seen(request)


def with_header(request: Request, name: str, value: str | None) -> Request:
    headers = [pair for pair in request.headers if pair[0] != name]
    return dataclasses.replace(request, headers=headers if value is None else [*headers, (name, value)])


def with_query(request: Request, **changes: str | None) -> Request:
    query = {**dict(request.pairs()), **{name.replace("_", "-"): value for name, value in changes.items()}}
    return dataclasses.replace(request, query=urlencode({k: v for k, v in query.items() if v is not None}))


@pytest.mark.parametrize(("request_", "signature"), PUBLISHED)
def test_amazons_examples(request_: Request, signature: str) -> None:
    assert check(published(request_, signature)).kind is PayloadKind.HASHED


def test_amazons_presigned_example() -> None:
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    assert check(Request("GET", "/test.txt", query, [HOST])).kind is PayloadKind.UNSIGNED


KEYS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(key=KEYS, query=st.dictionaries(KEYS, KEYS, max_size=3), body=st.binary(max_size=20))
def test_what_botocore_signs_verifies(key: str, query: dict[str, str], body: bytes) -> None:
    path = f"/s3/bucket//./../{quote(key, safe='/~')}"
    request = signed("PUT", path, urlencode(query, quote_via=quote, safe="-_.~"), data=body)
    payload = check(request)
    assert payload.sha256 == hashlib.sha256(body).hexdigest()
    payload.check(hashlib.sha256(body).hexdigest())


@given(key=KEYS, expires=st.integers(1, 604800))
def test_what_botocore_presigns_verifies(key: str, expires: int) -> None:
    request = presigned("GET", f"/s3/bucket/{quote(key, safe='/~')}?versionId=a%2Bb&x", expires)
    assert check(request).kind is PayloadKind.UNSIGNED


def test_headers_are_trimmed_joined_and_as_their_bytes() -> None:
    request = signed("PUT", headers={"x-amz-meta-a": "  one   two ", "Content-Type": "text/plain"})
    spaced = with_header(request, "x-amz-meta-a", "one two   ")
    assert check(spaced).kind is PayloadKind.HASHED


def test_a_token_comes_with_the_claim() -> None:
    claim = credentials_of(with_header(signed(), "x-amz-security-token", "t"))
    assert claim is not None
    assert claim.token == "t"


def test_another_body_is_noticed() -> None:
    payload = check(signed("PUT", data=b"mine"))
    with pytest.raises(S3Error) as caught:
        payload.check(EMPTY)
    assert caught.value.code == "XAmzContentSHA256Mismatch"
    assert caught.value.extra["S3ComputedContentSHA256"] == EMPTY


@pytest.mark.parametrize(
    "kind", [kind for kind in PayloadKind if kind is not PayloadKind.HASHED], ids=lambda kind: kind.name
)
def test_kinds_of_payload(kind: PayloadKind) -> None:
    request = declaring(kind.value)
    payload = check(request)
    claim = credentials_of(request)
    assert payload.kind is kind
    assert payload.chunked == kind.value.startswith("STREAMING")
    assert (payload.chain is not None) == kind.value.startswith("STREAMING-AWS4")
    assert payload.chain is None or payload.chain.seed == claim.signature  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "code"),
    [("abc", "InvalidArgument"), ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "NotImplemented")],
)
def test_payloads_that_are_none(value: str, code: str) -> None:
    assert refused(declaring(value)).code == code


def test_a_wrong_secret() -> None:
    error = refused(signed(), secret="other")
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)
    assert error.extra["AWSAccessKeyId"] == ACCESS
    assert error.extra["StringToSign"].startswith("AWS4-HMAC-SHA256\n")


@pytest.mark.parametrize(
    "changed",
    [{"method": "PUT"}, {"path": "/bucket/other"}, {"query": "acl"}, {"path": "/bucket//key"}],
    ids=str,
)
def test_another_request(changed: dict[str, str]) -> None:
    assert refused(dataclasses.replace(signed(), **changed)).code == "SignatureDoesNotMatch"  # type: ignore[arg-type]


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_wrong(minutes: int) -> None:
    request = signed()
    claim = credentials_of(request)
    assert isinstance(claim, ClaimV4)
    error = refused(request, now=claim.when + timedelta(minutes=minutes))
    assert (error.code, error.status) == ("RequestTimeTooSkewed", 403)
    assert error.extra["MaxAllowedSkewMilliseconds"] == "900000"


def test_another_region_names_the_right_one() -> None:
    error = refused(signed(), region="eu-west-3")
    assert (error.code, error.status) == ("AuthorizationHeaderMalformed", 400)
    assert error.extra == {"Region": "eu-west-3"}
    assert refused(presigned(), region="eu-west-3").code == "AuthorizationQueryParametersError"


CREDENTIAL = f"{ACCESS}/20130524/us-east-1/s3/aws4_request"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("AWS4-HMAC-SHA256", "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256 Credential=HAHAHA", "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x", "AuthorizationHeaderMalformed"),
        (
            f"AWS4-HMAC-SHA256 Credential={ACCESS}/today/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x",
            "AuthorizationHeaderMalformed",
        ),
        (f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host", "AuthorizationHeaderMalformed"),
        ("Bearer abc", "InvalidArgument"),
        ("\x07", "InvalidArgument"),
    ],
)
def test_headers_that_are_malformed(value: str, code: str) -> None:
    with pytest.raises(S3Error) as caught:
        credentials_of(Request("GET", "/", "", [HOST, ("x-amz-date", "20130524T000000Z"), ("authorization", value)]))
    assert caught.value.code == code


@pytest.mark.parametrize("part", ["20130525/us-east-1/s3/aws4_request", "20130524/us-east-1/ec2/aws4_request"])
def test_scopes_of_another_day_or_service(part: str) -> None:
    request = published(*PUBLISHED[0])
    value = (request.header("authorization") or "").replace("20130524/us-east-1/s3/aws4_request", part)
    assert refused(with_header(request, "authorization", value)).code == "AuthorizationHeaderMalformed"


def test_a_request_without_a_date() -> None:
    with pytest.raises(S3Error) as caught:
        credentials_of(with_header(signed(), "x-amz-date", None))
    assert caught.value.code == "AccessDenied"


def test_a_request_without_the_bodys_hash() -> None:
    assert refused(with_header(signed(), "x-amz-content-sha256", None)).code == "InvalidRequest"


def test_headers_that_must_be_signed() -> None:
    error = refused(with_header(signed(), "x-amz-acl", "public-read"))
    assert error.code == "AccessDenied"
    assert error.extra == {"HeadersNotSigned": "x-amz-acl"}
    value = f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=x-amz-date, Signature=x"
    hostless = Request("GET", "/", "", [HOST, ("x-amz-date", "20130524T000000Z"), ("authorization", value)])
    assert refused(hostless).extra == {"HeadersNotSigned": "host"}


def test_presigned_requests_end_and_begin() -> None:
    request = presigned(expires=60)
    claim = credentials_of(request)
    assert isinstance(claim, ClaimV4)
    assert check(request, claim.when + timedelta(seconds=59)).kind is PayloadKind.UNSIGNED
    late = refused(request, claim.when + timedelta(seconds=60))
    assert (late.code, late.message) == ("AccessDenied", "Request has expired")
    assert late.extra["X-Amz-Expires"] == "60"
    assert refused(request, claim.when - timedelta(minutes=16)).message == "Request is not valid yet"
    assert refused(presigned(expires=0), claim.when).message == "Request has expired"


@pytest.mark.parametrize(
    "changes",
    [
        {"X_Amz_Expires": "-7"},
        {"X_Amz_Expires": "604801"},
        {"X_Amz_Expires": "soon"},
        {"X_Amz_Expires": None},
        {"X_Amz_Date": "yesterday"},
        {"X_Amz_Date": "20130524T000000Z"},
        {"X_Amz_Credential": "x"},
        {"X_Amz_SignedHeaders": None},
        {"X_Amz_Algorithm": "AWS4-HMAC-SHA1"},
    ],
    ids=str,
)
def test_presigned_requests_that_are_malformed(changes: dict[str, str | None]) -> None:
    request = with_query(presigned(), **changes)
    with pytest.raises(S3Error) as caught:
        check(request, NOON)
    assert (caught.value.code, caught.value.status) == ("AuthorizationQueryParametersError", 400)


def test_a_presigned_signature_that_is_wrong() -> None:
    assert refused(with_query(presigned(), X_Amz_Signature="0" * 64)).code == "SignatureDoesNotMatch"
    assert refused(with_query(presigned(), partNumber="2")).code == "SignatureDoesNotMatch"


def test_two_signatures_are_one_too_many() -> None:
    with pytest.raises(S3Error) as caught:
        credentials_of(with_header(presigned(), "authorization", "AWS a:b"))
    assert caught.value.code == "InvalidArgument"


def test_no_signature_is_anonymous() -> None:
    assert credentials_of(Request("GET", "/", "prefix=Expires", [HOST])) is None
    assert credentials_of(Request("GET", "/", "", [HOST, ("authorization", "")])) is None


@given(
    path=st.text(st.characters(max_codepoint=255)),
    query=st.text(st.characters(max_codepoint=255)),
    value=st.text(st.characters(max_codepoint=255)),
)
def test_anything_gets_an_answer(path: str, query: str, value: str) -> None:
    request = signed()
    header = (request.header("authorization") or "")[:-1] + value
    odd = with_header(dataclasses.replace(request, path=path, query=query), "authorization", header)
    with pytest.raises(S3Error) as caught:
        check(odd, NOON)
    assert caught.value.status in (400, 403)


@pytest.mark.parametrize("header", [None, "UNSIGNED-PAYLOAD", hashlib.sha256(b"other").hexdigest()])
def test_a_hash_that_a_presigned_url_is_signed_with_binds_the_body(header: str | None) -> None:
    """Whatever a header says, which nobody need have signed."""

    class Hashed(S3SigV4QueryAuth):
        def payload(self, request: Any) -> str:
            return hashlib.sha256(b"mine").hexdigest()

    request = aws_request("PUT", f"http://cloud/bucket/key?X-Amz-Content-Sha256={hashlib.sha256(b'mine').hexdigest()}")
    Hashed(CREDENTIALS, "s3", REGION, expires=60).add_auth(request)
    payload = check(with_header(seen(request), "x-amz-content-sha256", header))
    payload.check(hashlib.sha256(b"mine").hexdigest())
    with pytest.raises(S3Error):
        payload.check(hashlib.sha256(b"other").hexdigest())
