"""What the service says of itself: schemas, import methods, stores."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from altostratus.kernel.errors import NotFound
from altostratus.services.image.api import ImageCall
from altostratus.services.image.domain.schema import SCHEMAS


@get("/v2/schemas/{name:str}", sync_to_thread=False)
def get_schema(request: ImageCall, name: FromPath[str]) -> dict[str, Any]:
    """image, images, member or members."""
    if name not in SCHEMAS:
        raise NotFound()
    return SCHEMAS[name]


@get("/v2/info/import", sync_to_thread=False)
def get_import_methods(request: ImageCall) -> dict[str, Any]:
    """None yet: data comes by upload."""
    return {"import-methods": {"description": "Import methods available.", "type": "array", "value": []}}


@get("/v2/info/stores", sync_to_thread=False)
def get_stores(request: ImageCall) -> dict[str, Any]:
    """Where data can be, and where it goes if the client does not say."""
    stores, default = request.images.stores, request.images.config.default_store
    return {"stores": [{"id": name, **({"default": "true"} if name == default else {})} for name in stores]}
