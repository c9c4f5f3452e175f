"""What this object store can do, as clients ask for it: each feature with its limits, and nothing that is not there."""

from typing import Any

import msgspec
from litestar import Request, Response, get

from altostratus.kernel.errors import MethodNotAllowed
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.objectstore.api import archives, bulk, metadata, signed
from altostratus.services.objectstore.api.request import HTML
from altostratus.services.objectstore.api.settings import ARCHIVES
from altostratus.services.objectstore.config import ObjectstoreConfig
from altostratus.services.objectstore.domain.link import MOST_LINKS
from altostratus.services.objectstore.domain.manifest import LARGEST_MANIFEST, MOST_SEGMENTS
from altostratus.services.objectstore.domain.path import LONGEST_CONTAINER, LONGEST_OBJECT
from altostratus.services.objectstore.domain.signature import DEPRECATED, DIGESTS
from altostratus.services.objectstore.usecases import ObjectStore

JSON = "application/json; charset=UTF-8"


def claims(config: ObjectstoreConfig) -> dict[str, Any]:
    """By feature, as Swift names them."""
    return {
        "swift": _limits(config),
        "slo": {
            "max_manifest_segments": MOST_SEGMENTS,
            "max_manifest_size": LARGEST_MANIFEST,
            "min_segment_size": 1,
            "allow_async_delete": False,
        },
        "bulk_upload": {
            "max_containers_per_extraction": archives.MOST_CONTAINERS,
            "max_failed_extractions": archives.MOST_FAILED,
        },
        "bulk_delete": {"max_deletes_per_request": bulk.MOST_DELETES, "max_failed_deletes": bulk.MOST_DELETES},
        "tempurl": {
            "methods": signed.METHODS,
            "allowed_digests": DIGESTS,
            "deprecated_digests": DEPRECATED,
            "incoming_remove_headers": ["x-timestamp", "x-open-expired"],
            "incoming_allow_headers": [],
            "outgoing_remove_headers": ["x-object-meta-*"],
            "outgoing_allow_headers": [f"{signed.PUBLIC}*"],
        },
        "formpost": {"allowed_digests": DIGESTS, "deprecated_digests": DEPRECATED},
        "symlink": {"symloop_max": MOST_LINKS, "static_links": True},
        "versioned_writes": {"allowed_flags": sorted(ARCHIVES, reverse=True)},
        "object_versioning": {},
        "staticweb": {},
        "container_quotas": {},
        "account_quotas": {},
    }


def _limits(config: ObjectstoreConfig) -> dict[str, Any]:
    return {
        "policies": [{"name": "default", "aliases": "default", "default": True}],
        "account_autocreate": True,
        "allow_account_management": False,
        "strict_cors_mode": True,
        "allow_open_expired": False,
        "max_file_size": config.max_file_size,
        "max_meta_count": metadata.MOST,
        "max_meta_name_length": metadata.LONGEST_NAME,
        "max_meta_value_length": metadata.LONGEST_VALUE,
        "max_meta_overall_size": metadata.OVERALL,
        "max_container_name_length": LONGEST_CONTAINER,
        "max_object_name_length": LONGEST_OBJECT,
        "account_listing_limit": config.max_container_listing,
        "container_listing_limit": config.max_container_listing,
    }


class Info:
    """GET /info below the service."""

    def __init__(self, store: ObjectStore) -> None:
        self._body = msgspec.json.encode(claims(store.config))

    async def __call__(self, raw: RawRequest) -> None:
        """GET, HEAD, OPTIONS."""
        if raw.method not in ("GET", "HEAD", "OPTIONS"):
            fault = MethodNotAllowed()
            fault.headers = (("allow", "GET, HEAD, OPTIONS"),)
            raise fault
        if raw.method == "OPTIONS":
            await raw.answer(200, [("allow", "GET, HEAD, OPTIONS"), ("content-type", HTML)])
        else:
            await raw.answer(200, [("content-type", JSON)], self._body)


async def answer_health(raw: RawRequest) -> None:
    """The process answers."""
    await raw.answer(200, [("content-type", "text/plain")], b"OK")


@get("/info", sync_to_thread=False)
def get_root_info(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same at the root of the cloud, where clients look for it who cut the path of an account off."""
    store: ObjectStore = Context.of(request.scope).state["object-store"]
    return Response(msgspec.json.encode(claims(store.config)), media_type=JSON)
