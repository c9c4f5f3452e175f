"""Put an image's data out of reach of all but administrators, and back."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain.image import Status
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images
from altostratus.services.image.usecases.show_image import get_image


def deactivate_image(service: Images, tx: Tx, actor: Actor, image_id: str) -> None:
    """Safe to repeat."""
    _switch(service, tx, actor, image_id, "deactivate", Status.ACTIVE, Status.DEACTIVATED)


def reactivate_image(service: Images, tx: Tx, actor: Actor, image_id: str) -> None:
    """Safe to repeat."""
    _switch(service, tx, actor, image_id, "reactivate", Status.DEACTIVATED, Status.ACTIVE)


def _switch(service: Images, tx: Tx, actor: Actor, image_id: str, verb: str, before: Status, after: Status) -> None:
    found = get_image(service, tx, actor, image_id, verb)
    if found.status not in (before, after):
        raise Forbidden(f"Not allowed to {verb} image in status '{found.status}'")
    if found.status == before:
        images.change(tx, image_id, status=after.value)
        events.record(tx, actor, f"image.{verb}", image_id, found.owner)
