"""Whole requests of boto3, as they would go out: signature, framing, checksum and body together."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from altostratus.doors.s3 import checksums, xml_in
from altostratus.doors.s3.checksums import Algorithm
from altostratus.doors.s3.chunked import ChunkedBody
from altostratus.doors.s3.claim import Payload, PayloadKind, Request
from altostratus.doors.s3.post_policy import parse
from altostratus.doors.s3.signature import credentials_of, credentials_of_form, verify, verify_form
from altostratus.doors.s3.sigv2 import resources
from tests.doors.s3.signing import ACCESS, REGION, SECRET

ODD = "dir//a b/../é+&=~*'()!.txt"


class Nothing(io.BytesIO):
    """The body of an empty answer, as urllib3 would give it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield b""


@dataclass
class Sent:
    """A request as it left, and what the door makes of it."""

    request: Request
    body: bytes

    def verify(self) -> Payload:
        claim = credentials_of(self.request)
        assert claim is not None
        assert claim.access_key == ACCESS
        return verify(claim, self.request, SECRET, datetime.now(UTC), REGION)

    def checked_body(self) -> bytes:
        """The body without its framing, if it is as its signature and its checksum say."""
        payload, headers = self.verify(), dict(self.request.headers)
        trailers: dict[str, str] = {}
        data = self.body
        if payload.chunked:
            length = int(headers["x-amz-decoded-content-length"])
            chunks = ChunkedBody(payload, length, checksums.announced(headers.get))
            data = unframed(chunks, self.body)
            trailers = chunks.trailers
        payload.check(hashlib.sha256(data).hexdigest())
        if expected := checksums.expected_of(headers):
            expected.check(checksums.checksum(expected.algorithm, data), trailers)
        return data


def unframed(chunks: ChunkedBody, framed: bytes) -> bytes:
    async def whole() -> AsyncIterator[bytes]:
        yield framed

    async def run() -> bytes:
        return b"".join([piece async for piece in chunks.decode(whole())])

    return asyncio.run(run())


class Cloud:
    """A client whose requests end here."""

    def __init__(self, scheme: str, version: str, style: str) -> None:
        self.sent: list[Sent] = []
        self.client = boto3.client(
            "s3",
            endpoint_url=f"{scheme}://cloud.example/s3",
            region_name=REGION,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            config=Config(signature_version=version, s3={"addressing_style": style}, parameter_validation=False),
        )
        self.client.meta.events.register("before-send.s3", self._send)

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        body = request.body or b""
        data = body if isinstance(body, bytes | bytearray) else body.read()
        self.sent.append(Sent(as_seen(request.method, request.url, dict(request.headers)), bytes(data)))
        return AWSResponse(request.url, 200, {}, Nothing())


def as_seen(method: str, url: str, headers: dict[str, Any]) -> Request:
    """What arrives."""
    parts = urlsplit(url)
    texts = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()
    }
    candidates = resources(parts.path, "/s3", parts.netloc.removesuffix("cloud.example").rstrip("."))
    return Request(method, parts.path, parts.query, list({"host": parts.netloc, **texts}.items()), candidates)


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["path", "virtual"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["s3v4", "s3"])
def cloud(request: pytest.FixtureRequest, scheme: str, style: str) -> Cloud:
    return Cloud(scheme, request.param, style)


CALLS: list[Callable[[Any], Any]] = [
    lambda s3: s3.list_buckets(),
    lambda s3: s3.create_bucket(Bucket="bucket"),
    lambda s3: s3.list_objects_v2(Bucket="bucket", Prefix=ODD, StartAfter="a b", MaxKeys=3),
    lambda s3: s3.list_object_versions(Bucket="bucket", KeyMarker=ODD),
    lambda s3: s3.get_object(Bucket="bucket", Key=ODD, Range="bytes=0-9", VersionId="a+b"),
    lambda s3: s3.get_object(Bucket="bucket", Key="k", ResponseContentType="text/plain; a=b"),
    lambda s3: s3.head_object(Bucket="bucket", Key=ODD),
    lambda s3: s3.delete_object(Bucket="bucket", Key=ODD),
    lambda s3: s3.create_multipart_upload(Bucket="bucket", Key=ODD, Metadata={"a": "  b  c "}),
    lambda s3: s3.copy_object(Bucket="bucket", Key="k", CopySource={"Bucket": "o", "Key": ODD}),
    lambda s3: s3.get_bucket_acl(Bucket="bucket"),
    lambda s3: s3.get_object_tagging(Bucket="bucket", Key=ODD, VersionId="null"),
    lambda s3: s3.get_bucket_lifecycle_configuration(Bucket="bucket"),
    lambda s3: s3.get_public_access_block(Bucket="bucket"),
    lambda s3: s3.get_object_lock_configuration(Bucket="bucket"),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_requests_verify(cloud: Cloud, number: int) -> None:
    CALLS[number](cloud.client)
    assert cloud.sent[-1].checked_body() is not None


@pytest.mark.parametrize("algorithm", [None, *Algorithm])
def test_uploads_verify(cloud: Cloud, algorithm: Algorithm | None) -> None:
    named = {"ChecksumAlgorithm": algorithm.value} if algorithm else {}
    data = b"payload" * 300_000
    cloud.client.put_object(Bucket="bucket", Key=ODD, Body=io.BytesIO(data), ACL="private", **named)
    assert cloud.sent[-1].checked_body() == data
    cloud.client.upload_part(Bucket="bucket", Key=ODD, UploadId="u+", PartNumber=2, Body=data, **named)
    assert cloud.sent[-1].checked_body() == data


def test_a_stream_over_https_has_a_trailer() -> None:
    cloud = Cloud("https", "s3v4", "path")
    cloud.client.put_object(Bucket="bucket", Key="k", Body=io.BytesIO(b"hello"))
    assert cloud.sent[-1].verify().kind is PayloadKind.UNSIGNED_CHUNKS_TRAILER
    assert cloud.sent[-1].body != cloud.sent[-1].checked_body() == b"hello"


def test_batches_are_read(cloud: Cloud) -> None:
    cloud.client.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": ODD}], "Quiet": True})
    assert [name.key for name in xml_in.deletion(cloud.sent[-1].checked_body()).names] == [ODD]


@pytest.mark.parametrize("operation", ["get_object", "put_object", "delete_object"])
def test_presigned_urls_verify(cloud: Cloud, operation: str) -> None:
    params = {"Bucket": "bucket", "Key": ODD}
    url = cloud.client.generate_presigned_url(operation, Params=params, ExpiresIn=60)
    method = operation.partition("_")[0].upper()
    assert Sent(as_seen(method, url, {}), b"").verify().kind is PayloadKind.UNSIGNED


def test_forms_verify(cloud: Cloud) -> None:
    conditions = [["starts-with", "$key", "u/"], ["content-length-range", 1, 9], {"acl": "private"}]
    form = cloud.client.generate_presigned_post("bucket", "u/${filename}", {"acl": "private"}, conditions, 60)["fields"]
    fields = {name.lower(): value for name, value in form.items()}
    claim = credentials_of_form(fields)
    assert claim is not None
    verify_form(claim, fields, SECRET, REGION)
    policy = parse(fields["policy"])
    policy.check({**fields, "bucket": "bucket", "file": ""}, datetime.now(UTC))
    assert (policy.least, policy.most) == (1, 9)
