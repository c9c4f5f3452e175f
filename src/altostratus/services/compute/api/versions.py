"""Version documents: what clients look at first."""

from typing import Any

from litestar import get

from altostratus.services.compute.api import MICROVERSIONS, ComputeCall

UPDATED = {"v2.0": "2011-01-21T11:33:21Z", "v2.1": "2013-07-23T11:33:21Z"}


def _version(request: ComputeCall, name: str, detailed: bool) -> dict[str, Any]:
    newest = name == "v2.1"
    path = "/compute/v2.1/" if newest else "/compute/v2/"
    links = [{"rel": "self", "href": request.link(path)}]
    described = {"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"}
    document: dict[str, Any] = {
        "id": name,
        "status": "CURRENT" if newest else "SUPPORTED",
        "version": str(MICROVERSIONS.highest) if newest else "",
        "min_version": str(MICROVERSIONS.lowest) if newest else "",
        "updated": UPDATED[name],
        "links": [*links, described] if detailed else links,
    }
    if detailed:
        media = f"application/vnd.openstack.compute+json;version={2.1 if newest else 2}"
        document["media-types"] = [{"base": "application/json", "type": media}]
    return document


@get("/", sync_to_thread=False)
def get_versions(request: ComputeCall) -> dict[str, Any]:
    """Every major version."""
    return {"versions": [_version(request, name, detailed=False) for name in UPDATED]}


@get("/v2.1", sync_to_thread=False)
def get_version(request: ComputeCall) -> dict[str, Any]:
    """The version with microversions."""
    return {"version": _version(request, "v2.1", detailed=True)}


@get("/v2", sync_to_thread=False)
def get_old_version(request: ComputeCall) -> dict[str, Any]:
    """The version before microversions: the same API, without them."""
    return {"version": _version(request, "v2.0", detailed=True)}


ROUTES = [get_versions, get_version, get_old_version]
