"""What headers say of an object that is written: its metadata, tags, lists, locks."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from altostratus.contracts.objectstore import Container, NewObject
from altostratus.doors.s3.access import TAGS
from altostratus.doors.s3.acls import Kept, grants_of_headers, kept_grants
from altostratus.doors.s3.encryption import check_encryption
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.locks import lock_of_headers
from altostratus.doors.s3.nouns import Tag
from altostratus.doors.s3.request import S3Request, owner_id
from altostratus.doors.s3.views import KEPT
from altostratus.doors.s3.xml_in import checked_tags

META = "x-amz-meta-"
MOST_META = 2048
"""Bytes of names and values."""
DEFAULT_TYPE = "binary/octet-stream"
_REFUSED = ("x-amz-website-redirect-location", "x-amz-write-offset-bytes")


def said_of(request: S3Request, container: Container) -> NewObject:
    """All of it. Raises what S3 answers to what makes no sense, and NotImplemented to what is not there."""
    headers = request.headers
    check_offered(headers)
    system: dict[str, Any] = plain_headers(headers)
    system |= kept_tags(tags_of_header(headers.get("x-amz-tagging")))
    system |= kept_grants(grants_of(request, container))
    system |= lock_of_headers(request, container)
    return NewObject(headers.get("content-type") or DEFAULT_TYPE, metadata(headers), system)


def grants_of(request: S3Request, container: Container) -> Kept | None:
    return grants_of_headers(request, owner_id(container))


def plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of HTTP that are kept. That a body came framed is no part of it."""
    found = {name: headers[name] for name in KEPT if name in headers}
    codings = [text.strip() for text in found.pop("content-encoding", "").split(",")]
    kept = ", ".join(text for text in codings if text and text != "aws-chunked")
    return found | ({"content-encoding": kept} if kept else {})


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    found = {name.removeprefix(META): value for name, value in headers.items() if name.startswith(META)}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in found.items())
    if size > MOST_META:
        raise S3Error("MetadataTooLarge", Size=str(size), MaxSizeAllowed=str(MOST_META))
    return found


def tags_of_header(text: str | None) -> tuple[Tag, ...]:
    """As a query: key=value&key=value."""
    if not text:
        return ()
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=50)
    except (UnicodeDecodeError, ValueError) as error:
        message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters."
        raise S3Error("InvalidArgument", message, ArgumentName="x-amz-tagging", ArgumentValue=text) from error
    return checked_tags(Tag(key, value) for key, value in pairs)


def kept_tags(tags: tuple[Tag, ...]) -> dict[str, Any]:
    return {TAGS: {tag.key: tag.value for tag in tags}} if tags else {}


def check_offered(headers: Mapping[str, str]) -> None:
    """Refuse what a request asks for and would not get."""
    check_encryption(headers)
    for name in _REFUSED:
        if name in headers:
            raise S3Error("NotImplemented", Header=name)
    if headers.get("x-amz-storage-class", "STANDARD") != "STANDARD":
        raise S3Error("InvalidStorageClass", StorageClassRequested=headers["x-amz-storage-class"])
