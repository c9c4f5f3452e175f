"""What users and operators can ask of block storage; one verb, one file."""

from dataclasses import dataclass

from altostratus.contracts.image import Images
from altostratus.kernel.db import Database
from altostratus.kernel.lanes import Lane
from altostratus.kernel.policy import Policy
from altostratus.services.volume.config import VolumeConfig
from altostratus.services.volume.driver import BlockStorage, Capabilities

ZONE = "nova"
"""The one availability zone; compute's has the same name, and clients expect it so."""


@dataclass(frozen=True)
class StorageAccess:
    """How to reach the storage: its driver, threads that change things there and one that only looks. `host` is the
    machine's name. A storage that is not `durable` (a simulated one) forgets its volumes when the process ends."""

    host: str
    driver: BlockStorage
    capabilities: Capabilities
    change: Lane
    observe: Lane
    durable: bool = True

    @property
    def pool(self) -> str:
        """The storage as Cinder names a place for volumes: 'host@backend#pool'."""
        return f"{self.backend}#{self.capabilities.name}"

    @property
    def backend(self) -> str:
        """Who serves it, as Cinder names it: 'host@backend'."""
        return f"{self.host}@{self.capabilities.name}"


@dataclass(frozen=True)
class BlockStorageService:
    """What block storage's use cases stand on."""

    db: Database
    policy: Policy
    config: VolumeConfig
    images: Images
    storage: StorageAccess
