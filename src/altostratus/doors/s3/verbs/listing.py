"""What is in a bucket: ListObjects, ListObjectsV2, ListObjectVersions.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import NamedTuple

from altostratus.contracts.objectstore import Container, Listing, Object, Prefix
from altostratus.doors.s3 import xml_out
from altostratus.doors.s3.access import require
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import Page
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.versions import check_version
from altostratus.doors.s3.views import entry, owner_of
from altostratus.kernel.tx import Tx

MOST = 1000


class Found(NamedTuple):
    """`last` is the name that the page ends with."""

    container: Container
    page: Page
    objects: list[Object]
    last: str


async def list_objects(request: S3Request) -> None:
    """Version 1. The next marker is told where names are rolled up: otherwise the last key is it."""
    marker = request.query.get("marker", "")
    found = await _list(request, marker)
    owner = owner_of(found.container)
    following = found.last if found.page.truncated and found.page.delimiter else None
    entries = [entry(each, owner) for each in found.objects]
    await request.answer_xml(xml_out.objects(found.page, entries, marker, following))


async def list_objects_v2(request: S3Request) -> None:
    token, start = request.query.get("continuation-token"), request.query.get("start-after")
    found = await _list(request, _read_token(token) if token else start or "")
    owner = owner_of(found.container) if request.query.get("fetch-owner", "").lower() == "true" else None
    entries = [entry(each, owner) for each in found.objects]
    following = _token(found.last) if found.page.truncated else None
    body = xml_out.objects_v2(found.page, entries, start_after=start, token=token, next_token=following)
    await request.answer_xml(body)


async def list_versions(request: S3Request) -> None:
    """All versions and markers."""
    query = request.query
    marker, version = query.get("key-marker", ""), query.get("version-id-marker", "")
    if version:
        check_version(version)
        if not marker:
            raise S3Error("InvalidArgument", "A version-id marker cannot be specified without a key marker.")
    found = await _page(
        request,
        "s3:ListBucketVersions",
        marker,
        lambda tx, container, listing: request.door.objects.list_versions(tx, container.id, listing, version or None),
    )
    entries = [entry(each, owner_of(found.container)) for each in found.objects]
    last = found.objects[-1] if found.objects and found.objects[-1].name == found.last else None
    body = xml_out.versions(
        found.page,
        entries,
        key_marker=marker,
        version_marker=version,
        next_key=found.last if found.page.truncated else None,
        next_version=last.version if last and found.page.truncated else None,
    )
    await request.answer_xml(body)


async def _list(request: S3Request, marker: str) -> Found:
    return await _page(
        request,
        "s3:ListBucket",
        marker,
        lambda tx, container, listing: request.door.objects.list_objects(tx, container.id, listing),
    )


async def _page(
    request: S3Request,
    action: str,
    marker: str,
    fetch: Callable[[Tx, Container, Listing], Sequence[Object | Prefix]],
) -> Found:
    """One row more than is shown tells whether there are more."""
    listing, page = read_page(request, "max-keys", marker)

    def look(tx: Tx) -> tuple[Container, Sequence[Object | Prefix]]:
        container = request.find_bucket(tx)
        require(request, container, action)
        return container, fetch(tx, container, listing) if page.most else ()

    container, rows = await request.door.objects.read(look)
    shown, truncated = rows[: page.most], len(rows) > page.most
    prefixes = tuple(row.name for row in shown if isinstance(row, Prefix))
    page = Page(page.bucket, page.prefix, page.delimiter, page.most, truncated, page.encode, prefixes)
    objects = [row for row in shown if isinstance(row, Object)]
    return Found(container, page, objects, shown[-1].name if shown else "")


def read_page(request: S3Request, count: str, marker: str) -> tuple[Listing, Page]:
    """What all lists of names may be asked for; `count` is the name of how many."""
    query = request.query
    encoding = query.get("encoding-type")
    if encoding not in (None, "", "url"):
        message = "Invalid Encoding Method specified in Request"
        raise S3Error("InvalidArgument", message, ArgumentName="encoding-type", ArgumentValue=encoding or "")
    most = request.number(count, MOST, MOST)
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    page = Page(request.bucket, prefix, delimiter, most, encode=encoding == "url")
    return Listing(limit=most + 1, prefix=prefix, delimiter=delimiter, marker=marker), page


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _read_token(token: str) -> str:
    try:
        name = base64.b64decode(token.encode(), b"-_", validate=True).decode()
        if "\0" in name:
            raise ValueError("no name has a NUL")
        return name
    except (binascii.Error, ValueError) as error:
        raise S3Error("InvalidArgument", "The continuation token provided is incorrect") from error
