"""What other services may ask of images; implements contracts.image.Images."""

from altostratus.contracts import image as contract
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain.image import Image
from altostratus.services.image.store import images
from altostratus.services.image.usecases import Images
from altostratus.services.image.usecases.show_image import find_image


class ImageFacade:
    """Images by id, as values that hold no row."""

    def __init__(self, service: Images) -> None:
        self._service = service

    def find(self, tx: Tx, actor: Actor, image_id: str) -> contract.Image | None:
        found = find_image(self._service, tx, actor, image_id)
        return self._value(found) if found else None

    def get(self, tx: Tx, image_id: str) -> contract.Image | None:
        found = images.find(tx, image_id)
        return self._value(found) if found else None

    def _value(self, image: Image) -> contract.Image:
        return contract.Image(
            id=image.id,
            name=image.name,
            status=image.status,
            disk_format=image.disk_format,
            container_format=image.container_format,
            size=image.size,
            virtual_size=image.virtual_size,
            min_disk=image.min_disk,
            min_ram=image.min_ram,
            path=self._service.store(image.file).path(image.file) if image.file else None,
            properties=image.properties,
        )
