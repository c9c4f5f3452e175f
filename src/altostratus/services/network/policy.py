"""Who may: Neutron's rule names and default rules, for what is implemented.

Targets carry `project_id` of the resource, `network:project_id` of its network, `security_group:project_id` of its
group, and `shared` and `router:external` as text, because oslo.policy compares text.
"""

ADMIN = "rule:admin_only"
MEMBER = "role:member and project_id:%(project_id)s"
READER = "role:reader and project_id:%(project_id)s"
NET_MEMBER = "role:member and rule:network_owner"
NET_READER = "role:reader and rule:network_owner"
GROUP_MEMBER = "role:member and rule:sg_owner"
GROUP_READER = "role:reader and rule:sg_owner"
ADMIN_OR_SERVICE = "rule:admin_only or rule:service_api"


def _any_of(*rules: str) -> str:
    return " or ".join(f"({rule})" for rule in rules)


_BASE = {
    "context_is_admin": "role:admin",
    "admin_only": "rule:context_is_admin",
    "service_api": "role:service",
    "owner": "project_id:%(project_id)s",
    "network_owner": "project_id:%(network:project_id)s",
    "sg_owner": "project_id:%(security_group:project_id)s",
    "shared": "True:%(shared)s",
    "external": "True:%(router:external)s",
    "external_network": "True:%(router:external)s",
    "shared_subnetpools": "True:%(shared)s",
    "network_device": "True:%(network_device)s",
    "admin_or_owner": "rule:context_is_admin or rule:owner",
    "default": "rule:admin_or_owner",
}

_NETWORK = {
    "create_network": _any_of(ADMIN, MEMBER),
    "create_network:shared": ADMIN,
    "create_network:router:external": ADMIN,
    "create_network:is_default": ADMIN,
    "create_network:port_security_enabled": _any_of(ADMIN, MEMBER),
    "create_network:provider:network_type": ADMIN,
    "create_network:provider:physical_network": ADMIN,
    "create_network:provider:segmentation_id": ADMIN,
    "get_network": _any_of(ADMIN, READER, "rule:service_api", "rule:shared", "rule:external"),
    "get_network:provider:network_type": ADMIN,
    "get_network:provider:physical_network": ADMIN,
    "get_network:provider:segmentation_id": ADMIN,
    "update_network": _any_of(ADMIN, MEMBER),
    "update_network:shared": ADMIN,
    "update_network:router:external": ADMIN,
    "update_network:is_default": ADMIN,
    "update_network:port_security_enabled": _any_of(ADMIN, MEMBER),
    "update_network:provider:network_type": ADMIN,
    "update_network:provider:physical_network": ADMIN,
    "update_network:provider:segmentation_id": ADMIN,
    "delete_network": _any_of(ADMIN, MEMBER),
}

_SUBNET = {
    "create_subnet": _any_of(ADMIN, NET_MEMBER),
    "get_subnet": _any_of(
        ADMIN, READER, NET_READER, "rule:shared", "rule:external_network", "rule:service_api"
    ),
    "update_subnet": _any_of(ADMIN, MEMBER, NET_MEMBER),
    "delete_subnet": _any_of(ADMIN, MEMBER, NET_MEMBER),
    "create_subnetpool": _any_of(ADMIN, MEMBER),
    "create_subnetpool:shared": ADMIN,
    "create_subnetpool:is_default": ADMIN,
    "get_subnetpool": _any_of(ADMIN, READER, "rule:shared_subnetpools"),
    "update_subnetpool": _any_of(ADMIN, MEMBER),
    "update_subnetpool:is_default": ADMIN,
    "delete_subnetpool": _any_of(ADMIN, MEMBER),
}  # fmt: skip

_NET_MEMBER_OR_SERVICE = _any_of(ADMIN_OR_SERVICE, NET_MEMBER)

_PORT = {
    "create_port": _any_of(ADMIN_OR_SERVICE, NET_MEMBER, "rule:shared"),
    "create_port:device_id": _any_of(ADMIN_OR_SERVICE, MEMBER),
    "create_port:device_owner": _any_of("not rule:network_device", ADMIN_OR_SERVICE, NET_MEMBER),
    "create_port:mac_address": _NET_MEMBER_OR_SERVICE,
    "create_port:fixed_ips": _any_of(ADMIN_OR_SERVICE, NET_MEMBER, "rule:shared"),
    "create_port:fixed_ips:ip_address": _NET_MEMBER_OR_SERVICE,
    "create_port:fixed_ips:subnet_id": _any_of(ADMIN_OR_SERVICE, NET_MEMBER, "rule:shared"),
    "create_port:port_security_enabled": _NET_MEMBER_OR_SERVICE,
    "create_port:binding:host_id": ADMIN_OR_SERVICE,
    "create_port:binding:profile": ADMIN_OR_SERVICE,
    "create_port:binding:vnic_type": _any_of(ADMIN_OR_SERVICE, MEMBER),
    "create_port:allowed_address_pairs": _NET_MEMBER_OR_SERVICE,
    "get_port": _any_of(ADMIN_OR_SERVICE, NET_READER, READER),
    "get_port:binding:vif_type": ADMIN_OR_SERVICE,
    "get_port:binding:vif_details": ADMIN_OR_SERVICE,
    "get_port:binding:host_id": ADMIN_OR_SERVICE,
    "get_port:binding:profile": ADMIN_OR_SERVICE,
    "update_port": _any_of(ADMIN_OR_SERVICE, MEMBER),
    "update_port:device_id": _any_of(ADMIN_OR_SERVICE, MEMBER),
    "update_port:device_owner": _any_of("not rule:network_device", ADMIN_OR_SERVICE, NET_MEMBER),
    "update_port:mac_address": _any_of(ADMIN_OR_SERVICE, "role:manager and rule:network_owner"),
    "update_port:fixed_ips": _NET_MEMBER_OR_SERVICE,
    "update_port:fixed_ips:ip_address": _NET_MEMBER_OR_SERVICE,
    "update_port:fixed_ips:subnet_id": _any_of(ADMIN_OR_SERVICE, NET_MEMBER, "rule:shared"),
    "update_port:port_security_enabled": _NET_MEMBER_OR_SERVICE,
    "update_port:binding:host_id": ADMIN_OR_SERVICE,
    "update_port:binding:profile": ADMIN_OR_SERVICE,
    "update_port:binding:vnic_type": _any_of(ADMIN_OR_SERVICE, MEMBER),
    "update_port:allowed_address_pairs": _NET_MEMBER_OR_SERVICE,
    "delete_port": _any_of(ADMIN_OR_SERVICE, NET_MEMBER, MEMBER),
}

_ROUTER = {
    "create_router": _any_of(ADMIN, MEMBER),
    "create_router:external_gateway_info": _any_of(ADMIN, MEMBER),
    "create_router:external_gateway_info:network_id": _any_of(ADMIN, MEMBER),
    "create_router:external_gateway_info:enable_snat": ADMIN,
    "create_router:external_gateway_info:external_fixed_ips": ADMIN,
    "get_router": _any_of(ADMIN, READER),
    "update_router": _any_of(ADMIN, MEMBER),
    "update_router:external_gateway_info": _any_of(ADMIN, MEMBER),
    "update_router:external_gateway_info:network_id": _any_of(ADMIN, MEMBER),
    "update_router:external_gateway_info:enable_snat": ADMIN,
    "update_router:external_gateway_info:external_fixed_ips": ADMIN,
    "delete_router": _any_of(ADMIN, MEMBER),
    "add_router_interface": _any_of(ADMIN, MEMBER),
    "remove_router_interface": _any_of(ADMIN, MEMBER),
    "add_extraroutes": _any_of(ADMIN, MEMBER),
    "remove_extraroutes": _any_of(ADMIN, MEMBER),
    "create_floatingip": _any_of(ADMIN, MEMBER),
    "create_floatingip:floating_ip_address": _any_of(ADMIN, "role:manager and project_id:%(project_id)s"),
    "get_floatingip": _any_of(ADMIN, READER),
    "update_floatingip": _any_of(ADMIN, MEMBER),
    "delete_floatingip": _any_of(ADMIN, MEMBER),
}

_SECURITY_GROUP = {
    "create_security_group": _any_of(ADMIN, MEMBER),
    "get_security_group": _any_of(ADMIN, READER),
    "update_security_group": _any_of(ADMIN, MEMBER),
    "delete_security_group": _any_of(ADMIN, MEMBER),
    "create_security_group_rule": _any_of(ADMIN, GROUP_MEMBER),
    "get_security_group_rule": _any_of(ADMIN, GROUP_READER),
    "delete_security_group_rule": _any_of(ADMIN, GROUP_MEMBER),
}

_OTHER = {
    "get_quota": _any_of(ADMIN, "role:manager and project_id:%(project_id)s"),
    "update_quota": ADMIN,
    "delete_quota": ADMIN,
    "get_availability_zone": "",
    "get_network_ip_availability": ADMIN_OR_SERVICE,
}

DEFAULTS: dict[str, str] = {**_BASE, **_NETWORK, **_SUBNET, **_PORT, **_ROUTER, **_SECURITY_GROUP, **_OTHER}
