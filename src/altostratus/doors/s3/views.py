"""What S3 says of objects in headers and lists."""

from altostratus.contracts.objectstore import Container, Object
from altostratus.doors.s3 import nouns
from altostratus.doors.s3.access import TAGS
from altostratus.doors.s3.checksums import Algorithm, ChecksumType
from altostratus.doors.s3.conditions import SECOND
from altostratus.doors.s3.encryption import encryption_headers
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.request import owner_id
from altostratus.doors.s3.xml_build import quoted
from altostratus.kernel.clock import from_micros, http_date

KEPT = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
"""Headers of an object that are kept as they are, whichever door they came by."""
CHECKSUM, PARTS = "s3:checksum", "s3:parts"
_ASSEMBLED = ("x-object-manifest", "link")
"""What says of an object of Swift's that only Swift puts it together from others."""


def last_modified(found: Object) -> tuple[str, str]:
    return ("last-modified", http_date(found.modified_at // SECOND))


def owner_of(container: Container) -> nouns.Owner:
    return nouns.Owner(owner_id(container), owner_id(container))


def checksum_of(found: Object) -> tuple[Algorithm, str, ChecksumType] | None:
    """The checksum that an object was written with."""
    kept = found.system.get(CHECKSUM)
    return (Algorithm(kept[0]), kept[1], ChecksumType(kept[2])) if kept else None


def checksum_headers(found: Object) -> list[tuple[str, str]]:
    kept = checksum_of(found)
    return [(kept[0].header, kept[1]), ("x-amz-checksum-type", kept[2].value)] if kept else []


def version_header(container: Container, found: Object) -> list[tuple[str, str]]:
    """Only where versions are, or were, kept."""
    return [("x-amz-version-id", found.version)] if container.versioning else []


def object_headers(container: Container, found: Object) -> list[tuple[str, str]]:
    """All that is said of an object when it is read, but for its length."""
    headers = [
        ("etag", quoted(found.etag)),
        last_modified(found),
        ("content-type", found.content_type),
        ("accept-ranges", "bytes"),
    ]
    headers += [(f"x-amz-meta-{name}", str(value)) for name, value in found.meta.items()]
    headers += [(name, str(found.system[name])) for name in KEPT if name in found.system]
    headers += encryption_headers(found.system)
    if tags := found.system.get(TAGS):
        headers.append(("x-amz-tagging-count", str(len(tags))))
    return [*headers, *version_header(container, found)]


def check_whole(found: Object) -> None:
    """Raises NotImplemented where what is stored is not what is meant."""
    if any(name in found.system for name in _ASSEMBLED):
        raise S3Error("NotImplemented", "Swift puts this object together from others: read it there.")


def part_sizes(found: Object) -> list[int]:
    """Of an object that was put together; [] for others. They are kept as runs of the same size."""
    kept = found.system.get(PARTS)
    return [size for size, count in kept["sizes"] for _ in range(count)] if kept else []


def entry(found: Object, owner: nouns.Owner | None) -> nouns.Entry:
    """An object as lists show it."""
    kept = checksum_of(found)
    return nouns.Entry(
        found.name,
        from_micros(found.modified_at),
        found.etag,
        found.size,
        owner=owner,
        algorithm=kept[0] if kept else None,
        checksum_type=kept[2] if kept else None,
        version_id=found.version,
        latest=found.latest,
        delete_marker=found.marker,
    )
