"""What may be done with images: one verb a file, each a function of a transaction."""

from dataclasses import dataclass

from altostratus.kernel.db import Database
from altostratus.kernel.lanes import Lane
from altostratus.kernel.policy import Policy
from altostratus.services.image.config import ImageConfig
from altostratus.services.image.driver import ImageFiles


@dataclass(frozen=True)
class Images:
    """What the use cases and their callers stand on. Calls of `files` block: they run in `lane`."""

    db: Database
    policy: Policy
    config: ImageConfig
    files: ImageFiles
    lane: Lane
