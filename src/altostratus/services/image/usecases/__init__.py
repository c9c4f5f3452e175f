"""What may be done with images: one verb a file, each a function of a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from altostratus.kernel.db import Database
from altostratus.kernel.policy import Policy
from altostratus.services.image.config import ImageConfig
from altostratus.services.image.domain.image import store_of
from altostratus.services.image.driver import ImageStore


@dataclass(frozen=True)
class Images:
    """What the use cases and their callers stand on."""

    db: Database
    policy: Policy
    config: ImageConfig
    stores: Mapping[str, ImageStore]

    def store(self, file: str) -> ImageStore:
        """The one that has the data of this name."""
        return self.stores[store_of(file)]
