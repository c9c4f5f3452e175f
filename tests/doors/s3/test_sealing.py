"""Objects sealed with the client's own key, as boto3 does it over TLS."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from altostratus.kernel.errors import NotImplementedHere
from tests.doors.s3.cloud import S3, S3Cloud
from tests.doors.s3.conftest import refused

K = {"Bucket": "box", "Key": "k"}
BIG = bytes(range(256)) * (5 << 12)
KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
OTHER = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"o" * 32}
SOURCE = {"CopySourceSSECustomerAlgorithm": "AES256", "CopySourceSSECustomerKey": b"k" * 32}


@pytest.fixture
def tls(cloud: S3Cloud) -> Any:
    client: Any = cloud.client(endpoint=S3.replace("http:", "https:"))
    client.create_bucket(Bucket="box")
    return client


def stored(tmp_path: Path) -> bytes:
    """All that is on disk."""
    folder = tmp_path / "objects"
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("body", [b"", b"hello, it is me", BIG])
def test_what_is_sealed_opens_with_its_key_alone(tls: Any, tmp_path: Path, body: bytes) -> None:
    put = tls.put_object(**K, Body=body, **KEY)
    assert put["SSECustomerAlgorithm"] == "AES256"
    got = tls.get_object(**K, **KEY)
    assert (got["Body"].read(), got["SSECustomerKeyMD5"]) == (body, put["SSECustomerKeyMD5"])
    assert body == b"" or body[:16] not in stored(tmp_path)
    assert refused(tls.get_object, **K) == (400, "InvalidRequest")
    assert refused(tls.get_object, **K, **OTHER) == (400, "InvalidRequest")
    assert refused(tls.head_object, **K) == (400, "400")
    assert tls.head_object(**K, **KEY)["ContentLength"] == len(body)
    tls.put_object(**K, Body=body)
    assert refused(tls.get_object, **K, **KEY) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (1, 17), (15, 16), (16, 31), (1_048_570, 1_048_590), (5_242_879, 5_242_879)]
)
def test_ranges_of_what_is_sealed(tls: Any, first: int, last: int) -> None:
    tls.put_object(**K, Body=BIG, **KEY)
    got = tls.get_object(**K, Range=f"bytes={first}-{last}", **KEY)
    assert got["Body"].read() == BIG[first : last + 1]


def test_sealed_parts(tls: Any) -> None:
    upload = {**K, "UploadId": tls.create_multipart_upload(**K, **KEY, ChecksumAlgorithm="CRC32")["UploadId"]}
    assert refused(tls.upload_part, **upload, PartNumber=1, Body=b"x") == (400, "InvalidRequest")
    assert refused(tls.upload_part, **upload, PartNumber=1, Body=b"x", **OTHER) == (400, "InvalidRequest")
    parts = [
        {"PartNumber": number, "ETag": tls.upload_part(**upload, PartNumber=number, Body=body, **KEY)["ETag"]}
        for number, body in ((1, BIG), (2, b"the end"))
    ]
    done = {**upload, "MultipartUpload": {"Parts": parts}}
    for key in ({}, OTHER):  # its parts have checksums, which say something of what was sealed
        assert refused(tls.complete_multipart_upload, **done, **key) == (400, "InvalidRequest")
    tls.complete_multipart_upload(**done, **KEY)
    assert tls.get_object(**K, **KEY)["Body"].read() == BIG + b"the end"
    across = tls.get_object(**K, **KEY, Range=f"bytes={len(BIG) - 3}-{len(BIG) + 2}")
    assert across["Body"].read() == BIG[-3:] + b"the"
    assert tls.get_object(**K, **KEY, PartNumber=2)["Body"].read() == b"the end"


def test_copies_of_what_is_sealed(tls: Any) -> None:
    tls.put_object(**K, Body=BIG, Metadata={"a": "b"}, **KEY)
    to = {"Bucket": "box", "Key": "copy", "CopySource": K}
    assert refused(tls.copy_object, **to) == (400, "InvalidRequest")
    tls.copy_object(**to, **SOURCE)
    found = tls.get_object(Bucket="box", Key="copy")
    assert (found["Body"].read(), found["Metadata"]) == (BIG, {"a": "b"})
    tls.copy_object(**to, **SOURCE, **OTHER)
    assert tls.get_object(Bucket="box", Key="copy", **OTHER)["Body"].read() == BIG
    upload = {**K, "UploadId": tls.create_multipart_upload(**K, **OTHER)["UploadId"]}
    part = tls.upload_part_copy(**upload, PartNumber=1, CopySource=K, CopySourceRange="bytes=5-20", **SOURCE, **OTHER)[
        "CopyPartResult"
    ]
    done = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    tls.complete_multipart_upload(**upload, MultipartUpload=done, **OTHER)
    assert tls.get_object(**K, **OTHER)["Body"].read() == BIG[5:21]


def test_no_other_door_gives_it_out(cloud: S3Cloud, tls: Any) -> None:
    tls.put_object(**K, Body=b"x", **KEY)
    facade = cloud.store.facade

    def look(tx: Any) -> None:
        bucket = facade.find_bucket(tx, "box")
        facade.open_object(tx, facade.find_object(tx, bucket.id, "k"))

    with pytest.raises(NotImplementedHere):
        cloud.run(facade.read(look))


def test_what_swift_puts_together_is_not_read_here(cloud: S3Cloud, tls: Any) -> None:
    tls.put_object(**K, Body=b"[]")
    facade = cloud.store.facade

    def change(tx: Any) -> None:
        found = facade.find_object(tx, facade.find_bucket(tx, "box").id, "k")
        facade.change_object(tx, found.id, system={"x-object-manifest": "c/p"})

    cloud.run(facade.write(change))
    assert refused(tls.get_object, **K) == (501, "NotImplemented")
    assert refused(tls.copy_object, Bucket="box", Key="c", CopySource=K) == (501, "NotImplemented")


def test_digests_are_of_what_is_sent(tls: Any) -> None:
    md5 = hashlib.md5(b"other", usedforsecurity=False)
    wrong = base64.b64encode(md5.digest()).decode()
    assert refused(tls.put_object, **K, Body=b"x", ContentMD5=wrong, **KEY) == (400, "BadDigest")
    right = base64.b64encode(hashlib.md5(b"x", usedforsecurity=False).digest()).decode()
    put = tls.put_object(**K, Body=b"x", ContentMD5=right, ChecksumAlgorithm="SHA256", **KEY)
    plain = tls.put_object(Bucket="box", Key="p", Body=b"x", ChecksumAlgorithm="SHA256")
    assert put["ChecksumSHA256"] == plain["ChecksumSHA256"]


def test_keys_do_not_travel_in_the_open(cloud: S3Cloud, tls: Any) -> None:
    tls.put_object(**K, Body=b"x", **KEY)
    opened: Any = cloud.client()
    headers = {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": "a" * 44,
    }
    opened.put_bucket_acl(Bucket="box", ACL="public-read-write")
    answer = cloud.ask("PUT", "/box/new", b"x", headers)
    assert (answer.status_code, b"secure connection" in answer.content) == (400, True)
    for wrong in ({}, {"x-amz-server-side-encryption-customer-key": "!"}):
        answer = cloud.ask("PUT", "https://cloud/s3/box/new", b"x", headers | wrong)
        assert (answer.status_code, b"<Code>InvalidArgument</Code>" in answer.content) == (400, True)


def test_a_static_large_object_is_sealed_as_a_whole(cloud: S3Cloud, tls: Any) -> None:
    """Its copy's bytes are no manifest any more: otherwise whoever seals could write one that names anything."""
    cloud.swift("PUT", "/box/part", b"abc")
    cloud.swift("PUT", "/box/large?multipart-manifest=put", b'[{"path": "box/part"}, {"path": "box/part"}]')
    tls.copy_object(**K, CopySource={"Bucket": "box", "Key": "large"}, **KEY)
    assert tls.get_object(**K, **KEY)["Body"].read() == b"abcabc"
    assert cloud.swift("GET", "/box/k").status_code == 501
