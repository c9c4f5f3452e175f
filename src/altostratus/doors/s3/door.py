"""What the door's functions stand on."""

from dataclasses import dataclass

from altostratus.contracts.identity import Identity
from altostratus.contracts.objectstore import ObjectStore
from altostratus.doors.s3.config import S3Config
from altostratus.kernel.clock import Clock
from altostratus.kernel.lanes import Lane

PREFIX = "/s3"


@dataclass(frozen=True)
class Door:
    """`region` is what requests are signed for; `base_url` the cloud's, without the door's prefix."""

    objects: ObjectStore
    identity: Identity
    clock: Clock
    config: S3Config
    region: str
    base_url: str
    lane: Lane
