"""Version documents: which APIs there are and where."""

from typing import Any

from litestar import Response, get

from altostratus.services.identity.api import IdentityCall


def _version(base: str) -> dict[str, Any]:
    media = {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{base}/"}],
        "media-types": [media],
    }


@get("/")
async def get_versions(request: IdentityCall) -> Response[Any]:
    """Every version; 300, because there is a choice in principle."""
    body = {"versions": {"values": [_version(request.base)]}}
    return Response(body, status_code=300, headers={"Location": f"{request.base}/"})


@get("/")
async def get_version(request: IdentityCall) -> dict[str, Any]:
    return {"version": _version(request.base)}
