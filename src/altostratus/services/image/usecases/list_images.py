"""List the images that the actor may see."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.image import policy
from altostratus.services.image.domain.image import Image
from altostratus.services.image.domain.listing import Listing
from altostratus.services.image.store import listing as store
from altostratus.services.image.usecases import Images


def list_images(service: Images, tx: Tx, actor: Actor, listing: Listing) -> list[Image]:
    """One page. What a row shows follows from the actor's project alone, so policy is asked once."""
    policy.require(service.policy, actor, "get_images")
    return store.list_images(tx, actor, listing)
