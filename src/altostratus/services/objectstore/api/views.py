"""How Swift writes moments and what it says of objects and containers in headers."""

from altostratus.contracts.objectstore import STATIC, Container, Object, Usage
from altostratus.kernel.clock import http_date
from altostratus.services.objectstore.api.metadata import shown
from altostratus.services.objectstore.api.request import Headers

SECOND = 1_000_000
POLICY = "default"
"""The one storage policy."""
KEPT = (
    "content-encoding",
    "content-disposition",
    "cache-control",
    "expires",
    "content-language",
    "x-robots-tag",
    "x-object-manifest",
)
"""Headers of an object that are kept as they are."""


def timestamp(micros: int) -> str:
    """1795218064.83115"""
    return f"{micros // SECOND}.{micros % SECOND // 10:05}"


def modified(micros: int) -> int:
    """Seconds, rounded up: as Last-Modified says it."""
    return -(-micros // SECOND)


def container_headers(found: Container, usage: Usage, owner: bool) -> Headers:
    headers = [
        ("x-container-object-count", str(usage.objects)),
        ("x-container-bytes-used", str(usage.bytes)),
        ("x-timestamp", timestamp(found.created_at)),
        ("last-modified", http_date(modified(found.changed_at))),
        ("accept-ranges", "bytes"),
        ("x-storage-policy", POLICY),
    ]
    return [*headers, *shown("container", found.meta, owner)]


def object_headers(found: Object) -> Headers:
    """All but the length."""
    headers = [
        ("content-type", found.content_type),
        ("etag", found.etag),
        ("last-modified", http_date(modified(found.modified_at))),
        ("x-timestamp", timestamp(found.modified_at)),
        ("accept-ranges", "bytes"),
    ]
    kept = [(name, str(found.system[name])) for name in KEPT if name in found.system]
    expires = [("x-delete-at", str(found.expires_at))] if found.expires_at is not None else []
    static = [("x-static-large-object", "True")] if STATIC in found.system else []
    return [*headers, *shown("object", found.meta), *kept, *expires, *static]
