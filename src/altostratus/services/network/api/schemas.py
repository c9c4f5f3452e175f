"""Request bodies. Attributes that may not be set are not there: naming one is 'Unrecognized attribute(s)'."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Text = Annotated[str, Meta(max_length=255)]
Uuid = Annotated[str, Meta(pattern="^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$")]
Mac = Annotated[str, Meta(pattern="^[0-9a-fA-F][02468aceACE]([:][0-9a-fA-F]{2}){5}$")]
Project = Annotated[str, Meta(max_length=64)]
Ip = Annotated[str, Meta(max_length=64)]
Number = Annotated[int, Meta(ge=-1, le=2**31 - 1)]
Length = Annotated[int, Meta(ge=0, le=128)]
Version = Literal[4, 6]
Ipv6Mode = Literal["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]
Limit = Annotated[int, Meta(ge=-1, le=2**31 - 1)]


class Pool(Struct, forbid_unknown_fields=True):
    """start and end are addresses, both included."""

    start: Ip
    end: Ip


class Route(Struct, forbid_unknown_fields=True):
    """destination is a prefix."""

    destination: Ip
    nexthop: Ip


class FixedIP(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A subnet, an address, or both."""

    subnet_id: Uuid | None = None
    ip_address: Ip | None = None


class AddressPair(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """ip_address is an address or a prefix."""

    ip_address: Ip
    mac_address: Mac | None = None


class DhcpOption(Struct, forbid_unknown_fields=True):
    """A DHCP option; a null value takes it away."""

    opt_name: Annotated[str, Meta(min_length=1, max_length=64)]
    opt_value: Text | None = None
    ip_version: Version = 4


class GatewayInfo(Struct, forbid_unknown_fields=True):
    """A router's gateway."""

    network_id: Uuid | UnsetType = UNSET
    enable_snat: bool | UnsetType = UNSET
    external_fixed_ips: list[FixedIP] | UnsetType = UNSET


class _Named(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class _Owned(_Named, kw_only=True):
    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET


_NETWORK = {
    "router_external": "router:external",
    "network_type": "provider:network_type",
    "physical_network": "provider:physical_network",
    "segmentation_id": "provider:segmentation_id",
}


class _Network(_Named, kw_only=True, rename=_NETWORK):
    admin_state_up: bool | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    router_external: bool | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    port_security_enabled: bool | UnsetType = UNSET
    mtu: Number | UnsetType = UNSET
    network_type: str | UnsetType = UNSET
    physical_network: str | UnsetType = UNSET
    segmentation_id: Number | UnsetType = UNSET


class NewNetwork(_Network, kw_only=True, rename=_NETWORK):
    """POST /v2.0/networks."""

    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET
    availability_zone_hints: list[Text] | UnsetType = UNSET


class NetworkChange(_Network, kw_only=True, rename=_NETWORK):
    """PUT /v2.0/networks/{id}."""


class _Subnet(_Named, kw_only=True):
    gateway_ip: Ip | None | UnsetType = UNSET
    allocation_pools: list[Pool] | None | UnsetType = UNSET
    dns_nameservers: list[Ip] | None | UnsetType = UNSET
    host_routes: list[Route] | None | UnsetType = UNSET
    enable_dhcp: bool | UnsetType = UNSET


class NewSubnet(_Subnet, kw_only=True):
    """POST /v2.0/subnets."""

    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET
    network_id: Uuid
    ip_version: Version | UnsetType = UNSET
    cidr: Ip | None | UnsetType = UNSET
    subnetpool_id: Uuid | None | UnsetType = UNSET
    use_default_subnetpool: bool | UnsetType = UNSET
    prefixlen: Length | UnsetType = UNSET
    ipv6_ra_mode: Ipv6Mode | UnsetType = UNSET
    ipv6_address_mode: Ipv6Mode | UnsetType = UNSET


class SubnetChange(_Subnet, kw_only=True):
    """PUT /v2.0/subnets/{id}."""


_PORT = {"vnic_type": "binding:vnic_type", "profile": "binding:profile", "host_id": "binding:host_id"}


class _Port(_Named, kw_only=True, rename=_PORT):
    admin_state_up: bool | UnsetType = UNSET
    fixed_ips: list[FixedIP] | None | UnsetType = UNSET
    device_id: Text | UnsetType = UNSET
    device_owner: Text | UnsetType = UNSET
    security_groups: list[Uuid] | None | UnsetType = UNSET
    port_security_enabled: bool | UnsetType = UNSET
    allowed_address_pairs: list[AddressPair] | None | UnsetType = UNSET
    extra_dhcp_opts: list[DhcpOption] | None | UnsetType = UNSET
    mac_address: Mac | UnsetType = UNSET
    vnic_type: Literal["normal"] | UnsetType = UNSET
    profile: dict[str, Any] | None | UnsetType = UNSET
    host_id: Text | None | UnsetType = UNSET


class NewPort(_Port, kw_only=True, rename=_PORT):
    """POST /v2.0/ports."""

    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET
    network_id: Uuid


class PortChange(_Port, kw_only=True, rename=_PORT):
    """PUT /v2.0/ports/{id}."""


class NewRouter(_Owned, kw_only=True):
    """POST /v2.0/routers."""

    admin_state_up: bool | UnsetType = UNSET
    external_gateway_info: GatewayInfo | None | UnsetType = UNSET
    availability_zone_hints: list[Text] | UnsetType = UNSET


class RouterChange(_Named, kw_only=True):
    """PUT /v2.0/routers/{id}."""

    admin_state_up: bool | UnsetType = UNSET
    external_gateway_info: GatewayInfo | None | UnsetType = UNSET
    routes: list[Route] | None | UnsetType = UNSET


class InterfaceBody(Struct, forbid_unknown_fields=True):
    """PUT /v2.0/routers/{id}/add_router_interface and remove_router_interface."""

    subnet_id: Uuid | UnsetType = UNSET
    port_id: Uuid | UnsetType = UNSET


class Routes(Struct, forbid_unknown_fields=True):
    """Routes of a router."""

    routes: list[Route]


class RoutesBody(Struct, forbid_unknown_fields=True):
    """PUT /v2.0/routers/{id}/add_extraroutes and remove_extraroutes."""

    router: Routes


class NewFloatingIP(Struct, forbid_unknown_fields=True, kw_only=True):
    """POST /v2.0/floatingips."""

    floating_network_id: Uuid
    port_id: Uuid | None | UnsetType = UNSET
    fixed_ip_address: Ip | None | UnsetType = UNSET
    floating_ip_address: Ip | UnsetType = UNSET
    subnet_id: Uuid | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET


class FloatingIPChange(Struct, forbid_unknown_fields=True, kw_only=True):
    """PUT /v2.0/floatingips/{id}."""

    port_id: Uuid | None | UnsetType = UNSET
    fixed_ip_address: Ip | None | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class NewSecurityGroup(_Owned, kw_only=True):
    """POST /v2.0/security-groups."""


class SecurityGroupChange(_Named, kw_only=True):
    """PUT /v2.0/security-groups/{id}."""


class NewSecurityGroupRule(Struct, forbid_unknown_fields=True, kw_only=True):
    """POST /v2.0/security-group-rules."""

    security_group_id: Uuid
    direction: Literal["ingress", "egress"]
    ethertype: Text | None | UnsetType = UNSET
    protocol: int | Text | None | UnsetType = UNSET
    port_range_min: int | None | UnsetType = UNSET
    port_range_max: int | None | UnsetType = UNSET
    remote_ip_prefix: Ip | None | UnsetType = UNSET
    remote_group_id: Text | None | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET


class _Pool(_Named, kw_only=True):
    default_quota: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None | UnsetType = UNSET
    min_prefixlen: Length | UnsetType = UNSET
    max_prefixlen: Length | UnsetType = UNSET
    default_prefixlen: Length | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


class NewSubnetPool(_Pool, kw_only=True):
    """POST /v2.0/subnetpools."""

    project_id: Project | UnsetType = UNSET
    tenant_id: Project | UnsetType = UNSET
    prefixes: list[Ip]
    shared: bool | UnsetType = UNSET


class SubnetPoolChange(_Pool, kw_only=True):
    """PUT /v2.0/subnetpools/{id}."""

    prefixes: list[Ip] | UnsetType = UNSET


class Tags(Struct, forbid_unknown_fields=True):
    """PUT and POST /v2.0/{collection}/{id}/tags."""

    tags: list[str]


class Limits(Struct, forbid_unknown_fields=True, kw_only=True):
    """Limits by resource; -1 is unlimited."""

    network: Limit | UnsetType = UNSET
    subnet: Limit | UnsetType = UNSET
    subnetpool: Limit | UnsetType = UNSET
    port: Limit | UnsetType = UNSET
    router: Limit | UnsetType = UNSET
    floatingip: Limit | UnsetType = UNSET
    security_group: Limit | UnsetType = UNSET
    security_group_rule: Limit | UnsetType = UNSET


class QuotaBody(Struct, forbid_unknown_fields=True):
    """PUT /v2.0/quotas/{project}."""

    quota: Limits


def creation(single: str, plural: str, kind: type[Struct]) -> type[Struct]:
    """The body of POST: one under its singular name, or a list under its plural one."""
    one: Any = kind | UnsetType
    many: Any = list[kind] | UnsetType  # type: ignore[valid-type]
    fields = [(single, one, UNSET), (plural, many, UNSET)]
    return msgspec.defstruct(f"{kind.__name__}Body", fields, forbid_unknown_fields=True)


def change(single: str, kind: type[Struct]) -> type[Struct]:
    """The body of PUT."""
    return msgspec.defstruct(f"{kind.__name__}Body", [(single, kind)], forbid_unknown_fields=True)
