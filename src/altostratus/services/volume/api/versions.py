"""Version documents: what clients look at first."""

from typing import Any

from litestar import Response, get

from altostratus.services.volume.api import MICROVERSIONS, VolumeCall

UPDATED = "2023-08-31T00:00:00Z"
"""When Cinder's description of the newest microversion is from."""


def _document(request: VolumeCall) -> dict[str, Any]:
    version = {
        "id": "v3.0",
        "status": "CURRENT",
        "version": str(MICROVERSIONS.highest),
        "min_version": str(MICROVERSIONS.lowest),
        "updated": UPDATED,
        "links": [
            {"rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/"},
            {"rel": "self", "href": request.link("/volume/v3/")},
        ],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.volume+json;version=3"}],
    }
    return {"versions": [version]}


@get("/")
async def get_versions(request: VolumeCall) -> Response[dict[str, Any]]:
    """Every version there is; 300, as Cinder answers."""
    return Response(_document(request), status_code=300)


@get("/v3")
async def get_version(request: VolumeCall) -> dict[str, Any]:
    """This one."""
    return _document(request)


ROUTES = [get_versions, get_version]
