"""/v2.0/extensions: what of Neutron's extensions is truly there."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from altostratus.services.network.api import NetworkCall
from altostratus.services.network.errors import ExtensionNotFound

UPDATED = "2026-01-01T00:00:00-00:00"
EXTENSIONS = {
    "allowed-address-pairs": "Allowed Address Pairs",
    "availability_zone": "Availability Zone",
    "binding": "Port Binding",
    "default-subnetpools": "Default Subnetpools",
    "ext-gw-mode": "Neutron L3 Configurable external gateway mode",
    "external-net": "Neutron external network",
    "extra_dhcp_opt": "Neutron Extra DHCP options",
    "extraroute": "Neutron Extra Route",
    "extraroute-atomic": "Atomically add/remove extra routes",
    "filter-validation": "Filter parameters validation",
    "fip-port-details": "Floating IP Port Details Extension",
    "ip-substring-filtering": "IP address substring filtering",
    "net-mtu": "Network MTU",
    "net-mtu-writable": "Network MTU (writable)",
    "network-ip-availability": "Network IP Availability",
    "network_availability_zone": "Network Availability Zone",
    "pagination": "Pagination support",
    "port-security": "Port Security",
    "port-security-groups-filtering": "Port filtering on security groups",
    "project-id": "project_id field enabled",
    "provider": "Provider Network",
    "quota_details": "Quota details management support",
    "quotas": "Quota management support",
    "revision-if-match": "If-Match constraints based on revision_number",
    "router": "Neutron L3 Router",
    "router_availability_zone": "Router Availability Zone",
    "security-group": "security-group",
    "security-groups-normalized-cidr": "Normalized CIDR field for security group rules",
    "sort-key-validation": "Sort key validation",
    "sorting": "Sorting support",
    "standard-attr-description": "standard-attr-description",
    "standard-attr-revisions": "Resource revision numbers",
    "standard-attr-tag": "Tag support for resources with standard attribute",
    "standard-attr-timestamp": "Resource timestamps",
    "subnet-external-network": "Subnet belongs to an external network",
    "subnet_allocation": "Subnet Allocation",
    "tag-creation": "Tag creation",
}


def _view(alias: str) -> dict[str, Any]:
    name = EXTENSIONS[alias]
    return {"alias": alias, "name": name, "description": name, "updated": UPDATED, "links": []}


@get("/v2.0/extensions")
async def list_extensions(request: NetworkCall) -> dict[str, Any]:
    """All of them."""
    return {"extensions": [_view(alias) for alias in EXTENSIONS]}


@get("/v2.0/extensions/{alias:str}")
async def show_extension(request: NetworkCall, alias: FromPath[str]) -> dict[str, Any]:
    """One of them."""
    if alias not in EXTENSIONS:
        raise ExtensionNotFound(alias=alias)
    return {"extension": _view(alias)}


ROUTES = (list_extensions, show_extension)
