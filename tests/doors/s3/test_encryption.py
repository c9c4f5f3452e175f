"""Encryption with keys of the cloud's, as boto3 asks for it; what must be on disk is looked at there."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.tx import Tx
from tests.doors.s3.cloud import S3, S3Cloud
from tests.doors.s3.conftest import refused
from tests.doors.s3.test_sealing import KEY, OTHER, SOURCE
from tests.doors.s3.verbs.test_forms import post, signed

K, COPY = {"Bucket": "box", "Key": "k"}, {"Bucket": "box", "Key": "copy"}
WORD = b"nobody may find these words on a disk. "
SOME, BIG = WORD * 50_000, WORD * 135_000
"""A file, and a part that is no last one."""
SSE = {"ServerSideEncryption": "AES256"}
HEADER = "x-amz-server-side-encryption"
AES256 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


@pytest.fixture
def tls(cloud: S3Cloud) -> Any:
    """A client that may send keys of its own."""
    client: Any = cloud.client(endpoint=S3.replace("http:", "https:"))
    client.create_bucket(Bucket="box")
    return client


@pytest.fixture
def encrypting(s3: Any) -> Any:
    """A client, with a bucket that encrypts."""
    s3.put_bucket_encryption(Bucket="box", ServerSideEncryptionConfiguration=AES256)
    return s3


def in_the_clear(tmp_path: Path) -> bool:
    paths = [*(tmp_path / "objects").rglob("*"), *tmp_path.glob("objects.db*")]
    return any(WORD in path.read_bytes() for path in paths if path.is_file())


def told(answer: Any) -> str | None:
    """What an answer says of encryption."""
    found: str | None = answer.get("ServerSideEncryption")
    assert found == answer["ResponseMetadata"]["HTTPHeaders"].get(HEADER)
    return found


def read(s3: Any, where: Any = K, **more: Any) -> tuple[bytes, str | None]:
    """An object, and what is said of its encryption, by HEAD too."""
    found = s3.get_object(**where, **more)
    assert told(s3.head_object(**where, **more)) == told(found)
    return found["Body"].read(), told(found)


@pytest.mark.parametrize("body", [b"", WORD, SOME])
def test_what_is_encrypted(s3: Any, tmp_path: Path, body: bytes) -> None:
    put = s3.put_object(**K, Body=body, ChecksumAlgorithm="SHA256", **SSE)
    assert told(put) == "AES256"
    assert put["ETag"] == f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    assert read(s3) == (body, "AES256")
    assert not in_the_clear(tmp_path)
    if body:
        assert s3.get_object(**K, Range="bytes=5-40")["Body"].read() == body[5:41]
    s3.put_object(**K, Body=body)
    assert read(s3) == (body, None)


def test_versions_are_encrypted_one_by_one(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": "Enabled"})
    first, second = s3.put_object(**K, Body=b"1", **SSE), s3.put_object(**K, Body=b"2")
    assert read(s3, VersionId=first["VersionId"]) == (b"1", "AES256")
    assert read(s3, VersionId=second["VersionId"]) == (b"2", None)


def test_parts_are_encrypted(s3: Any, tmp_path: Path) -> None:
    begun = s3.create_multipart_upload(**K, **SSE)
    upload = {**K, "UploadId": begun["UploadId"]}
    parts = [s3.upload_part(**upload, PartNumber=number, Body=body) for number, body in ((1, BIG), (2, WORD))]
    listed = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, 1)]
    made = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": listed})
    assert {told(answer) for answer in (begun, *parts, made)} == {"AES256"}
    assert made["ETag"].endswith('-2"')
    assert read(s3) == (BIG + WORD, "AES256")
    assert s3.get_object(**K, PartNumber=2)["Body"].read() == WORD
    assert not in_the_clear(tmp_path)


def test_a_form_asks_for_it(cloud: S3Cloud, s3: Any, tmp_path: Path) -> None:
    answer = post(cloud, signed(cloud, "k", {HEADER: "AES256"}, [{HEADER: "AES256"}]), WORD)
    assert (answer.status_code, answer.headers[HEADER]) == (204, "AES256")
    assert read(s3) == (WORD, "AES256")
    assert not in_the_clear(tmp_path)


FROM: dict[str, tuple[Any, Any]] = {"plain": ({}, {}), "sse-c": (KEY, SOURCE), "sse-s3": (SSE, {})}
TO: dict[str, tuple[Any, Any]] = {"plain": ({}, {}), "sse-c": (OTHER, OTHER), "sse-s3": (SSE, {})}


@pytest.mark.parametrize("to", TO)
@pytest.mark.parametrize("source", FROM)
def test_copies(tls: Any, source: str, to: str) -> None:
    (put, opens), (said, get) = FROM[source], TO[to]
    label = "AES256" if "sse-s3" in (to, source) and to != "sse-c" else None
    tls.put_object(**K, Body=SOME, **put)
    assert told(tls.copy_object(**COPY, CopySource=K, **opens, **said)) == label
    assert read(tls, COPY, **get) == (SOME, label)
    upload = {**COPY, "UploadId": tls.create_multipart_upload(**COPY, **said)["UploadId"]}
    part = tls.upload_part_copy(**upload, PartNumber=1, CopySource=K, CopySourceRange="bytes=5-99", **opens, **get)
    if to != "sse-c":  # whose entity tag is of what is kept
        assert part["CopyPartResult"]["ETag"] == f'"{hashlib.md5(SOME[5:100], usedforsecurity=False).hexdigest()}"'
    listed = [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]
    made = tls.complete_multipart_upload(**upload, MultipartUpload={"Parts": listed})
    assert {told(part), told(made)} == {"AES256" if to == "sse-s3" else None}
    assert read(tls, COPY, **get) == (SOME[5:100], told(made))


def test_a_copy_of_what_is_plain_is_written_anew(s3: Any, cloud: S3Cloud) -> None:
    """What refers to the same bytes would not be encrypted."""
    s3.put_object(**K, Body=WORD)
    s3.copy_object(**COPY, CopySource=K, **SSE)
    s3.copy_object(**K, CopySource=K, **SSE)  # onto itself, which is allowed for this
    facade = cloud.store.facade

    def keys(tx: Tx) -> list[Any]:
        box = facade.find_bucket(tx, "box").id
        found = [facade.find_object(tx, box, name) for name in ("k", "copy")]
        return [span.blob.key for each in found for span in facade.open_object(tx, each).spans]

    assert all(cloud.run(facade.read(keys)))
    assert read(s3) == read(s3, COPY) == (WORD, "AES256")


def test_a_copy_of_parts(tls: Any) -> None:
    upload = {**K, "UploadId": tls.create_multipart_upload(**K)["UploadId"]}
    parts = [tls.upload_part(**upload, PartNumber=number, Body=body) for number, body in ((1, BIG), (2, WORD))]
    listed = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, 1)]
    etag = tls.complete_multipart_upload(**upload, MultipartUpload={"Parts": listed})["ETag"]
    assert tls.copy_object(**COPY, CopySource=K, **SSE)["CopyObjectResult"]["ETag"] == etag
    found = tls.get_object(**COPY, PartNumber=2)
    assert (found["Body"].read(), found["PartsCount"]) == (WORD, 2)
    tls.copy_object(**COPY, CopySource=K, **KEY)
    assert read(tls, COPY, **KEY) == (BIG + WORD, None)


def test_a_bucket_encrypts_what_is_put_into_it(s3: Any, tmp_path: Path) -> None:
    missing = (404, "ServerSideEncryptionConfigurationNotFoundError")
    assert refused(s3.get_bucket_encryption, Bucket="box") == missing
    s3.put_object(Bucket="box", Key="before", Body=b"x")
    s3.put_bucket_encryption(Bucket="box", ServerSideEncryptionConfiguration=AES256)
    assert s3.get_bucket_encryption(Bucket="box")["ServerSideEncryptionConfiguration"] == AES256
    for body in (WORD, SOME):
        assert told(s3.put_object(**K, Body=body)) == "AES256"
        assert read(s3) == (body, "AES256")
    assert read(s3, {"Bucket": "box", "Key": "before"}) == (b"x", None)
    assert told(s3.copy_object(**COPY, CopySource={"Bucket": "box", "Key": "before"})) == "AES256"
    upload = s3.create_multipart_upload(**COPY)
    s3.upload_part(**COPY, UploadId=upload["UploadId"], PartNumber=1, Body=WORD)
    assert told(upload) == "AES256"
    assert not in_the_clear(tmp_path)
    s3.delete_bucket_encryption(Bucket="box")
    assert refused(s3.get_bucket_encryption, Bucket="box") == missing
    assert told(s3.put_object(**K, Body=WORD)) is None


def test_a_key_of_the_clients_goes_before_the_buckets(tls: Any) -> None:
    tls.put_bucket_encryption(Bucket="box", ServerSideEncryptionConfiguration=AES256)
    tls.put_object(**K, Body=b"x", **KEY)
    assert read(tls, **KEY) == (b"x", None)
    assert refused(tls.get_object, **K) == (400, "InvalidRequest")


def test_there_is_no_kms(encrypting: Any) -> None:
    kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}}]}
    put = encrypting.put_bucket_encryption
    assert refused(put, Bucket="box", ServerSideEncryptionConfiguration=kms) == (501, "NotImplemented")
    assert encrypting.get_bucket_encryption(Bucket="box")["ServerSideEncryptionConfiguration"] == AES256
    for said in ({"ServerSideEncryption": "aws:kms"}, {"SSEKMSKeyId": "k"}, {"BucketKeyEnabled": True}):
        assert refused(encrypting.put_object, **K, Body=b"x", **said) == (501, "NotImplemented")
        assert refused(encrypting.create_multipart_upload, **K, **said) == (501, "NotImplemented")
    assert refused(encrypting.head_object, **K) == (404, "404")


@pytest.mark.parametrize("said", [{"ServerSideEncryption": "AES192"}, {**SSE, "SSEKMSKeyId": "k"}, {**SSE, **KEY}])
def test_what_makes_no_sense(tls: Any, said: Any) -> None:
    assert refused(tls.put_object, **K, Body=b"x", **said) == (400, "InvalidArgument")
    assert refused(tls.head_object, **K) == (404, "404")


@pytest.mark.parametrize("call", ["GetObject", "HeadObject", "UploadPart"])
def test_only_who_makes_an_object_says_how_it_is_kept(s3: Any, call: str) -> None:
    s3.put_object(**K, Body=b"x", **SSE)
    upload = {**K, "UploadId": s3.create_multipart_upload(**K, **SSE)["UploadId"], "PartNumber": 1}
    s3.meta.events.register(f"before-call.s3.{call}", lambda params, **_: params["headers"].update({HEADER: "AES256"}))
    calls = {"GetObject": (s3.get_object, K), "HeadObject": (s3.head_object, K), "UploadPart": (s3.upload_part, upload)}
    method, options = calls[call]
    assert refused(method, **options) == (400, "400" if call == "HeadObject" else "InvalidArgument")


@pytest.mark.parametrize(
    "condition", [{"StringNotEquals": {f"s3:{HEADER}": "AES256"}}, {"Null": {f"s3:{HEADER}": "true"}}]
)
def test_a_policy_demands_it(s3: Any, condition: Any) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::box/*"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    s3.put_bucket_policy(Bucket="box", Policy=json.dumps(policy))
    denied = (403, "AccessDenied")
    assert refused(s3.put_object, **K, Body=b"x") == denied
    assert refused(s3.create_multipart_upload, **K) == denied
    s3.put_object(**K, Body=b"x", **SSE)
    assert refused(s3.copy_object, **COPY, CopySource=K) == denied
    s3.copy_object(**COPY, CopySource=K, **SSE)
    upload = {**K, "UploadId": s3.create_multipart_upload(**K, **SSE)["UploadId"]}
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=WORD)["ETag"]}
    for _ in range(2):  # the second time as if the answer had been lost
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    assert read(s3) == (WORD, "AES256")


def test_a_policy_demands_a_key_of_the_clients(tls: Any) -> None:
    condition = {"Null": {f"s3:{HEADER}-customer-algorithm": "true"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::box/*"}
    tls.put_bucket_policy(Bucket="box", Policy=json.dumps({"Statement": [{**statement, "Condition": condition}]}))
    assert refused(tls.put_object, **K, Body=b"x", **SSE) == (403, "AccessDenied")
    tls.put_object(**K, Body=b"x", **KEY)


def test_no_condition_is_half_understood(s3: Any) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::box/*"}
    for wrong in (
        {"Null": {f"s3:{HEADER}": "perhaps"}},
        {"Null": {"s3:fly": "true"}},
        {"Bool": {f"s3:{HEADER}": "true"}},
    ):
        text = json.dumps({"Statement": [{**statement, "Condition": wrong}]})
        assert refused(s3.put_bucket_policy, Bucket="box", Policy=text) == (400, "MalformedPolicy")
