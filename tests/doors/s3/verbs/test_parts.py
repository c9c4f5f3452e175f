"""Uploads in parts, as boto3 makes them."""

import base64
import hashlib
import io
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from tests.doors.s3.cloud import S3Cloud
from tests.doors.s3.conftest import refused

PIECE = bytes(range(256)) * (5 << 12)
TO = {"Bucket": "box", "Key": "k"}


def begin(s3: Any, **said: Any) -> Any:
    return {**TO, "UploadId": s3.create_multipart_upload(**TO, **said)["UploadId"]}


def put(s3: Any, upload: Any, number: int, body: bytes, **more: Any) -> Any:
    found = s3.upload_part(**upload, PartNumber=number, Body=body, **more)
    sums = {name: value for name, value in found.items() if name.startswith("Checksum")}
    return {"PartNumber": number, "ETag": found["ETag"], **sums}


def complete(s3: Any, upload: Any, parts: list[Any], **more: Any) -> Any:
    return s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **more)


def test_parts_become_an_object(s3: Any) -> None:
    upload = begin(s3, ContentType="text/x", Metadata={"x": "1"})
    parts = [put(s3, upload, number, body) for number, body in ((1, PIECE), (3, b"end"))]
    made = complete(s3, upload, parts)
    digests = b"".join(hashlib.md5(body, usedforsecurity=False).digest() for body in (PIECE, b"end"))
    assert made["ETag"] == f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-2"'
    found = s3.get_object(**TO)
    assert found["Body"].read() == PIECE + b"end"
    assert (found["ContentType"], found["Metadata"], found["ETag"]) == ("text/x", {"x": "1"}, made["ETag"])
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="box")
    assert complete(s3, upload, parts)["ETag"] == made["ETag"]  # once more, as if the answer had been lost
    assert refused(complete, s3, upload, parts[:1]) == (404, "NoSuchUpload")


def test_parts_of_the_object_can_be_read(s3: Any) -> None:
    upload = begin(s3)
    complete(s3, upload, [put(s3, upload, 1, PIECE), put(s3, upload, 2, b"end")])
    found = s3.get_object(**TO, PartNumber=2)
    assert (found["Body"].read(), found["PartsCount"]) == (b"end", 2)
    assert s3.head_object(**TO, PartNumber=1)["ContentLength"] == len(PIECE)
    assert refused(s3.get_object, **TO, PartNumber=3) == (416, "InvalidPartNumber")
    s3.put_object(Bucket="box", Key="whole", Body=b"x")
    assert s3.get_object(Bucket="box", Key="whole", PartNumber=1)["Body"].read() == b"x"


def test_boto3_uploads_large_files_so(s3: Any) -> None:
    body = PIECE * 3 + b"end"
    config = TransferConfig(multipart_threshold=1 << 20, multipart_chunksize=len(PIECE), use_threads=False)
    s3.upload_fileobj(io.BytesIO(body), "box", "k", Config=config)
    target = io.BytesIO()
    s3.download_fileobj("box", "k", target, Config=config)
    assert target.getvalue() == body
    assert s3.head_object(**TO)["ETag"].endswith('-4"')


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("CRC32", "COMPOSITE"),
        ("CRC32", "FULL_OBJECT"),
        ("CRC32C", "FULL_OBJECT"),
        ("CRC64NVME", "FULL_OBJECT"),
        ("SHA1", "COMPOSITE"),
        ("SHA256", "COMPOSITE"),
    ],
)
def test_checksums_of_the_whole(s3: Any, algorithm: str, kind: str) -> None:
    upload = begin(s3, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    parts = [put(s3, upload, n, body, ChecksumAlgorithm=algorithm) for n, body in ((1, PIECE), (2, b"end"))]
    made = complete(s3, upload, parts)
    name = f"Checksum{algorithm}"
    assert made["ChecksumType"] == kind
    found = s3.head_object(**TO, ChecksumMode="ENABLED")
    assert found[name] == made[name]
    if kind == "FULL_OBJECT":
        s3.put_object(Bucket="box", Key="same", Body=PIECE + b"end", ChecksumAlgorithm=algorithm)
        assert s3.head_object(Bucket="box", Key="same", ChecksumMode="ENABLED")[name] == made[name]
    else:
        assert made[name].endswith("-2")
    asked = s3.get_object_attributes(**TO, ObjectAttributes=["ObjectParts", "Checksum"])
    assert asked["ObjectParts"]["TotalPartsCount"] == 2
    assert [part["Size"] for part in asked["ObjectParts"]["Parts"]] == [len(PIECE), 3]
    assert (name in asked["ObjectParts"]["Parts"][0]) == (kind == "COMPOSITE")


def test_a_wrong_checksum_of_the_whole(s3: Any) -> None:
    upload = begin(s3, ChecksumAlgorithm="SHA256")
    parts = [put(s3, upload, 1, b"x", ChecksumAlgorithm="SHA256")]
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert refused(complete, s3, upload, parts, ChecksumSHA256=wrong) == (400, "BadDigest")
    right = base64.b64encode(hashlib.sha256(hashlib.sha256(b"x").digest()).digest()).decode()
    complete(s3, upload, parts, ChecksumSHA256=right)


def test_what_cannot_be_put_together(s3: Any) -> None:
    upload = begin(s3)
    parts = [put(s3, upload, number, b"small") for number in (1, 2)]
    assert refused(complete, s3, upload, parts) == (400, "EntityTooSmall")
    assert refused(complete, s3, upload, parts[::-1]) == (400, "InvalidPartOrder")
    assert refused(complete, s3, upload, [{"PartNumber": 1, "ETag": '"x"'}]) == (400, "InvalidPart")
    assert refused(complete, s3, upload, [{**parts[0], "PartNumber": 7}]) == (400, "InvalidPart")
    assert refused(complete, s3, upload, []) == (400, "MalformedXML")
    for number in (0, 10_001):
        assert refused(put, s3, upload, number, b"x") == (400, "InvalidArgument")
    gone = {**upload, "UploadId": "none"}
    assert refused(put, s3, gone, 1, b"x") == (404, "NoSuchUpload")
    complete(s3, upload, parts[:1], MpuObjectSize=5)


def test_conditions_of_completing(s3: Any) -> None:
    s3.put_object(**TO, Body=b"x")
    upload = begin(s3)
    parts = [put(s3, upload, 1, b"y")]
    assert refused(complete, s3, upload, parts, IfNoneMatch="*") == (412, "PreconditionFailed")
    assert refused(complete, s3, upload, parts, IfMatch='"z"') == (412, "PreconditionFailed")
    complete(s3, upload, parts, IfMatch=s3.head_object(**TO)["ETag"])


def test_an_upload_is_given_up(s3: Any) -> None:
    upload = begin(s3)
    put(s3, upload, 1, b"x")
    assert s3.abort_multipart_upload(**upload)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(s3.abort_multipart_upload, **upload) == (404, "NoSuchUpload")
    assert refused(s3.list_parts, **upload) == (404, "NoSuchUpload")


def test_parts_are_listed(s3: Any) -> None:
    upload = begin(s3, ChecksumAlgorithm="SHA1")
    for number in (1, 2, 5):
        put(s3, upload, number, b"x" * number, ChecksumAlgorithm="SHA1")
    found = s3.list_parts(**upload, MaxParts=2)
    assert [(part["PartNumber"], part["Size"]) for part in found["Parts"]] == [(1, 1), (2, 2)]
    assert (found["IsTruncated"], found["NextPartNumberMarker"], found["ChecksumAlgorithm"]) == (True, 2, "SHA1")
    assert all("ChecksumSHA1" in part for part in found["Parts"])
    rest = s3.list_parts(**upload, PartNumberMarker=2)
    assert [part["PartNumber"] for part in rest["Parts"]] == [5]


def test_uploads_are_listed(s3: Any) -> None:
    ids = [s3.create_multipart_upload(Bucket="box", Key=key)["UploadId"] for key in ("a/1", "b", "b")]
    found = s3.list_multipart_uploads(Bucket="box")
    assert [(each["Key"], each["UploadId"]) for each in found["Uploads"]] == list(
        zip(("a/1", "b", "b"), ids, strict=True)
    )
    assert found["Uploads"][0]["Owner"]["ID"] == "mine"
    rolled = s3.list_multipart_uploads(Bucket="box", Delimiter="/")
    assert [each["Prefix"] for each in rolled["CommonPrefixes"]] == ["a/"]
    page = s3.list_multipart_uploads(Bucket="box", MaxUploads=2)
    assert (page["IsTruncated"], page["NextKeyMarker"], page["NextUploadIdMarker"]) == (True, "b", ids[1])
    more = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
    assert [each["UploadId"] for each in s3.list_multipart_uploads(Bucket="box", **more)["Uploads"]] == [ids[2]]


def test_parts_are_copied(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(Bucket="box", Key="source", Body=PIECE + b"0123456789")
    upload = begin(s3, ChecksumAlgorithm="CRC32")
    source = {"CopySource": "box/source"}
    first = s3.upload_part_copy(**upload, **source, PartNumber=1)["CopyPartResult"]
    last = f"bytes={len(PIECE)}-{len(PIECE) + 9}"
    second = s3.upload_part_copy(**upload, **source, PartNumber=2, CopySourceRange=last)["CopyPartResult"]
    parts = [
        {"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
        for number, part in ((1, first), (2, second))
    ]
    complete(s3, upload, parts)
    assert s3.get_object(**TO)["Body"].read() == PIECE + b"0123456789" * 2
    again = begin(s3)
    for wrong, code in (
        ("bytes=0-99999999", "InvalidRange"),
        ("bytes=9-1", "InvalidArgument"),
        ("0-1", "InvalidArgument"),
    ):
        refusal = refused(s3.upload_part_copy, **again, **source, PartNumber=1, CopySourceRange=wrong)
        assert refusal[1] == code


def test_strangers_do_not_upload(cloud: S3Cloud, s3: Any) -> None:
    upload = begin(s3)
    theirs: Any = cloud.client("theirs")
    for call in (theirs.create_multipart_upload,):
        assert refused(call, **TO) == (403, "AccessDenied")
    assert refused(put, theirs, upload, 1, b"x") == (403, "AccessDenied")
    assert refused(theirs.list_multipart_uploads, Bucket="box") == (403, "AccessDenied")
    assert refused(theirs.abort_multipart_upload, **upload) == (403, "AccessDenied")
