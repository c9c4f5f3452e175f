"""What the object store's use cases stand on."""

from collections import Counter
from dataclasses import dataclass, field

from altostratus.kernel.clock import Clock
from altostratus.kernel.db import Database
from altostratus.kernel.lanes import Lane
from altostratus.kernel.secrets import MasterKey
from altostratus.services.objectstore.config import ObjectstoreConfig
from altostratus.services.objectstore.driver import Blobs


@dataclass(frozen=True)
class ObjectStore:
    """The dependencies of every use case. `reading` has the ids of the blobs that are being read now, and by how
    many; `arriving` those of files whose rows are not there yet."""

    db: Database
    clock: Clock
    config: ObjectstoreConfig
    blobs: Blobs
    lane: Lane
    master_key: MasterKey
    reading: Counter[str] = field(default_factory=Counter)
    arriving: set[str] = field(default_factory=set)
