"""What users and operators can ask of compute; one verb, one file."""

from collections.abc import Mapping
from dataclasses import dataclass

from altostratus.contracts.image import Images
from altostratus.contracts.network import Networks
from altostratus.contracts.volume import Volumes
from altostratus.kernel.db import Database
from altostratus.kernel.lanes import Lane
from altostratus.kernel.policy import Policy
from altostratus.kernel.secrets import MasterKey
from altostratus.services.compute.config import ComputeConfig
from altostratus.services.compute.driver import Hypervisor


@dataclass(frozen=True)
class HostAccess:
    """How to reach one host: its driver, four threads that change things there and one that only looks. A host that
    is not `durable` (a simulated one) forgets its machines when the process ends; they are simply made again."""

    id: str
    name: str
    driver: Hypervisor
    change: Lane
    observe: Lane
    durable: bool = True


@dataclass(frozen=True)
class Compute:
    """What compute's use cases stand on. `work` is a lane for slow local work (key generation)."""

    db: Database
    policy: Policy
    config: ComputeConfig
    images: Images
    networks: Networks
    volumes: Volumes
    master_key: MasterKey
    hosts: Mapping[str, HostAccess]
    work: Lane
