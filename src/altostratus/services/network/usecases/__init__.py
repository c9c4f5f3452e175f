"""What the network service does: one verb, one file. Plain functions of a transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from altostratus.kernel.db import Database
from altostratus.kernel.policy import Policy
from altostratus.services.network.config import NetworkConfig


@dataclass(frozen=True)
class Networking:
    """What use cases and handlers stand on. `bridge` names the link that a network's taps are plugged into."""

    db: Database
    policy: Policy
    config: NetworkConfig
    bridge: Callable[[str], str]
    max_mtu: int
