"""Delete an image: its row at once, its file after the commit. Who has the file open or linked keeps it."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.image.errors import ImageNotFound
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images
from altostratus.services.image.usecases.show_image import get_image


def delete_image(service: Images, tx: Tx, actor: Actor, image_id: str) -> None:
    """Raises ImageNotFound, Forbidden."""
    try:
        found = get_image(service, tx, actor, image_id, "delete_image")
    except ImageNotFound:
        raise ImageNotFound(f"Failed to find image {image_id} to delete") from None
    if found.protected:
        raise Forbidden(f"Image {image_id} is protected and cannot be deleted.")
    images.remove(tx, image_id)
    events.record(tx, actor, "image.delete", image_id, found.owner)
    tx.wake("image.files", "all")
