"""Resources as JSON, with every attribute; what a caller may not see is taken out in `api.resource`."""

from typing import Any

from altostratus.kernel.clock import iso
from altostratus.services.network.store.floating_ips import FloatingIP
from altostratus.services.network.store.networks import Network
from altostratus.services.network.store.ports import Port
from altostratus.services.network.store.routers import Router
from altostratus.services.network.store.security_groups import Rule, SecurityGroup
from altostratus.services.network.store.subnet_pools import SubnetPool
from altostratus.services.network.store.subnets import Subnet
from altostratus.services.network.usecases.create_network import EXTERNAL_PHYSICAL, EXTERNAL_TYPE, TENANT_TYPE
from altostratus.services.network.usecases.router_interfaces import Interface

ZONE = "nova"


def _standard(found: Any) -> dict[str, Any]:
    return {
        "id": found.id,
        "project_id": found.project_id,
        "tenant_id": found.project_id,
        "description": found.description,
        "revision_number": found.revision_number,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
    }


def network(found: Network) -> dict[str, Any]:
    """A network. Its status is ACTIVE from the start, as Neutron's are."""
    return {
        **_standard(found),
        "name": found.name,
        "status": "ACTIVE",
        "admin_state_up": found.admin_state_up,
        "shared": found.shared,
        "router:external": found.external,
        **({"is_default": found.is_default} if found.external else {}),
        "mtu": found.mtu,
        "port_security_enabled": found.port_security_enabled,
        "subnets": list(found.subnets),
        "availability_zone_hints": [],
        "availability_zones": [ZONE],
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "provider:network_type": EXTERNAL_TYPE if found.external else TENANT_TYPE,
        "provider:physical_network": EXTERNAL_PHYSICAL if found.external else None,
        "provider:segmentation_id": None,
        "tags": list(found.tags),
    }


def subnet(found: Subnet) -> dict[str, Any]:
    """A subnet."""
    return {
        **_standard(found),
        "name": found.name,
        "network_id": found.network_id,
        "ip_version": found.ip_version,
        "cidr": found.cidr,
        "gateway_ip": found.gateway_ip,
        "enable_dhcp": found.enable_dhcp,
        "ipv6_ra_mode": found.ipv6_ra_mode,
        "ipv6_address_mode": found.ipv6_address_mode,
        "allocation_pools": found.allocation_pools,
        "dns_nameservers": found.dns_nameservers,
        "host_routes": found.host_routes,
        "subnetpool_id": found.subnetpool_id,
        "router:external": found.network_external,
        "tags": list(found.tags),
    }


def port(found: Port) -> dict[str, Any]:
    """A port; binding:* but vnic_type is for administrators."""
    bound = bool(found.host_id)
    return {
        **_standard(found),
        "name": found.name,
        "network_id": found.network_id,
        "mac_address": found.mac_address,
        "admin_state_up": found.admin_state_up,
        "status": found.status,
        "device_id": found.device_id,
        "device_owner": found.device_owner,
        "fixed_ips": [{"subnet_id": subnet_id, "ip_address": ip} for subnet_id, ip in found.fixed_ips],
        "security_groups": list(found.security_groups),
        "port_security_enabled": found.port_security_enabled,
        "allowed_address_pairs": [{"mac_address": found.mac_address, **pair} for pair in found.allowed_address_pairs],
        "extra_dhcp_opts": found.extra_dhcp_opts,
        "binding:vnic_type": found.vnic_type,
        "binding:host_id": found.host_id,
        "binding:profile": found.profile,
        "binding:vif_type": "bridge" if bound else "unbound",
        "binding:vif_details": {"port_filter": True, "connectivity": "l2"} if bound else {},
        "tags": list(found.tags),
    }


def router(found: Router) -> dict[str, Any]:
    """A router. Its status is ACTIVE from the start, as Neutron's are."""
    return {
        **_standard(found),
        "name": found.name,
        "status": "ACTIVE",
        "admin_state_up": found.admin_state_up,
        "external_gateway_info": _gateway(found),
        "routes": found.routes,
        "availability_zone_hints": [],
        "availability_zones": [ZONE],
        "tags": list(found.tags),
    }


def _gateway(found: Router) -> dict[str, Any] | None:
    if found.gateway is None:
        return None
    return {
        "network_id": found.gateway.network_id,
        "enable_snat": found.enable_snat,
        "external_fixed_ips": [{"subnet_id": key, "ip_address": ip} for key, ip in found.gateway.fixed_ips],
    }


def interface(found: Interface) -> dict[str, Any]:
    """The answer to adding or removing a router's interface."""
    return {
        "id": found.router_id,
        "project_id": found.project_id,
        "tenant_id": found.project_id,
        "port_id": found.port_id,
        "network_id": found.network_id,
        "subnet_id": found.subnet_ids[0] if found.subnet_ids else None,
        "subnet_ids": list(found.subnet_ids),
        "tags": [],
    }


def floating_ip(found: FloatingIP) -> dict[str, Any]:
    """A floating IP; ACTIVE when its router was seen to translate it."""
    return {
        **_standard(found),
        "floating_network_id": found.floating_network_id,
        "floating_ip_address": found.address,
        "port_id": found.port_id,
        "fixed_ip_address": found.fixed_ip,
        "router_id": found.router_id,
        "status": "ACTIVE" if found.active else "DOWN",
        "port_details": _port_details(found.port),
        "tags": list(found.tags),
    }


def _port_details(found: Port | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "name": found.name,
        "network_id": found.network_id,
        "mac_address": found.mac_address,
        "admin_state_up": found.admin_state_up,
        "status": found.status,
        "device_id": found.device_id,
        "device_owner": found.device_owner,
    }


def security_group(found: SecurityGroup) -> dict[str, Any]:
    """A security group with its rules; every group is stateful here."""
    return {
        **_standard(found),
        "name": found.name,
        "stateful": True,
        "security_group_rules": [security_group_rule(rule) for rule in found.rules],
        "tags": list(found.tags),
    }


def security_group_rule(found: Rule) -> dict[str, Any]:
    """A rule."""
    return {
        **_standard(found),
        "security_group_id": found.security_group_id,
        "direction": found.direction,
        "ethertype": found.ethertype,
        "protocol": found.protocol,
        "port_range_min": found.port_range_min,
        "port_range_max": found.port_range_max,
        "remote_ip_prefix": found.remote_ip_prefix,
        "normalized_cidr": found.remote_ip_prefix,
        "remote_group_id": found.remote_group_id,
        "remote_address_group_id": None,
    }


def subnet_pool(found: SubnetPool) -> dict[str, Any]:
    """A subnet pool."""
    return {
        **_standard(found),
        "name": found.name,
        "prefixes": found.prefixes,
        "ip_version": found.ip_version,
        "min_prefixlen": found.min_prefixlen,
        "max_prefixlen": found.max_prefixlen,
        "default_prefixlen": found.default_prefixlen,
        "default_quota": found.default_quota,
        "shared": found.shared,
        "is_default": found.is_default,
        "address_scope_id": None,
        "tags": list(found.tags),
    }
