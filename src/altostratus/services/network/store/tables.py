"""The tables of the network service. Columns named `generation` count wishes, `observed_generation` says which wish
the host was last seen to fulfil, `observed_digest` which spec it was made from (NULL: nothing on the host)."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from altostratus.kernel.db import Instant, Json, Name, metadata


def _standard() -> list[Any]:
    """What every resource has."""
    return [
        Column("id", String(36), primary_key=True),
        Column("project_id", Name(64), nullable=False, index=True),
        Column("description", Name(), nullable=False, default=""),
        Column("revision_number", BigInteger, nullable=False, default=0),
        Column("created_at", Instant, nullable=False),
        Column("updated_at", Instant, nullable=False),
    ]


def _realised() -> list[Any]:
    """What every resource with a part on a host has."""
    due = text("generation <> observed_generation")
    return [
        Column("generation", BigInteger, nullable=False, default=0),
        Column("observed_generation", BigInteger, nullable=False, default=0),
        Column("observed_digest", String(16)),
        Index(None, "generation", sqlite_where=due, postgresql_where=due),
    ]


network = Table(
    "network",
    metadata,
    *_standard(),
    Column("name", Name(), nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("external", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("port_security_enabled", Boolean, nullable=False),
    Column("mtu", Integer, nullable=False),
    *_realised(),
)

subnet_pool = Table(
    "subnet_pool",
    metadata,
    *_standard(),
    Column("name", Name(), nullable=False),
    Column("prefixes", Json(), nullable=False),
    Column("ip_version", Integer, nullable=False),
    Column("min_prefixlen", Integer, nullable=False),
    Column("max_prefixlen", Integer, nullable=False),
    Column("default_prefixlen", Integer, nullable=False),
    Column("default_quota", Integer),
    Column("shared", Boolean, nullable=False),
    Column("is_default", Boolean, nullable=False),
)

subnet = Table(
    "subnet",
    metadata,
    *_standard(),
    Column("network_id", String(36), ForeignKey("network.id"), nullable=False, index=True),
    Column("subnetpool_id", String(36), ForeignKey("subnet_pool.id"), index=True),
    Column("name", Name(), nullable=False),
    Column("ip_version", Integer, nullable=False),
    Column("cidr", String(64), nullable=False),
    Column("gateway_ip", String(64)),
    Column("enable_dhcp", Boolean, nullable=False),
    Column("ipv6_ra_mode", String(32)),
    Column("ipv6_address_mode", String(32)),
    Column("allocation_pools", Json(), nullable=False),
    Column("dns_nameservers", Json(), nullable=False),
    Column("host_routes", Json(), nullable=False),
    UniqueConstraint("network_id", "cidr"),
)

port = Table(
    "port",
    metadata,
    *_standard(),
    Column("network_id", String(36), ForeignKey("network.id"), nullable=False),
    Column("name", Name(), nullable=False),
    Column("mac_address", String(17), nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("device_id", Name(), nullable=False),
    Column("device_owner", Name(), nullable=False),
    Column("port_security_enabled", Boolean, nullable=False),
    Column("allowed_address_pairs", Json(), nullable=False),
    Column("extra_dhcp_opts", Json(), nullable=False),
    Column("vnic_type", String(64), nullable=False, default="normal"),
    Column("profile", Json(), nullable=False, default=dict),
    # where it is plugged, and by whom
    Column("host_id", Name(), nullable=False, default=""),
    Column("hostname", Name(), nullable=False, default=""),
    Column("owner", Name(), nullable=False, default="", index=True),
    Column("ordinal", Integer, nullable=False, default=0),
    Column("made_for_owner", Boolean, nullable=False, default=False),
    # ready on the host once the port's and the network's observed generations have reached these
    Column("bound_generation", BigInteger, nullable=False, default=0),
    Column("network_generation", BigInteger, nullable=False, default=0),
    *_realised(),
    UniqueConstraint("network_id", "mac_address"),
    Index(None, "device_id"),
)

port_address = Table(
    "port_address",
    metadata,
    Column("port_id", String(36), ForeignKey("port.id", ondelete="CASCADE"), nullable=False),
    Column("subnet_id", String(36), ForeignKey("subnet.id"), nullable=False),
    Column("network_id", String(36), nullable=False),
    Column("ip", String(64), nullable=False),
    Column("ordinal", Integer, nullable=False),
    PrimaryKeyConstraint("port_id", "ip"),
    UniqueConstraint("subnet_id", "ip"),
    Index(None, "network_id", "ip"),
)

security_group = Table(
    "security_group",
    metadata,
    *_standard(),
    Column("name", Name(), nullable=False),
    # changes of the members' addresses, and which of them the ports that refer to the group have been told of
    Column("membership", BigInteger, nullable=False, default=0),
    Column("spread", BigInteger, nullable=False, default=0),
    Column("spread_at", Instant),
)

default_security_group = Table(
    "default_security_group",
    metadata,
    Column("project_id", Name(64), primary_key=True),
    Column("security_group_id", String(36), ForeignKey("security_group.id", ondelete="CASCADE"), nullable=False),
)

security_group_rule = Table(
    "security_group_rule",
    metadata,
    *_standard(),
    Column("security_group_id", String(36), ForeignKey("security_group.id"), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("ethertype", String(8), nullable=False),
    Column("protocol", String(40)),
    Column("port_range_min", Integer),
    Column("port_range_max", Integer),
    Column("remote_ip_prefix", String(64)),
    Column("remote_group_id", String(36), ForeignKey("security_group.id"), index=True),
    Column("meaning", Text, nullable=False),
    UniqueConstraint("security_group_id", "meaning"),
)

port_security_group = Table(
    "port_security_group",
    metadata,
    Column("port_id", String(36), ForeignKey("port.id", ondelete="CASCADE"), nullable=False),
    Column("security_group_id", String(36), ForeignKey("security_group.id"), nullable=False, index=True),
    PrimaryKeyConstraint("port_id", "security_group_id"),
)

router = Table(
    "router",
    metadata,
    *_standard(),
    Column("name", Name(), nullable=False),
    Column("admin_state_up", Boolean, nullable=False),
    Column("enable_snat", Boolean, nullable=False),
    Column("routes", Json(), nullable=False),
    *_realised(),
)

floating_ip = Table(
    "floating_ip",
    metadata,
    *_standard(),
    Column("floating_network_id", String(36), ForeignKey("network.id"), nullable=False, index=True),
    Column("floating_port_id", String(36), ForeignKey("port.id"), nullable=False),
    Column("address", String(64), nullable=False),
    Column("port_id", String(36), ForeignKey("port.id")),
    Column("fixed_ip", String(64)),
    Column("router_id", String(36), ForeignKey("router.id"), index=True),
    Column("router_generation", BigInteger, nullable=False, default=0),
    UniqueConstraint("port_id", "fixed_ip", "floating_network_id"),
)

tag = Table(
    "network_tag",
    metadata,
    Column("resource_id", String(36), nullable=False),
    Column("tag", Name(), nullable=False),
    PrimaryKeyConstraint("resource_id", "tag"),
    Index(None, "tag"),
)

tombstone = Table(
    "network_tombstone",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("id", String(36), nullable=False),
    PrimaryKeyConstraint("kind", "id"),
)
