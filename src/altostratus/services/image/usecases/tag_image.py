"""Put a tag on an image, or take it off."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain import schema
from altostratus.services.image.domain.image import Image
from altostratus.services.image.errors import ImageNotFound
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images, limits
from altostratus.services.image.usecases.show_image import get_image


def add_tag(service: Images, tx: Tx, actor: Actor, image_id: str, tag: str) -> None:
    """Safe to repeat."""
    schema.check_attributes({"tags": [tag]})
    found = _image(service, tx, actor, image_id)
    if tag not in found.tags:
        limits.check_attributes(service, (), (*found.tags, tag))
        images.set_tags(tx, image_id, (*found.tags, tag))
        images.change(tx, image_id)


def remove_tag(service: Images, tx: Tx, actor: Actor, image_id: str, tag: str) -> None:
    """NotFound when the image has no such tag."""
    found = _image(service, tx, actor, image_id)
    if tag not in found.tags:
        raise NotFound()
    images.set_tags(tx, image_id, [one for one in found.tags if one != tag])
    images.change(tx, image_id)


def _image(service: Images, tx: Tx, actor: Actor, image_id: str) -> Image:
    try:
        return get_image(service, tx, actor, image_id, "modify_image")
    except ImageNotFound:
        raise ImageNotFound(f"Image {image_id} not found.") from None
