"""Version documents: every path outside /v2 answers with them, as in Glance."""

from typing import Any

from litestar import Response, get

from altostratus.kernel.http.edge import json_response
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.image.api import ImageCall

CURRENT = "v2.17"
# The minors that Glance lists; they name features, and all are served at /v2/.
MINORS = (15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0)


def document(base_url: str) -> dict[str, Any]:
    """All versions. https://docs.openstack.org/api-ref/versions/"""
    return {"versions": [_version(f"v2.{minor}", base_url) for minor in MINORS]}


def _version(name: str, base_url: str) -> dict[str, Any]:
    status = "CURRENT" if name == CURRENT else "SUPPORTED"
    return {"id": name, "status": status, "links": [{"rel": "self", "href": f"{base_url}/image/v2/"}]}


@get("/", sync_to_thread=False)
def get_root(request: ImageCall) -> Response[dict[str, Any]]:
    """Multiple choices."""
    return Response(document(request.context.base_url), status_code=300)


@get("/versions", sync_to_thread=False)
def get_versions(request: ImageCall) -> dict[str, Any]:
    """The versions."""
    return document(request.context.base_url)


async def get_anything(request: RawRequest) -> None:
    """Multiple choices for paths of no version that we serve."""
    rendered = json_response(300, document(request.context.base_url))
    await request.answer(rendered.status, rendered.headers, rendered.body)
