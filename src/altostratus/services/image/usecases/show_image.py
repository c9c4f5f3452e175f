"""Look at one image. Others' private images do not exist for the actor."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.image import policy
from altostratus.services.image.domain.image import Image
from altostratus.services.image.errors import ImageNotFound
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images


def get_image(service: Images, tx: Tx, actor: Actor, image_id: str, rule: str = "get_image") -> Image:
    """The image, if it exists for the actor, who may do `rule` to it. Raises ImageNotFound, Forbidden."""
    found = images.find(tx, image_id)
    if found is None or not found.visible_to(actor):
        raise ImageNotFound(id=image_id)
    policy.require(service.policy, actor, rule, found)
    return found


def find_image(service: Images, tx: Tx, actor: Actor, image_id: str) -> Image | None:
    """The image, or None when the actor may not see it."""
    found = images.find(tx, image_id)
    seen = found and found.visible_to(actor) and policy.allows(service.policy, actor, "get_image", found)
    return found if seen else None
