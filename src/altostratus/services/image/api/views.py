"""Images as JSON. Links are relative, as Glance writes them."""

from typing import Any
from urllib.parse import urlencode

from altostratus.kernel.clock import iso
from altostratus.services.image.domain.image import Image

_PLAIN = (
    "name",
    "disk_format",
    "container_format",
    "visibility",
    "size",
    "virtual_size",
    "status",
    "checksum",
    "protected",
    "min_ram",
    "min_disk",
    "owner",
    "os_hidden",
    "os_hash_algo",
    "os_hash_value",
    "id",
)


def image(one: Image) -> dict[str, Any]:
    """One image, custom properties first among equals."""
    path = f"/v2/images/{one.id}"
    view: dict[str, Any] = {
        **one.properties,
        **{name: getattr(one, name) for name in _PLAIN},
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "tags": list(one.tags),
        "self": path,
        "file": f"{path}/file",
        "schema": "/v2/schemas/image",
    }
    return {**view, "stores": one.store} if one.store else view


def images(found: list[Image], query: list[tuple[str, str]], limit: int) -> dict[str, Any]:
    """A page; a full one names the next."""
    kept = {name: value for name, value in query if name != "marker"}
    page = {"images": [image(one) for one in found], "first": _link(kept), "schema": "/v2/schemas/images"}
    if found and len(found) == limit:
        page["next"] = _link({**kept, "marker": found[-1].id})
    return page


def _link(query: dict[str, str]) -> str:
    return f"/v2/images?{urlencode(query)}" if query else "/v2/images"
