"""The version documents."""

from typing import Any

from litestar import get

from altostratus.services.network.api import NetworkCall
from altostratus.services.network.api.resources import ALL


@get("/", name="network.versions")
async def get_versions(request: NetworkCall) -> dict[str, Any]:
    """There is one version."""
    links = [{"rel": "self", "href": request.link("/network/v2.0/")}]
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]}


@get("/v2.0", name="network.resources")
async def get_resources(request: NetworkCall) -> dict[str, Any]:
    """The collections of v2.0."""
    return {
        "resources": [
            {
                "name": resource.single,
                "collection": resource.plural,
                "links": [{"rel": "self", "href": request.link(f"/network{resource.path}")}],
            }
            for resource in ALL
        ]
    }


ROUTES = (get_versions, get_resources)
