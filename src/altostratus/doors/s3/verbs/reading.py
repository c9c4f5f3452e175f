"""Reading objects: GetObject, HeadObject, GetObjectAttributes.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

import re
from collections.abc import Iterator

from altostratus.contracts.objectstore import Container, Listing, Object, Reading
from altostratus.doors.s3 import nouns, xml_out
from altostratus.doors.s3.access import may, require
from altostratus.doors.s3.checksums import Algorithm, ChecksumType
from altostratus.doors.s3.conditions import is_modified, read_range
from altostratus.doors.s3.encryption import check_said_elsewhere
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.locks import lock_headers
from altostratus.doors.s3.policy import ACTIONS
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.sealing import key_of, opened, require_key
from altostratus.doors.s3.verbs.settings import end_header
from altostratus.doors.s3.versions import check_version
from altostratus.doors.s3.views import (
    PARTS,
    check_whole,
    checksum_headers,
    checksum_of,
    last_modified,
    object_headers,
    part_sizes,
    version_header,
)
from altostratus.doors.s3.xml_build import Element
from altostratus.kernel.errors import Fault
from altostratus.kernel.tx import Tx

OVERRIDES = {
    "response-cache-control": "cache-control",
    "response-content-disposition": "content-disposition",
    "response-content-encoding": "content-encoding",
    "response-content-language": "content-language",
    "response-content-type": "content-type",
    "response-expires": "expires",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ATTRIBUTES = ("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize")
MOST_PARTS = 1000


async def get_object(request: S3Request) -> None:
    """200, 206, 304; for HEAD too."""
    check_said_elsewhere(request.headers)
    container, found, reading = await request.door.objects.read(lambda tx: _open(tx, request))
    key = require_key(key_of(request), found.system)
    reading = opened(request, found, reading, key)
    headers = [
        *object_headers(container, found),
        *(key.headers() if key else ()),
        *_lock(request, container, found),
        *end_header(container, found),
    ]
    if not is_modified(request.headers, found):
        await request.answer(304, [header for header in headers if header[0] != "content-type"])
        return
    headers = _overridden(request, headers)
    span, more = _part(request, found) or (read_range(request.headers.get("range"), found.size), [])
    if request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
        headers += _checksums(request, found, whole=span is None)
    start, stop = span or (0, found.size)
    headers += [*more, ("content-length", str(stop - start))]
    if span:
        headers.append(("content-range", f"bytes {start}-{stop - 1}/{found.size}"))
    await _send(request, 206 if span else 200, headers, reading, start, stop)


def _lock(request: S3Request, container: Container, found: Object) -> list[tuple[str, str]]:
    """To whom may know of it."""
    headers = lock_headers(found)
    return headers if headers and may(request, container, "s3:GetObjectRetention", found) else []


async def get_attributes(request: S3Request) -> None:
    """What x-amz-object-attributes asks for."""
    asked = {name.strip() for name in request.headers.get("x-amz-object-attributes", "").split(",")} - {""}
    if not asked or asked - set(_ATTRIBUTES):
        raise S3Error("InvalidArgument", "Invalid attribute name specified.", ArgumentName="x-amz-object-attributes")

    def look(tx: Tx) -> tuple[Container, Object]:
        return find(tx, request, "s3:GetObjectAttributes")

    container, found = await request.door.objects.read(look)
    require_key(key_of(request), found.system)
    kept = checksum_of(found)
    body = xml_out.attributes(
        etag=found.etag if "ETag" in asked else None,
        size=found.size if "ObjectSize" in asked else None,
        storage_class="STANDARD" if "StorageClass" in asked else None,
        checksums={kept[0]: kept[1]} if kept and "Checksum" in asked else None,
        kind=kept[2] if kept else None,
        parts_page=_parts_page(request, found) if "ObjectParts" in asked and PARTS in found.system else None,
    )
    await request.answer_xml(body, [last_modified(found), *version_header(container, found)])


def find(tx: Tx, request: S3Request, action: str) -> tuple[Container, Object]:
    """The object, or the version of it, that the request names, if `action` may be done with it. `action` is that of
    the present version; that of others has Version in its name."""
    container, version = request.find_bucket(tx), request.query.get("versionId") or None
    if version is not None:
        check_version(version)
        action = versioned(action)
    found = request.door.objects.find_object(tx, container.id, request.key, version)
    if found is not None and is_expired(found, tx):
        found = None
    if found is None:
        require(request, container, "s3:ListBucket")  # who may not list does not learn what is there
        raise _missing(tx, request, container, version)
    require(request, container, action, found)
    if found.marker:
        raise _marked(S3Error("MethodNotAllowed", Method=request.method, ResourceType="DeleteMarker"), found)
    return container, found


def versioned(action: str) -> str:
    """s3:GetObjectAcl is s3:GetObjectVersionAcl of one version; s3:GetObjectRetention is the same of all."""
    named = action.replace("Object", "ObjectVersion", 1)
    return named if named in ACTIONS else action


def is_expired(found: Object, tx: Tx) -> bool:
    return found.expires_at is not None and found.expires_at <= tx.now.timestamp()


def _open(tx: Tx, request: S3Request) -> tuple[Container, Object, Reading]:
    container, found = find(tx, request, "s3:GetObject")
    check_whole(found)
    return container, found, request.door.objects.open_object(tx, found, sealed=True)


def _missing(tx: Tx, request: S3Request, container: Container, version: str | None) -> Fault:
    """A marker that is there says so."""
    if version is not None:
        return S3Error("NoSuchVersion", Key=request.key, VersionId=version)
    fault = S3Error("NoSuchKey", Key=request.key)
    if not container.versioning:
        return fault
    newest = request.door.objects.list_versions(tx, container.id, Listing(limit=1, prefix=request.key))
    marker = newest[0] if newest else None
    if isinstance(marker, Object) and marker.name == request.key and marker.marker:
        return _marked(fault, marker)
    return fault


def _marked(fault: S3Error, marker: Object) -> S3Error:
    fault.headers = (("x-amz-delete-marker", "true"), ("x-amz-version-id", marker.version), last_modified(marker))
    return fault


def _overridden(request: S3Request, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the query says of the answer's headers, which only who has signed may ask for."""
    wanted = {OVERRIDES[name]: value for name, value in request.query.items() if name in OVERRIDES}
    if not wanted:
        return headers
    if request.actor is None:
        raise S3Error("InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests.")
    if any(_CONTROL.search(value) for value in wanted.values()):
        raise S3Error("InvalidArgument", "Response header values must not have control characters.")
    return [header for header in headers if header[0] not in wanted] + list(wanted.items())


def _part(request: S3Request, found: Object) -> tuple[tuple[int, int] | None, list[tuple[str, str]]] | None:
    """Where the part is that ?partNumber asks for, and how many there are. An object that was not put together is its
    own first part."""
    text = request.query.get("partNumber")
    if text is None:
        return None
    if "range" in request.headers:
        raise S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if not (text.isascii() and text.isdigit() and len(text) < 6) or not 0 < int(text) <= 10_000:
        raise S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    sizes, number = part_sizes(found), int(text)
    if number > (len(sizes) or 1):
        raise S3Error("InvalidPartNumber", ActualPartCount=str(len(sizes) or 1), PartNumberRequested=text)
    if not sizes:
        return ((0, found.size) if found.size else None), []
    start = sum(sizes[: number - 1])
    count = [("x-amz-mp-parts-count", str(len(sizes)))]
    return (start, start + sizes[number - 1]), count


def _checksums(request: S3Request, found: Object, *, whole: bool) -> list[tuple[str, str]]:
    """Of the whole, or of the part that is asked for; of other ranges nobody knows any."""
    kept, number = checksum_of(found), request.query.get("partNumber")
    if kept and number and (texts := found.system.get(PARTS, {}).get("checksums")):
        return [(kept[0].header, texts[int(number) - 1]), ("x-amz-checksum-type", kept[2].value)]
    return checksum_headers(found) if whole or (number and PARTS not in found.system) else []


def _parts_page(request: S3Request, found: Object) -> list[Element]:
    most = _header_number(request, "x-amz-max-parts", MOST_PARTS)
    after = _header_number(request, "x-amz-part-number-marker", 0)
    parts = list(_parts(found))
    shown = [part for part in parts if part.number > after][: min(most, MOST_PARTS)]
    last = shown[-1].number if shown else after
    return xml_out.attribute_parts(
        len(parts), shown, marker=after, next_marker=last, most=most, truncated=last < len(parts)
    )


def _header_number(request: S3Request, name: str, default: int) -> int:
    text = request.headers.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise S3Error("InvalidArgument", ArgumentName=name, ArgumentValue=text)
    return int(text)


def _parts(found: Object) -> Iterator[nouns.Part]:
    kept, digests = checksum_of(found), found.system[PARTS].get("checksums", [])
    for number, size in enumerate(part_sizes(found), 1):
        known: dict[Algorithm, str] = {}
        if kept and kept[2] is ChecksumType.COMPOSITE and number <= len(digests):
            known = {kept[0]: digests[number - 1]}
        yield nouns.Part(number, size=size, checksums=known)


async def _send(
    request: S3Request, status: int, headers: list[tuple[str, str]], reading: Reading, start: int, stop: int
) -> None:
    raw = request.raw
    if request.method == "HEAD" or start == stop:
        await raw.start(status, headers)
        await raw.write(b"", more=False)
        return
    chunks = reading.chunks(start, stop)
    first = await anext(chunks)  # what is damaged at once is a fault, not half an answer
    await raw.start(status, headers)
    await raw.write(first)
    async for chunk in chunks:
        await raw.write(chunk)
    await raw.write(b"", more=False)
