"""The XML answers about buckets' contents: listings, uploads, copies, deletions.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from altostratus.doors.s3.checksums import ChecksumType
from altostratus.doors.s3.nouns import (
    Bucket,
    Checksums,
    Deleted,
    Entry,
    NotDeleted,
    Owner,
    Page,
    Part,
    Upload,
)
from altostratus.doors.s3.xml_build import Content, Element, document, quoted, url_encoded


def owner_of(owner: Owner | None) -> list[Element] | None:
    return None if owner is None else [("ID", owner.id), ("DisplayName", owner.name)]


def buckets(owner: Owner, found: Iterable[Bucket], prefix: str | None = None, token: str | None = None) -> bytes:
    """ListBuckets."""
    entries: list[Element] = [("Bucket", _bucket(bucket)) for bucket in found]
    content: list[Element] = [("Owner", owner_of(owner)), ("Buckets", entries)]
    return document("ListAllMyBucketsResult", [*content, ("Prefix", prefix), ("ContinuationToken", token)])


def _bucket(bucket: Bucket) -> Iterator[Element]:
    yield "Name", bucket.name
    yield "CreationDate", bucket.created
    yield "BucketRegion", bucket.region


def _page(page: Page, prefix: str | None = None) -> Iterator[Element]:
    """What all listings of keys say of themselves."""
    yield "Name", page.bucket
    yield "Prefix", url_encoded(page.prefix, page.encode) if prefix is None else prefix
    yield "MaxKeys", page.most
    yield from _form(page)
    yield "IsTruncated", page.truncated


def _form(page: Page) -> Iterator[Element]:
    yield "Delimiter", url_encoded(page.delimiter, page.encode) or None
    yield "EncodingType", "url" if page.encode else None


def _prefixes(page: Page) -> Iterator[Element]:
    for prefix in page.prefixes:
        yield "CommonPrefixes", [("Prefix", url_encoded(prefix, page.encode))]


def _object(entry: Entry, page: Page) -> Iterator[Element]:
    yield "Key", url_encoded(entry.key, page.encode)
    yield "LastModified", entry.modified
    if not entry.delete_marker:
        yield "ETag", quoted(entry.etag)
        yield "ChecksumAlgorithm", entry.algorithm
        yield "ChecksumType", entry.checksum_type
        yield "Size", entry.size
        yield "StorageClass", entry.storage_class
    yield "Owner", owner_of(entry.owner)


def objects(page: Page, entries: Iterable[Entry], marker: str = "", next_marker: str | None = None) -> bytes:
    """ListObjects, version 1, in which the prefix is never encoded: clients do not decode it."""
    markers: list[Element] = [("Marker", url_encoded(marker, page.encode))]
    if next_marker is not None:
        markers.append(("NextMarker", url_encoded(next_marker, page.encode)))
    contents: list[Element] = [("Contents", _object(entry, page)) for entry in entries]
    return document("ListBucketResult", [*_page(page, page.prefix), *markers, *contents, *_prefixes(page)])


def objects_v2(
    page: Page,
    entries: Iterable[Entry],
    *,
    start_after: str | None = None,
    token: str | None = None,
    next_token: str | None = None,
) -> bytes:
    """ListObjectsV2. Tokens are opaque and never encoded."""
    contents: list[Element] = [("Contents", _object(entry, page)) for entry in entries]
    after = None if start_after is None else url_encoded(start_after, page.encode)
    places: list[Element] = [
        ("KeyCount", len(contents) + len(page.prefixes)),
        ("StartAfter", after),
        ("ContinuationToken", token),
        ("NextContinuationToken", next_token),
    ]
    return document("ListBucketResult", [*_page(page), *places, *contents, *_prefixes(page)])


def versions(
    page: Page,
    entries: Iterable[Entry],
    *,
    key_marker: str = "",
    version_marker: str = "",
    next_key: str | None = None,
    next_version: str | None = None,
) -> bytes:
    """ListObjectVersions: versions and delete markers, in their order."""
    places: list[Element] = [
        ("KeyMarker", url_encoded(key_marker, page.encode)),
        ("VersionIdMarker", version_marker),
        ("NextKeyMarker", None if next_key is None else url_encoded(next_key, page.encode)),
        ("NextVersionIdMarker", next_version),
    ]
    found: list[Element] = [
        (
            "DeleteMarker" if entry.delete_marker else "Version",
            [*_object(entry, page), ("VersionId", entry.version_id), ("IsLatest", entry.latest)],
        )
        for entry in entries
    ]
    return document("ListVersionsResult", [*_page(page), *places, *found, *_prefixes(page)])


def uploads(
    page: Page,
    found: Iterable[Upload],
    *,
    key_marker: str = "",
    id_marker: str = "",
    next_key: str | None = None,
    next_id: str | None = None,
) -> bytes:
    """ListMultipartUploads."""
    content: list[Element] = [
        ("Bucket", page.bucket),
        ("KeyMarker", url_encoded(key_marker, page.encode)),
        ("UploadIdMarker", id_marker),
        ("NextKeyMarker", None if next_key is None else url_encoded(next_key, page.encode)),
        ("NextUploadIdMarker", next_id),
        ("Prefix", url_encoded(page.prefix, page.encode)),
        *_form(page),
        ("MaxUploads", page.most),
        ("IsTruncated", page.truncated),
        *(("Upload", _upload(upload, page)) for upload in found),
        *_prefixes(page),
    ]
    return document("ListMultipartUploadsResult", content)


def _upload(upload: Upload, page: Page) -> Iterator[Element]:
    yield "Key", url_encoded(upload.key, page.encode)
    yield "UploadId", upload.id
    yield "Initiator", owner_of(upload.owner)
    yield "Owner", owner_of(upload.owner)
    yield "StorageClass", upload.storage_class
    yield "Initiated", upload.started
    yield "ChecksumAlgorithm", upload.algorithm
    yield "ChecksumType", upload.checksum_type


def parts(
    page: Page, upload: Upload, found: Iterable[Part], *, marker: int = 0, next_marker: int | None = None
) -> bytes:
    """ListParts of one upload."""
    content: list[Element] = [
        ("Bucket", page.bucket),
        ("Key", url_encoded(upload.key, page.encode)),
        ("UploadId", upload.id),
        ("Initiator", owner_of(upload.owner)),
        ("Owner", owner_of(upload.owner)),
        ("StorageClass", upload.storage_class),
        ("PartNumberMarker", marker),
        ("NextPartNumberMarker", next_marker),
        ("MaxParts", page.most),
        ("EncodingType", "url" if page.encode else None),
        ("IsTruncated", page.truncated),
        ("ChecksumAlgorithm", upload.algorithm),
        ("ChecksumType", upload.checksum_type),
        *(("Part", _part(part)) for part in found),
    ]
    return document("ListPartsResult", content)


def _part(part: Part) -> Iterator[Element]:
    yield "PartNumber", part.number
    yield "LastModified", part.modified
    yield "ETag", quoted(part.etag)
    yield "Size", part.size
    yield from _checksums(part.checksums)


def _checksums(found: Checksums) -> Iterator[Element]:
    for algorithm, text in found.items():
        yield algorithm.element, text


def upload_begun(bucket: str, key: str, upload_id: str) -> bytes:
    """CreateMultipartUpload."""
    content: list[Element] = [("Bucket", bucket), ("Key", key), ("UploadId", upload_id)]
    return document("InitiateMultipartUploadResult", content)


def upload_completed(
    location: str, bucket: str, key: str, etag: str, checksums: Checksums, kind: ChecksumType | None = None
) -> bytes:
    """CompleteMultipartUpload."""
    content: list[Element] = [("Location", location), ("Bucket", bucket), ("Key", key), ("ETag", quoted(etag))]
    return document("CompleteMultipartUploadResult", [*content, *_checksums(checksums), ("ChecksumType", kind)])


def object_copied(etag: str, modified: datetime, checksums: Checksums, kind: ChecksumType | None = None) -> bytes:
    """CopyObject."""
    content: list[Element] = [("LastModified", modified), ("ETag", quoted(etag)), ("ChecksumType", kind)]
    return document("CopyObjectResult", [*content, *_checksums(checksums)])


def part_copied(etag: str, modified: datetime, checksums: Checksums) -> bytes:
    """UploadPartCopy."""
    content: list[Element] = [("LastModified", modified), ("ETag", quoted(etag))]
    return document("CopyPartResult", [*content, *_checksums(checksums)])


def deletions(found: Iterable[Deleted | NotDeleted], quiet: bool = False) -> bytes:
    """DeleteObjects: what went, unless `quiet`, and what did not."""
    return document("DeleteResult", [_outcome(item) for item in found if not (quiet and isinstance(item, Deleted))])


def _outcome(item: Deleted | NotDeleted) -> Element:
    names: list[Element] = [("Key", item.key), ("VersionId", item.version_id)]
    if isinstance(item, NotDeleted):
        return "Error", [*names, ("Code", item.code), ("Message", item.message)]
    marker: list[Element] = [("DeleteMarker", True), ("DeleteMarkerVersionId", item.marker_id)]
    return "Deleted", [*names, *(marker if item.marker_id else [])]


def post_response(location: str, bucket: str, key: str, etag: str) -> bytes:
    """Of a POST form with success_action_status=201."""
    content: list[Element] = [("Location", location), ("Bucket", bucket), ("Key", key), ("ETag", quoted(etag))]
    return document("PostResponse", content, namespace="")


def attributes(
    *,
    etag: str | None = None,
    size: int | None = None,
    storage_class: str | None = None,
    checksums: Checksums | None = None,
    kind: ChecksumType | None = None,
    parts_page: Content = None,
) -> bytes:
    """GetObjectAttributes: what was asked for. Its entity tag has no quotes; `parts_page` is of `attribute_parts`."""
    checksum: Content = None if checksums is None else [*_checksums(checksums), ("ChecksumType", kind)]
    content: list[Element] = [("ETag", etag), ("Checksum", checksum), ("ObjectParts", parts_page)]
    return document("GetObjectAttributesResponse", [*content, ("StorageClass", storage_class), ("ObjectSize", size)])


def attribute_parts(
    total: int,
    found: Iterable[Part],
    *,
    marker: int = 0,
    next_marker: int = 0,
    most: int = 1000,
    truncated: bool = False,
) -> list[Element]:
    """An object's parts, in GetObjectAttributes."""
    listed: list[Element] = [
        ("Part", [("PartNumber", part.number), ("Size", part.size), *_checksums(part.checksums)]) for part in found
    ]
    places: list[Element] = [("PartNumberMarker", marker), ("NextPartNumberMarker", next_marker), ("MaxParts", most)]
    return [("PartsCount", total), *places, ("IsTruncated", truncated), *listed]
