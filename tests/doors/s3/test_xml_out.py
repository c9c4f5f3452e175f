"""Answers about buckets' contents as botocore reads them."""

from datetime import UTC, datetime
from typing import Any

from lxml import etree

from altostratus.doors.s3 import xml_out
from altostratus.doors.s3.checksums import Algorithm, ChecksumType
from altostratus.doors.s3.nouns import Bucket, Deleted, Entry, NotDeleted, Owner, Page, Part, Upload
from tests.doors.s3.model import answer

THEN = datetime(2024, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)
READ = THEN
OWNER = Owner("o", "name")
SEEN_OWNER = {"ID": "o", "DisplayName": "name"}
CRC = {Algorithm.CRC32: "AAAAAA=="}
ENTRY = Entry("a b&<\x01", THEN, "e", 7, owner=OWNER, algorithm=Algorithm.CRC32, checksum_type=ChecksumType.FULL_OBJECT)
SEEN_ENTRY = {
    "Key": "a b&<\ufffd",
    "LastModified": READ,
    "ETag": '"e"',
    "ChecksumAlgorithm": ["CRC32"],
    "ChecksumType": "FULL_OBJECT",
    "Size": 7,
    "StorageClass": "STANDARD",
    "Owner": SEEN_OWNER,
}
PAGE = Page("b", "p r", "/", 10, True, prefixes=("x y/",))
SEEN_PAGE = {
    "Name": "b",
    "Prefix": "p r",
    "Delimiter": "/",
    "MaxKeys": 10,
    "IsTruncated": True,
    "CommonPrefixes": [{"Prefix": "x y/"}],
}
ENCODED = Page("b", "p r", " ", 10, encode=True, prefixes=("x y/",))


def test_buckets() -> None:
    xml = xml_out.buckets(OWNER, [Bucket("b", THEN, "mars"), Bucket("c", THEN)], prefix="p", token="t")
    listed = [{"Name": "b", "CreationDate": READ, "BucketRegion": "mars"}, {"Name": "c", "CreationDate": READ}]
    expected = {"Owner": SEEN_OWNER, "Buckets": listed, "Prefix": "p", "ContinuationToken": "t"}
    assert answer("ListBuckets", xml) == expected
    assert answer("ListBuckets", xml_out.buckets(OWNER, [])) == {"Owner": SEEN_OWNER, "Buckets": []}


def test_objects() -> None:
    seen = answer("ListObjects", xml_out.objects(PAGE, [ENTRY], "m", "n"))
    assert seen == {**SEEN_PAGE, "Marker": "m", "NextMarker": "n", "Contents": [SEEN_ENTRY]}
    empty = answer("ListObjects", xml_out.objects(Page("b"), []))
    assert empty == {"Name": "b", "Prefix": "", "MaxKeys": 1000, "IsTruncated": False, "Marker": ""}


def test_objects_version_2() -> None:
    xml = xml_out.objects_v2(PAGE, [ENTRY], start_after="s", token="t+", next_token="n")
    places = {"KeyCount": 2, "StartAfter": "s", "ContinuationToken": "t+", "NextContinuationToken": "n"}
    assert answer("ListObjectsV2", xml) == {**SEEN_PAGE, **places, "Contents": [SEEN_ENTRY]}


def texts(xml: bytes, *names: str) -> list[str | None]:
    return [etree.fromstring(xml).findtext(f".//{{*}}{name}") for name in names]


def test_encoded_names() -> None:
    v1 = xml_out.objects(ENCODED, [ENTRY], "m m", "n n")
    assert texts(v1, "EncodingType", "Prefix", "Delimiter", "Marker", "NextMarker", "Key") == [
        "url",
        "p r",
        "%20",
        "m%20m",
        "n%20n",
        "a%20b%26%3C%01",
    ]
    v2 = xml_out.objects_v2(ENCODED, [ENTRY], start_after="s s", token="t t")
    assert texts(v2, "StartAfter", "ContinuationToken", "CommonPrefixes/{*}Prefix") == ["s%20s", "t t", "x%20y/"]
    versions = xml_out.versions(ENCODED, [ENTRY], key_marker="k k", next_key="n n")
    assert texts(versions, "KeyMarker", "NextKeyMarker", "Key") == ["k%20k", "n%20n", "a%20b%26%3C%01"]
    uploads = xml_out.uploads(ENCODED, [Upload("k k", "u", THEN)], key_marker="k k", next_key="n n")
    assert texts(uploads, "KeyMarker", "NextKeyMarker", "Key") == ["k%20k", "n%20n", "k%20k"]


def test_versions() -> None:
    marker = Entry("k", THEN, version_id="2", latest=False, delete_marker=True, owner=OWNER)
    xml = xml_out.versions(PAGE, [marker, ENTRY], key_marker="k", version_marker="v", next_key="n", next_version="nv")
    seen_marker = {"Key": "k", "VersionId": "2", "IsLatest": False, "LastModified": READ, "Owner": SEEN_OWNER}
    assert answer("ListObjectVersions", xml) == {
        **SEEN_PAGE,
        "KeyMarker": "k",
        "VersionIdMarker": "v",
        "NextKeyMarker": "n",
        "NextVersionIdMarker": "nv",
        "DeleteMarkers": [seen_marker],
        "Versions": [{**SEEN_ENTRY, "VersionId": "null", "IsLatest": True}],
    }


UPLOAD = Upload("k", "u", THEN, OWNER, algorithm=Algorithm.CRC32, checksum_type=ChecksumType.COMPOSITE)
SEEN_UPLOAD: dict[str, Any] = {
    "Key": "k",
    "UploadId": "u",
    "StorageClass": "STANDARD",
    "Owner": SEEN_OWNER,
    "Initiator": SEEN_OWNER,
    "ChecksumAlgorithm": "CRC32",
    "ChecksumType": "COMPOSITE",
}


def test_uploads() -> None:
    xml = xml_out.uploads(PAGE, [UPLOAD], key_marker="k", id_marker="i", next_key="n", next_id="ni")
    page = {name: value for name, value in SEEN_PAGE.items() if name not in ("Name", "MaxKeys")}
    assert answer("ListMultipartUploads", xml) == {
        **page,
        "Bucket": "b",
        "MaxUploads": 10,
        "KeyMarker": "k",
        "UploadIdMarker": "i",
        "NextKeyMarker": "n",
        "NextUploadIdMarker": "ni",
        "Uploads": [{**SEEN_UPLOAD, "Initiated": READ}],
    }


def test_parts() -> None:
    part = Part(3, "e", 5, THEN, CRC)
    xml = xml_out.parts(Page("b", most=4, truncated=True), UPLOAD, [part], marker=2, next_marker=3)
    assert answer("ListParts", xml) == {
        **SEEN_UPLOAD,
        "Bucket": "b",
        "PartNumberMarker": 2,
        "NextPartNumberMarker": 3,
        "MaxParts": 4,
        "IsTruncated": True,
        "Parts": [{"PartNumber": 3, "LastModified": READ, "ETag": '"e"', "Size": 5, "ChecksumCRC32": "AAAAAA=="}],
    }


def test_uploads_begun_and_completed() -> None:
    begun = answer("CreateMultipartUpload", xml_out.upload_begun("b", "k", "u"))
    assert begun == {"Bucket": "b", "Key": "k", "UploadId": "u"}
    xml = xml_out.upload_completed("http://x", "b", "k", "e-2", CRC, ChecksumType.FULL_OBJECT)
    assert answer("CompleteMultipartUpload", xml) == {
        "Location": "http://x",
        "Bucket": "b",
        "Key": "k",
        "ETag": '"e-2"',
        "ChecksumCRC32": "AAAAAA==",
        "ChecksumType": "FULL_OBJECT",
    }


def test_copies() -> None:
    copied = {"ETag": '"e"', "LastModified": READ, "ChecksumCRC32": "AAAAAA=="}
    xml = xml_out.object_copied("e", THEN, CRC, ChecksumType.COMPOSITE)
    assert answer("CopyObject", xml) == {"CopyObjectResult": {**copied, "ChecksumType": "COMPOSITE"}}
    assert answer("UploadPartCopy", xml_out.part_copied("e", THEN, CRC)) == {"CopyPartResult": copied}


def test_deletions() -> None:
    items = [Deleted("a", "1"), Deleted("b", marker_id="m"), NotDeleted("c", "AccessDenied", "no", "2")]
    failed = {"Key": "c", "VersionId": "2", "Code": "AccessDenied", "Message": "no"}
    gone = [{"Key": "a", "VersionId": "1"}, {"Key": "b", "DeleteMarker": True, "DeleteMarkerVersionId": "m"}]
    assert answer("DeleteObjects", xml_out.deletions(items)) == {"Deleted": gone, "Errors": [failed]}
    assert answer("DeleteObjects", xml_out.deletions(items, quiet=True)) == {"Errors": [failed]}


def test_the_answer_to_a_form() -> None:
    xml = xml_out.post_response("http://x", "b", "k", "e")
    assert texts(xml, "Location", "Bucket", "Key", "ETag") == ["http://x", "b", "k", '"e"']


def test_attributes() -> None:
    listed = xml_out.attribute_parts(2, [Part(2, size=5, checksums=CRC)], marker=1, next_marker=2, most=1)
    xml = xml_out.attributes(
        etag="e", size=9, storage_class="STANDARD", checksums=CRC, kind=ChecksumType.COMPOSITE, parts_page=listed
    )
    assert answer("GetObjectAttributes", xml) == {
        "ETag": "e",
        "Checksum": {"ChecksumCRC32": "AAAAAA==", "ChecksumType": "COMPOSITE"},
        "ObjectParts": {
            "TotalPartsCount": 2,
            "PartNumberMarker": 1,
            "NextPartNumberMarker": 2,
            "MaxParts": 1,
            "IsTruncated": False,
            "Parts": [{"PartNumber": 2, "Size": 5, "ChecksumCRC32": "AAAAAA=="}],
        },
        "StorageClass": "STANDARD",
        "ObjectSize": 9,
    }
    assert answer("GetObjectAttributes", xml_out.attributes(size=9)) == {"ObjectSize": 9}
