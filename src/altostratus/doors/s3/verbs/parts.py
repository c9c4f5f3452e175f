"""Parts of uploads: UploadPart, UploadPartCopy, and CompleteMultipartUpload, which makes an object of them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from altostratus.contracts.objectstore import ENCRYPTED, Container, Content, NewObject, Object, Part, Upload
from altostratus.doors.s3 import nouns, xml_out
from altostratus.doors.s3.access import require
from altostratus.doors.s3.checksums import PREFIX as CHECKSUMS
from altostratus.doors.s3.checksums import Algorithm, ChecksumType, composite, from_text, full_object
from altostratus.doors.s3.conditions import guard_of, is_modified
from altostratus.doors.s3.encryption import check_said_elsewhere, encryption_headers
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.said import check_offered
from altostratus.doors.s3.sealing import COUNTER, SEAL, SOURCE_PREFIX, key_of, new_counter, require_key, sealed
from altostratus.doors.s3.sources import find_source, rehashed
from altostratus.doors.s3.verbs.uploads import find_upload, upload_checksum
from altostratus.doors.s3.verbs.writing import LARGEST, check_length
from altostratus.doors.s3.views import CHECKSUM, PARTS, checksum_of, version_header
from altostratus.doors.s3.xml_build import quoted
from altostratus.doors.s3.xml_in import MOST_BYTES_OF_BATCH, MOST_PARTS, completed_parts
from altostratus.kernel.clock import from_micros
from altostratus.kernel.tx import Tx

UPLOAD = "s3:upload"
"""Where an object keeps which upload it was."""
LEAST = 5 << 20
"""Bytes of all parts but the last."""
LARGEST_WHOLE = 50 << 40
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})")


async def upload_part(request: S3Request) -> None:
    """200 with its entity tag."""
    number, body = _number(request), request.body
    check_length(request)
    check_offered(request.headers)
    check_said_elsewhere(request.headers)
    _, upload = await request.door.objects.read(lambda tx: find_upload(tx, request, "s3:PutObject"))
    _check_algorithm(upload, body.expected.algorithm if body.expected else None)
    if kept := upload_checksum(upload):
        body.sum_up(kept[0])

    key, counter, chunks = require_key(key_of(request), upload.system), new_counter(), body.chunks()
    if key:
        body.sum_md5()
        chunks = sealed(request, key, counter, chunks)

    def make(content: Content) -> NewObject:
        if key is None:
            body.check_md5(content.md5)
        checksum = {CHECKSUM: [body.expected.algorithm.value, body.checksum]} if body.expected else {}
        return NewObject(system={**checksum, **({COUNTER: counter} if key else {})})

    part = await request.door.objects.put_part(upload, number, chunks, make)
    headers = [("etag", quoted(part.etag)), *(key.headers() if key else ()), *encryption_headers(upload.system)]
    if body.expected:
        headers.append((body.expected.algorithm.header, body.checksum))
    await request.answer(200, headers)


async def copy_part(request: S3Request) -> None:
    """The bytes are read to tell their entity tag; they are not copied."""
    number = _number(request)
    check_offered(request.headers)
    check_said_elsewhere(request.headers)
    _, upload = await request.door.objects.read(lambda tx: find_upload(tx, request, "s3:PutObject"))
    source = await request.door.objects.read(lambda tx: find_source(tx, request))
    if not is_modified(request.headers, source.found, "x-amz-copy-source-"):
        raise S3Error("PreconditionFailed", Condition="x-amz-copy-source-If-None-Match")
    start, stop = _copied_range(request, source.found.size)
    kept = upload_checksum(upload)
    opens = require_key(key_of(request, SOURCE_PREFIX), source.found.system)
    key = require_key(key_of(request), upload.system)
    reading = await source.reading(opens)
    md5, text = await rehashed(request, reading, start, stop, kept[0] if kept else None)
    system: dict[str, Any] = {CHECKSUM: [kept[0].value, text]} if kept else {}

    def copy(tx: Tx) -> Part:
        found, present = find_upload(tx, request, "s3:PutObject")[1], source.reopen(tx)
        return request.door.objects.copy_part(tx, found, number, present, start, stop, md5, system)

    encrypts = ENCRYPTED in upload.system and not source.found.is_encrypted
    if opens or key or encrypts:  # what is sealed or encrypted, or is to be, is written anew
        chunks, counter = reading.chunks(start, stop), new_counter()
        system |= {COUNTER: counter} if key else {}
        chunks = sealed(request, key, counter, chunks) if key else chunks
        part = await request.door.objects.put_part(upload, number, chunks, lambda content: NewObject(system=system))
    else:
        part = await request.door.objects.write(copy)
    headers = [("x-amz-copy-source-version-id", source.found.version)] if source.container.versioning else []
    headers += [*(key.headers() if key else ()), *encryption_headers(upload.system)]
    checksums = {kept[0]: text} if kept else {}
    await request.answer_xml(xml_out.part_copied(part.etag, from_micros(part.modified_at), checksums), headers)


async def complete_upload(request: S3Request) -> None:
    """An object of the parts that the request lists, in one transaction."""
    # checksums in its headers are not of its body, but of the object
    of_body = {name: value for name, value in request.headers.items() if not name.startswith(CHECKSUMS)}
    wanted = await request.parse(MOST_BYTES_OF_BATCH, completed_parts, of_body)
    guard, key = guard_of(request.headers), key_of(request)
    size = request.headers.get("x-amz-mp-object-size")

    def complete(tx: Tx) -> tuple[Container, Object]:
        if (done := _done(tx, request, wanted)) is not None:
            return done
        container, upload = find_upload(tx, request, "s3:PutObject")
        if key or (SEAL in upload.system and CHECKSUM in upload.system):
            require_key(key, upload.system)
        there = {part.number: part for part in request.door.objects.list_parts(tx, upload.id, 0, MOST_PARTS)}
        parts = _chosen(wanted, there, upload)
        if size is not None and size != str(sum(part.size for part in parts)):
            raise S3Error(
                "InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed."
            )
        new = _put_together(upload, parts)
        _check_whole(new, request.headers)
        return container, request.door.objects.complete_upload(tx, upload, container, parts, new, guard)

    container, made = await request.door.objects.write(complete)
    kept = checksum_of(made)
    body = xml_out.upload_completed(
        f"{request.door.base_url}/s3/{request.bucket}/{request.key}",
        request.bucket,
        request.key,
        made.etag,
        {kept[0]: kept[1]} if kept else {},
        kept[2] if kept else None,
    )
    version = version_header(container, made) if made.versioned else []
    await request.answer_xml(body, [*version, *encryption_headers(made.system)])


def _done(tx: Tx, request: S3Request, wanted: Sequence[nouns.Part]) -> tuple[Container, Object] | None:
    """What an earlier request has made of the same upload, whose answer was lost."""
    container = request.find_bucket(tx)
    made = request.door.objects.find_object(tx, container.id, request.key)
    if made is None or made.system.get(UPLOAD) != request.query.get("uploadId"):
        return None
    require(request, container, "s3:PutObject", made)
    return (container, made) if made.etag == _etag(part.etag for part in wanted) else None


def _number(request: S3Request) -> int:
    text = request.query.get("partNumber", "")
    if not (text.isascii() and text.isdigit() and len(text) < 6) or not 0 < int(text) <= MOST_PARTS:
        message = "Part number must be an integer between 1 and 10000, inclusive"
        raise S3Error("InvalidArgument", message, ArgumentName="partNumber", ArgumentValue=text)
    return int(text)


def _check_algorithm(upload: Upload, given: Algorithm | None) -> None:
    kept = upload_checksum(upload)
    if kept and given and kept[0] is not given:
        raise S3Error("InvalidRequest", f"Checksum Type mismatch occurred, expected checksum Type: {kept[0].value}")


def _copied_range(request: S3Request, size: int) -> tuple[int, int]:
    text = request.headers.get("x-amz-copy-source-range")
    if text is None:
        start, stop = 0, size
    else:
        found = _RANGE.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            message = "The x-amz-copy-source-range value must be of the form bytes=first-last"
            raise S3Error("InvalidArgument", message, ArgumentName="x-amz-copy-source-range", ArgumentValue=text)
        start, stop = int(found[1]), int(found[2]) + 1
        if stop > size:
            raise S3Error("InvalidRange", f"Range specified is not valid for source object of size: {size}")
    if stop - start > LARGEST:
        raise S3Error("InvalidRequest", "The specified copy source is larger than the maximum allowable size")
    return start, stop


def _chosen(wanted: Sequence[nouns.Part], there: dict[int, Part], upload: Upload) -> list[Part]:
    """The parts that are listed, if they are what was uploaded."""
    kept = upload_checksum(upload)
    parts = []
    for one in wanted:
        part = there.get(one.number)
        if part is None or part.etag != one.etag or not _has_checksum(part, one):
            raise S3Error("InvalidPart", UploadId=upload.id, PartNumber=str(one.number), ETag=one.etag)
        parts.append(part)
    for part in parts[:-1]:
        if part.size < LEAST:
            extra = {"ProposedSize": str(part.size), "MinSizeAllowed": str(LEAST)}
            raise S3Error("EntityTooSmall", PartNumber=str(part.number), ETag=part.etag, **extra)
    if kept and any(part.system.get(CHECKSUM, [None])[0] != kept[0].value for part in parts):
        message = f"The upload was created using the {kept[0].value.lower()} checksum. Each part needs it."
        raise S3Error("InvalidRequest", message)
    if sum(part.size for part in parts) > LARGEST_WHOLE:
        raise S3Error("EntityTooLarge")
    return parts


def _has_checksum(part: Part, wanted: nouns.Part) -> bool:
    kept = part.system.get(CHECKSUM)
    return all(kept == [algorithm.value, text] for algorithm, text in wanted.checksums.items())


def _put_together(upload: Upload, parts: Sequence[Part]) -> NewObject:
    """The object's entity tag is of those of its parts; its sizes are kept as runs."""
    runs = [[size, len(list(same))] for size, same in groupby(part.size for part in parts)]
    system, kept = dict(upload.system), upload_checksum(upload)
    system[PARTS] = {"sizes": runs}
    if SEAL in system:
        system[SEAL] = {**system[SEAL], "counters": [part.system[COUNTER] for part in parts]}
    if kept:
        texts = [part.system[CHECKSUM][1] for part in parts]
        system[CHECKSUM] = [kept[0].value, _whole(*kept, parts, texts), kept[1].value]
        system[PARTS]["checksums"] = texts
    system[UPLOAD] = upload.id
    return NewObject(upload.content_type, upload.meta, system, etag=_etag(part.etag for part in parts))


def _etag(tags: Iterable[str]) -> str:
    """Of those of the parts; '' where one of them is none."""
    listed = list(tags)
    try:
        digests = b"".join(bytes.fromhex(tag) for tag in listed)
    except ValueError:
        return ""
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(listed)}"


def _whole(algorithm: Algorithm, kind: ChecksumType, parts: Sequence[Part], texts: Sequence[str]) -> str:
    found = [from_text(algorithm, text) for text in texts]
    if kind is ChecksumType.COMPOSITE:
        return composite(algorithm, found)
    return full_object(algorithm, [(digest, part.size) for digest, part in zip(found, parts, strict=True)])


def _check_whole(new: NewObject, headers: Mapping[str, str]) -> None:
    """What the request says of the whole object's checksum."""
    kept = new.system.get(CHECKSUM)
    for algorithm in Algorithm:
        text = headers.get(algorithm.header)
        if (
            text is not None
            and kept
            and kept[:2] not in ([algorithm.value, text], [algorithm.value, f"{text}-{_count(new)}"])
        ):
            raise S3Error("BadDigest", f"The {algorithm.value} you specified did not match the calculated checksum.")


def _count(new: NewObject) -> int:
    return sum(count for _, count in new.system[PARTS]["sizes"])
