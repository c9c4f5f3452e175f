"""Uploads in parts: beginning, listing and giving them up.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from dataclasses import replace
from typing import Any

from altostratus.contracts.objectstore import ENCRYPTED, Container, NoSuchUpload, Part, Prefix, Upload
from altostratus.doors.s3 import nouns, xml_out
from altostratus.doors.s3.access import require
from altostratus.doors.s3.checksums import Algorithm, ChecksumType, algorithm_named, type_of
from altostratus.doors.s3.encryption import ALGORITHM, encryption_headers, wanted
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import Page
from altostratus.doors.s3.places import check_key
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.said import said_of
from altostratus.doors.s3.sealing import SEAL, key_of
from altostratus.doors.s3.verbs.listing import read_page
from altostratus.doors.s3.verbs.writing import writable
from altostratus.doors.s3.views import CHECKSUM, owner_of
from altostratus.doors.s3.xml_in import MOST_PARTS
from altostratus.kernel.clock import from_micros
from altostratus.kernel.tx import Tx

MOST_LISTED = 1000


async def create_upload(request: S3Request) -> None:
    """What is said of the object now is kept with the upload; its checksum is of the parts'."""
    check_key(request.key)
    algorithm = algorithm_named(request.headers.get("x-amz-checksum-algorithm"))
    named = request.headers.get("x-amz-checksum-type")
    if named and algorithm is None:
        raise S3Error("InvalidRequest", "The x-amz-checksum-type header can only be used with a checksum algorithm.")
    kind = type_of(algorithm, named) if algorithm else None

    key = key_of(request)

    def begin(tx: Tx) -> Upload:
        container = writable(tx, request)
        new = said_of(request, container)
        more: dict[str, Any] = {CHECKSUM: [algorithm.value, "", kind.value]} if algorithm and kind else {}
        more |= {SEAL: key.kept()} if key else {}
        encrypts = wanted(request.headers)
        more |= {ENCRYPTED: ALGORITHM} if encrypts or (encrypts is None and container.encrypts) else {}
        new = replace(new, system={**new.system, **more})
        return request.door.objects.begin_upload(tx, container, request.key, new)

    upload = await request.door.objects.write(begin)
    headers = [*(key.headers() if key else ()), *encryption_headers(upload.system)]
    if algorithm and kind:
        headers += [("x-amz-checksum-algorithm", algorithm.value), ("x-amz-checksum-type", kind.value)]
    await request.answer_xml(xml_out.upload_begun(request.bucket, request.key, upload.id), headers)


async def abort_upload(request: S3Request) -> None:
    """204; its parts are gone."""

    def abort(tx: Tx) -> None:
        _, upload = find_upload(tx, request, "s3:AbortMultipartUpload")
        request.door.objects.abort_upload(tx, upload)

    await request.door.objects.write(abort)
    await request.answer(204)


async def list_uploads(request: S3Request) -> None:
    """Those into the bucket that are under way."""
    marker, after = request.query.get("key-marker", ""), request.query.get("upload-id-marker", "")
    listing, page = read_page(request, "max-uploads", marker)
    after = after if marker else ""  # S3 ignores one without the other

    def look(tx: Tx) -> tuple[Container, list[Upload | Prefix]]:
        container = request.find_bucket(tx)
        require(request, container, "s3:ListBucketMultipartUploads")
        return container, request.door.objects.list_uploads(tx, container.id, listing, after)

    container, rows = await request.door.objects.read(look)
    shown, truncated = rows[: page.most], len(rows) > page.most
    prefixes = tuple(row.name for row in shown if isinstance(row, Prefix))
    uploads = [row for row in shown if isinstance(row, Upload)]
    last = shown[-1] if shown and truncated else None
    body = xml_out.uploads(
        Page(page.bucket, page.prefix, page.delimiter, page.most, truncated, page.encode, prefixes),
        [shown_upload(upload, container) for upload in uploads],
        key_marker=marker,
        id_marker=after,
        next_key=last.name if last else None,
        next_id=last.id if isinstance(last, Upload) else None,
    )
    await request.answer_xml(body)


async def list_parts(request: S3Request) -> None:
    """Those of one upload."""
    most = request.number("max-parts", MOST_LISTED, MOST_LISTED)
    after = request.number("part-number-marker", 0, MOST_PARTS)

    def look(tx: Tx) -> tuple[Container, Upload, list[Part]]:
        container, upload = find_upload(tx, request, "s3:ListMultipartUploadParts")
        return container, upload, request.door.objects.list_parts(tx, upload.id, after, most + 1)

    container, upload, rows = await request.door.objects.read(look)
    shown, truncated = rows[:most], len(rows) > most
    page = Page(request.bucket, most=most, truncated=truncated, encode=request.query.get("encoding-type") == "url")
    checksum = upload_checksum(upload)
    parts = [_shown_part(part, checksum[0] if checksum else None) for part in shown]
    following = shown[-1].number if shown else None
    body = xml_out.parts(page, shown_upload(upload, container), parts, marker=after, next_marker=following)
    await request.answer_xml(body)


def find_upload(tx: Tx, request: S3Request, action: str) -> tuple[Container, Upload]:
    """The one that the request names, and its bucket."""
    container = request.find_bucket(tx)
    upload = request.door.objects.find_upload(tx, container.id, request.key, request.query.get("uploadId", ""))
    require(request, container, action, upload)
    if upload is None:
        raise NoSuchUpload()
    return container, upload


def upload_checksum(upload: Upload) -> tuple[Algorithm, ChecksumType] | None:
    kept = upload.system.get(CHECKSUM)
    return (Algorithm(kept[0]), ChecksumType(kept[2])) if kept else None


def shown_upload(upload: Upload, container: Container) -> nouns.Upload:
    kept = upload_checksum(upload)
    return nouns.Upload(
        upload.name,
        upload.id,
        from_micros(upload.started_at),
        owner_of(container),
        algorithm=kept[0] if kept else None,
        checksum_type=kept[1] if kept else None,
    )


def _shown_part(part: Part, algorithm: Algorithm | None) -> nouns.Part:
    kept = part.system.get(CHECKSUM)
    known = {Algorithm(kept[0]): kept[1]} if kept and kept[0] == algorithm else {}
    return nouns.Part(part.number, part.etag, part.size, from_micros(part.modified_at), known)
