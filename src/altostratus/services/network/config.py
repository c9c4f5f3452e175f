"""Options of the network service: the `[network]` table of the configuration file."""

import msgspec

from altostratus.kernel.config import build_config as _build
from altostratus.kernel.service import Cloud

EXTERNAL_CANDIDATES = (
    *(f"198.18.{third}.0/24" for third in range(8)),
    "198.51.100.0/24",
    *(f"10.254.{third}.0/24" for third in range(8)),
)
"""Tried in order for the first external network: ranges that hardly anybody routes (RFC 2544, RFC 5737)."""


class NetworkConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every option and its default."""

    external_network: bool = True
    """Make the network `public` at the first start."""

    external_cidr: str | None = None
    """Its addresses; by default the first candidate that the host does not route already."""

    mtu: int = 1500
    """The MTU of new networks, in bytes."""

    dns_servers: list[str] = []
    """Name servers for subnets that name none; empty means that guests get none."""

    mac_prefix: str = "fa:16:3e"
    """The first three bytes of every MAC address."""

    quota_network: int = 100
    """Networks a project; -1 is unlimited, here and below."""

    quota_subnet: int = 100
    """Subnets a project."""

    quota_port: int = 500
    """Ports a project."""

    quota_router: int = 10
    """Routers a project."""

    quota_floatingip: int = 50
    """Floating IPs a project."""

    quota_security_group: int = 10
    """Security groups a project."""

    quota_security_group_rule: int = 100
    """Security group rules a project."""

    quota_subnetpool: int = -1
    """Subnet pools a project."""

    orphan_grace_seconds: float = 60.0
    """How long something on the host may be unknown before it is removed."""

    check_seconds: float = 60.0
    """How often the whole host is compared with what is wanted."""

    membership_seconds_per_port: float = 0.05
    """A change of a remote group's members reaches its ports at most once in this time for each of them."""

    @property
    def quotas(self) -> dict[str, int]:
        """Default limits by Neutron's resource name."""
        return {name.removeprefix("quota_"): getattr(self, name) for name in self.__struct_fields__ if "quota_" in name}


def build_config(cloud: Cloud) -> NetworkConfig:
    """The configuration of this cloud's network service; ValueError names what is wrong."""
    return _build(NetworkConfig, "network", cloud.options.get("network", {}))
