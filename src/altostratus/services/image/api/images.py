"""Images: create, list, show, change, delete, tags, actions."""

from typing import Any

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest
from altostratus.services.image.api import ImageCall, no_content, schemas, views
from altostratus.services.image.domain.listing import QUERY, read_listing
from altostratus.services.image.domain.patch import check_media_type, read_patch
from altostratus.services.image.errors import PATCH_TYPES
from altostratus.services.image.usecases import create_image as create
from altostratus.services.image.usecases import deactivate_image as activity
from altostratus.services.image.usecases import delete_image as remove
from altostratus.services.image.usecases import list_images as listing
from altostratus.services.image.usecases import show_image as show
from altostratus.services.image.usecases import tag_image as tags
from altostratus.services.image.usecases import update_image as update


@post("/v2/images", body=schemas.ImageCreate)
async def post_image(request: ImageCall) -> Response[dict[str, Any]]:
    """A queued image."""
    attributes = await request.json()
    if not isinstance(attributes, dict):
        raise BadRequest("Unexpected body type. Expected list/dict.")
    made = await request.images.db.write(lambda tx: create.create_image(request.images, tx, request.actor, attributes))
    headers = {
        "location": request.link(f"/image/v2/images/{made.id}"),
        "openstack-image-store-ids": ",".join(request.images.stores),
    }
    return Response(views.image(made), status_code=201, headers=headers)


@get("/v2/images", query=QUERY)
async def list_images(request: ImageCall) -> dict[str, Any]:
    """One page."""
    service = request.images
    wish = read_listing(request.pairs, service.config.limit_param_default, service.config.api_limit_max)
    found = await service.db.read(lambda tx: listing.list_images(service, tx, request.actor, wish))
    return views.images(found, request.pairs, wish.limit)


@get("/v2/images/{image_id:str}")
async def get_image(request: ImageCall, image_id: FromPath[str]) -> dict[str, Any]:
    """One image."""
    service = request.images
    return views.image(await service.db.read(lambda tx: show.get_image(service, tx, request.actor, image_id)))


@patch("/v2/images/{image_id:str}", body=schemas.ImagePatch, media_types=PATCH_TYPES)
async def patch_image(request: ImageCall, image_id: FromPath[str]) -> dict[str, Any]:
    """The changed image."""
    service, media_type = request.images, request.headers.get("content-type", "")
    check_media_type(media_type)
    changes = read_patch(media_type, await request.json())
    changed = await service.db.write(lambda tx: update.update_image(service, tx, request.actor, image_id, changes))
    return views.image(changed)


@delete("/v2/images/{image_id:str}", status_code=204)
async def delete_image(request: ImageCall, image_id: FromPath[str]) -> Response[None]:
    """Gone at once."""
    service = request.images
    await service.db.write(lambda tx: remove.delete_image(service, tx, request.actor, image_id))
    return no_content()


@put("/v2/images/{image_id:str}/tags/{tag:str}", status_code=204)
async def put_tag(request: ImageCall, image_id: FromPath[str], tag: FromPath[str]) -> Response[None]:
    """Add a tag."""
    service = request.images
    await service.db.write(lambda tx: tags.add_tag(service, tx, request.actor, image_id, tag))
    return no_content()


@delete("/v2/images/{image_id:str}/tags/{tag:str}", status_code=204)
async def delete_tag(request: ImageCall, image_id: FromPath[str], tag: FromPath[str]) -> Response[None]:
    """Remove a tag."""
    service = request.images
    await service.db.write(lambda tx: tags.remove_tag(service, tx, request.actor, image_id, tag))
    return no_content()


@post("/v2/images/{image_id:str}/actions/deactivate", status_code=204)
async def post_deactivate(request: ImageCall, image_id: FromPath[str]) -> Response[None]:
    """Out of reach."""
    service = request.images
    await service.db.write(lambda tx: activity.deactivate_image(service, tx, request.actor, image_id))
    return no_content()


@post("/v2/images/{image_id:str}/actions/reactivate", status_code=204)
async def post_reactivate(request: ImageCall, image_id: FromPath[str]) -> Response[None]:
    """Back in reach."""
    service = request.images
    await service.db.write(lambda tx: activity.reactivate_image(service, tx, request.actor, image_id))
    return no_content()
