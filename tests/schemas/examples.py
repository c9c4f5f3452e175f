"""A valid request for every operation, as data. `$name` stands for the id of a thing of that kind, made for this one
request (`RECIPES`), `$new` for a name that nothing has yet, and a few more for what is there from the start (world.py).
An operation that takes no body and whose path parameters are in `PARAMETERS` needs no row."""

from dataclasses import dataclass, field
from typing import Any

MINE, FILTER = "/identity/v3/users/$me", "/identity/v3/OS-EP-FILTER"
ID, NET, CPU, VOL = "/identity/v3", "/network/v2.0", "/compute/v2.1", "/volume/v3"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody@somewhere"
TAGGED = ("networks", "subnets", "ports", "routers", "floatingips", "security-groups", "subnetpools")
Request = tuple[str, str, Any]
"""(method, path, body)"""


@dataclass(frozen=True)
class Recipe:
    """How a thing is made. `key` is the attribute that names it; `after` are requests that complete it, where
    `$self` is its id."""

    path: str
    body: Any
    key: str = "id"
    after: tuple[Request, ...] = ()


@dataclass(frozen=True)
class Example:
    """What an operation is sent, once for each of `bodies`; `before` prepares it. A body of bytes is sent as it is."""

    bodies: tuple[Any, ...] = (None,)
    before: tuple[Request, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    version: str = "latest"


def send(*bodies: Any, **more: Any) -> Example:
    return Example(bodies, **more)


def after(*before: Request, **more: Any) -> Example:
    return Example(before=before, **more)


_SERVER = {"name": "$new", "imageRef": "$image", "flavorRef": "42", "networks": [{"uuid": "$network_with_subnet"}]}
_ACCESS = {"service": "$new", "method": "GET", "path": "/v2.1/servers"}
_REGISTERED = {"service_id": "$service", "resource_name": "things", "default_limit": 10}
_LIMIT = {"service_id": "$limited_service", "project_id": "$project", "resource_name": "things", "resource_limit": 5}
_TRUST = {"trustor_user_id": "$me", "trustee_user_id": "$user", "project_id": "$my_project", "impersonation": False}

SIGNED_TEXT = "R0VUCgoKCi9idWNrZXQ="
SIGNED: dict[str, Any] = {
    "access": "$access_key", "host": "ec2.example", "verb": "GET", "path": "/",
    "params": {"SignatureMethod": "HmacSHA256", "SignatureVersion": "2"},
}  # fmt: skip
"""What the EC2 and S3 APIs send on of requests that they get; `world.py` signs it."""

RECIPES = {
    "domain": Recipe(f"{ID}/domains", {"domain": {"name": "$new", "enabled": False}}),
    "project": Recipe(f"{ID}/projects", {"project": {"name": "$new", "tags": ["red"]}}),
    "user": Recipe(f"{ID}/users", {"user": {"name": "$new", "password": "old"}}),
    "group": Recipe(f"{ID}/groups", {"group": {"name": "$new"}}),
    "role": Recipe(f"{ID}/roles", {"role": {"name": "$new"}}),
    "service": Recipe(f"{ID}/services", {"service": {"type": "$new", "name": "$new"}}),
    "endpoint": Recipe(
        f"{ID}/endpoints", {"endpoint": {"interface": "public", "service_id": "$service", "url": "http://a.example"}}
    ),
    "region": Recipe(f"{ID}/regions", {"region": {"id": "$new"}}),
    "credential": Recipe(f"{ID}/credentials", {"credential": {"type": "cert", "blob": "abc", "user_id": "$user"}}),
    "trust": Recipe(f"{ID}/OS-TRUST/trusts", {"trust": {**_TRUST, "roles": [{"name": "member"}]}}),
    "implied_role": Recipe(f"{ID}/roles", {"role": {"name": "$new"}}),
    "application_credential": Recipe(f"{MINE}/application_credentials", {"application_credential": {"name": "$new"}}),
    "ruled_credential": Recipe(
        f"{MINE}/application_credentials", {"application_credential": {"name": "$new", "access_rules": [_ACCESS]}}
    ),
    "access_key": Recipe(f"{MINE}/credentials/OS-EC2", {"tenant_id": "$my_project"}, key="access"),
    "endpoint_group": Recipe(
        f"{FILTER}/endpoint_groups", {"endpoint_group": {"name": "$new", "filters": {"interface": "admin"}}}
    ),
    "limited_service": Recipe(
        f"{ID}/services",
        {"service": {"type": "$new", "name": "$new"}},
        after=(
            (
                "POST",
                f"{ID}/registered_limits",
                {"registered_limits": [{"service_id": "$self", "resource_name": "things", "default_limit": 10}]},
            ),
        ),
    ),
    "registered_limit": Recipe(f"{ID}/registered_limits", {"registered_limits": [_REGISTERED]}),
    "limit": Recipe(f"{ID}/limits", {"limits": [_LIMIT]}),
    "empty_image": Recipe("/image/v2/images", {"name": "$new", "disk_format": "raw", "container_format": "bare"}),
    "image": Recipe(
        "/image/v2/images",
        {"name": "$new", "disk_format": "raw", "container_format": "bare", "tags": ["red"]},
        after=(("PUT", "/image/v2/images/$self/file", bytes(4096)),),
    ),
    "network": Recipe(f"{NET}/networks", {"network": {"name": "$new"}}),
    "network_with_subnet": Recipe(
        f"{NET}/networks",
        {"network": {"name": "$new"}},
        after=(
            ("POST", f"{NET}/subnets", {"subnet": {"network_id": "$self", "cidr": "10.9.0.0/24", "ip_version": 4}}),
        ),
    ),
    "subnet": Recipe(f"{NET}/subnets", {"subnet": {"network_id": "$network", "cidr": "10.8.0.0/24", "ip_version": 4}}),
    "port": Recipe(f"{NET}/ports", {"port": {"network_id": "$network_with_subnet", "name": "$new"}}),
    "router": Recipe(f"{NET}/routers", {"router": {"name": "$new"}}),
    "joined_router": Recipe(
        f"{NET}/routers",
        {"router": {"name": "$new"}},
        after=(("PUT", f"{NET}/routers/$self/add_router_interface", {"subnet_id": "$subnet"}),),
    ),
    "floatingip": Recipe(f"{NET}/floatingips", {"floatingip": {"floating_network_id": "$public"}}),
    "security_group": Recipe(f"{NET}/security-groups", {"security_group": {"name": "$new"}}),
    "security_group_rule": Recipe(
        f"{NET}/security-group-rules",
        {"security_group_rule": {"security_group_id": "$security_group", "direction": "ingress", "protocol": "tcp"}},
    ),
    "subnetpool": Recipe(f"{NET}/subnetpools", {"subnetpool": {"name": "$new", "prefixes": ["10.77.0.0/16"]}}),
    "volume": Recipe(f"{VOL}/volumes", {"volume": {"size": 1, "metadata": {"red": "1"}}}),
    "snapshot": Recipe(f"{VOL}/snapshots", {"snapshot": {"volume_id": "$volume", "metadata": {"red": "1"}}}),
    "volume_attachment": Recipe(f"{VOL}/attachments", {"attachment": {"volume_uuid": "$volume"}}),
    "flavor": Recipe(f"{CPU}/flavors", {"flavor": {"name": "$new", "ram": 64, "vcpus": 1, "disk": 1}}),
    "private_flavor": Recipe(
        f"{CPU}/flavors",
        {"flavor": {"name": "$new", "ram": 64, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": False}},
    ),
    "keypair": Recipe(f"{CPU}/os-keypairs", {"keypair": {"name": "$new", "public_key": KEY}}, key="name"),
    "server": Recipe(f"{CPU}/servers", {"server": {**_SERVER, "metadata": {"colour": "red"}, "tags": ["red"]}}),
    "server_with_volume": Recipe(
        f"{CPU}/servers",
        {"server": _SERVER},
        after=(("POST", f"{CPU}/servers/$self/os-volume_attachments", {"volumeAttachment": {"volumeId": "$volume"}}),),
    ),
}

PARAMETERS = {
    "floatingips/{key}": "$floatingip",
    "networks/{key}": "$network",
    "network-ip-availabilities/{key}": "$network_with_subnet",
    "ports/{key}": "$port",
    "routers/{key}": "$router",
    "security-group-rules/{key}": "$security_group_rule",
    "security-groups/{key}": "$security_group",
    "os-security-groups/{group_id}": "$security_group",
    "os-security-group-rules/{rule_id}": "$security_group_rule",
    "subnetpools/{key}": "$subnetpool",
    "subnets/{key}": "$subnet",
    "tags/{tag}": "red",
    "extensions/{alias}": "router",
    "volume/v3/extensions/{alias}": "os-quota-sets",
    "schemas/{name}": "image",
    "os-keypairs/{name}": "$keypair",
    "os-extra_specs/{key}": "hw:cpu_policy",
    "metadata/{key}": "colour",
    "ips/{network}": "$network_of_server",
    "os-interface/{port_id}": "$port_of_server",
    "os-hypervisors/{key}": "$hypervisor",
    "os-services/{key}": "$hypervisor",
    "os-volume_attachments/{volume_id}": "$volume",
    "os-volumes/{volume_id}": "$volume",
    "os-snapshots/{snapshot_id}": "$snapshot",
    "os-instance-actions/{request_id}": "$request_of_server",
    "passes/{kind}": "compute.server",
    "{kind}/{key}": "$server",
    "access_rules/{rule_id}": "$access_rule",
    "application_credentials/{credential_id}": "$application_credential",
    "OS-EC2/{access}": "$access_key",
    "endpoint_groups/{group_id}": "$endpoint_group",
    "implies/{implied_id}": "$implied_role",
    "registered_limits/{limit_id}": "$registered_limit",
    "v3/limits/{limit_id}": "$limit",
    "openapi/{service}": "compute",
    "volumes/{volume_id}/metadata/{key}": "red",
    "snapshots/{snapshot_id}/metadata/{key}": "red",
    "volumes/{volume_id}": "$volume",
    "snapshots/{snapshot_id}": "$snapshot",
    "v3/attachments/{attachment_id}": "$volume_attachment",
    "v3/os-quota-sets/{target}": "$my_project",
    "os-quota-class-sets/{name}": "default",
    "types/{type_id}": "default",
    "{credential_id}": "$credential",
    "{domain_id}": "$domain",
    "{endpoint_id}": "$endpoint",
    "{flavor_id}": "$flavor",
    "{group_id}": "$group",
    "{image_id}": "$image",
    "{project_id}": "$project",
    "{region_id}": "$region",
    "{role_id}": "$role",
    "{server_id}": "$server",
    "{service_id}": "$service",
    "{trust_id}": "$trust",
    "{user_id}": "$user",
}
"""Path parameters, by the path's end up to them; the longer is the stronger."""

KNOWN = {
    "domain_id": "default", "project_id": "$project", "tenant_id": "$project", "parent_id": "$project",
    "user_id": "$user", "service_id": "$service", "region_id": "$region", "region": "$region",
    "parent_region_id": "$region", "default_project_id": "$project",
    "trustor_user_id": "$me", "trustee_user_id": "$user", "network_id": "$network_with_subnet",
    "subnet_id": "$subnet", "port_id": "$port", "device_id": "$server", "security_group_id": "$security_group",
    "remote_group_id": "$security_group", "floating_network_id": "$public", "subnetpool_id": "$subnetpool",
    "imageRef": "$image", "flavorRef": "42", "key_name": "$keypair", "uuid": "$network_with_subnet",
    "port": "$port", "cidr": "10.8.7.0/24", "tenant": "$project", "parent_group_id": "$security_group",
    "group_id": "$security_group",
}  # fmt: skip
"""Attributes of bodies that name other things, with a value that does."""

_IDENTITY = {
    "DELETE /identity/v3/auth/tokens": Example(headers={"X-Subject-Token": "$token"}),
    "GET /identity/v3/auth/tokens": Example(headers={"X-Subject-Token": "$token"}),
    "POST /identity/v3/auth/tokens": send(
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "$user", "password": "old"}}}}},
        {
            "auth": {
                "identity": {"methods": ["token"], "token": {"id": "$my_token"}},
                "scope": {"project": {"id": "$my_project"}},
            }
        },
        {"auth": {"identity": {"methods": ["token"], "token": {"id": "$token"}}}},
    ),
    "POST /identity/v3/domains": send({"domain": {"name": "$new", "description": "mine", "tags": ["red"]}}),
    "PATCH /identity/v3/domains/{domain_id}": send({"domain": {"description": "yours"}}),
    "POST /identity/v3/projects": send({"project": {"name": "$new", "domain_id": "default", "enabled": True}}),
    "PATCH /identity/v3/projects/{project_id}": send({"project": {"name": "$new", "options": {"immutable": False}}}),
    "PUT /identity/v3/projects/{project_id}/tags": send({"tags": ["red", "green"]}),
    "PUT /identity/v3/projects/{project_id}/tags/{tag}": after(("DELETE", f"{ID}/projects/$project/tags/red", None)),
    "POST /identity/v3/users": send(
        {"user": {"name": "$new", "password": "secret", "email": "a@b.example", "default_project_id": "$project"}}
    ),
    "PATCH /identity/v3/users/{user_id}": send({"user": {"enabled": False, "options": {"lock_password": True}}}),
    "POST /identity/v3/users/{user_id}/password": send({"user": {"original_password": "old", "password": "new"}}),
    "POST /identity/v3/groups": send({"group": {"name": "$new", "description": "us"}}),
    "PATCH /identity/v3/groups/{group_id}": send({"group": {"description": "them"}}),
    "GET /identity/v3/groups/{group_id}/users/{user_id}": after(("PUT", f"{ID}/groups/$group/users/$user", None)),
    "DELETE /identity/v3/groups/{group_id}/users/{user_id}": after(("PUT", f"{ID}/groups/$group/users/$user", None)),
    "GET /identity/v3/groups/{group_id}/users": after(("PUT", f"{ID}/groups/$group/users/$user", None)),
    "GET /identity/v3/users/{user_id}/groups": after(("PUT", f"{ID}/groups/$group/users/$user", None)),
    "POST /identity/v3/roles": send({"role": {"name": "$new", "description": "what for"}}),
    "PATCH /identity/v3/roles/{role_id}": send({"role": {"name": "$new"}}),
    "POST /identity/v3/services": send({"service": {"type": "$new", "name": "$new", "enabled": False}}),
    "PATCH /identity/v3/services/{service_id}": send({"service": {"description": "what for"}}),
    "POST /identity/v3/endpoints": send(
        {"endpoint": {"interface": "admin", "service_id": "$service", "url": "http://a.example", "region": "$region"}}
    ),
    "PATCH /identity/v3/endpoints/{endpoint_id}": send({"endpoint": {"url": "https://b.example/%(tenant_id)s"}}),
    "POST /identity/v3/regions": send({"region": {"id": "$new", "parent_region_id": "$region"}}),
    "PUT /identity/v3/regions/{region_id}": send(
        {"region": {"description": "there"}}, before=(("DELETE", f"{ID}/regions/$region", None),)
    ),
    "PATCH /identity/v3/regions/{region_id}": send({"region": {"description": "there"}}),
    "POST /identity/v3/credentials": send({"credential": {"type": "cert", "blob": "abc", "user_id": "$user"}}),
    "PATCH /identity/v3/credentials/{credential_id}": send({"credential": {"blob": "def"}}),
    "POST /identity/v3/users/{user_id}/credentials/OS-EC2": send({"tenant_id": "$my_project"}),
    "POST /identity/v3/ec2tokens": send({"credentials": {**SIGNED, "signature": "$query_signature"}}),
    "POST /identity/v3/s3tokens": send(
        {"credentials": {"access": "$access_key", "token": SIGNED_TEXT, "signature": "$object_signature"}}
    ),
    "POST /identity/v3/users/{user_id}/application_credentials": send(
        {"application_credential": {"name": "$new", "access_rules": [_ACCESS], "roles": [{"name": "member"}]}},
        {"application_credential": {"name": "$new", "secret": "s", "expires_at": "2999-12-31T00:00:00.000000Z"}},
    ),
    "GET /identity/v3/users/{user_id}/access_rules": after(
        ("GET", f"{MINE}/application_credentials/$ruled_credential", None)
    ),
    "DELETE /identity/v3/users/{user_id}/access_rules/{rule_id}": after(
        ("GET", f"{MINE}/access_rules/$access_rule", None),
        ("DELETE", f"{MINE}/application_credentials/$ruled_credential", None),
    ),
    "POST /identity/v3/registered_limits": send({"registered_limits": [{**_REGISTERED, "region_id": "$region"}]}),
    "PATCH /identity/v3/registered_limits/{limit_id}": send({"registered_limit": {"default_limit": 7}}),
    "POST /identity/v3/limits": send({"limits": [{**_LIMIT, "description": "few"}]}),
    "PATCH /identity/v3/limits/{limit_id}": send({"limit": {"resource_limit": 7}}),
    "POST /identity/v3/OS-EP-FILTER/endpoint_groups": send(
        {"endpoint_group": {"name": "$new", "description": "some", "filters": {"service_id": "$service"}}}
    ),
    "PATCH /identity/v3/OS-EP-FILTER/endpoint_groups/{group_id}": send({"endpoint_group": {"description": "others"}}),
    "POST /identity/v3/OS-TRUST/trusts": send(
        {"trust": {**_TRUST, "roles": [{"name": "member"}], "expires_at": "2999-12-31T00:00:00.000000Z"}}
    ),
}


def _links() -> dict[str, Example]:
    """That one thing belongs to another: put there before it is looked at, listed or taken back."""
    found: dict[str, Example] = {}
    for path, filled, lists in (
        (f"{ID}/roles/{{role_id}}/implies/{{implied_id}}", f"{ID}/roles/$role/implies/$implied_role", ()),
        (
            f"{FILTER}/projects/{{project_id}}/endpoints/{{endpoint_id}}",
            f"{FILTER}/projects/$project/endpoints/$endpoint",
            ("projects/{project_id}/endpoints", "endpoints/{endpoint_id}/projects"),
        ),
        (
            f"{FILTER}/endpoint_groups/{{group_id}}/projects/{{project_id}}",
            f"{FILTER}/endpoint_groups/$endpoint_group/projects/$project",
            ("projects/{project_id}/endpoint_groups", "endpoint_groups/{group_id}/projects"),
        ),
    ):
        link = after(("PUT", filled, None))
        found |= {f"GET {path}": link, f"DELETE {path}": link, **{f"GET {FILTER}/{each}": link for each in lists}}
    found[f"GET {ID}/roles/{{role_id}}/implies"] = found[f"GET {ID}/roles/{{role_id}}/implies/{{implied_id}}"]
    return found


def _inherited() -> dict[str, Example]:
    """Roles on all projects beneath a target."""
    found: dict[str, Example] = {}
    for target in ("domains/{domain_id}", "projects/{project_id}"):
        for actor in ("users/{user_id}", "groups/{group_id}"):
            path = f"{ID}/OS-INHERIT/{target}/{actor}/roles"
            grant = after(("PUT", f"{path.replace('{', '$').replace('_id}', '')}/$role/inherited_to_projects", None))
            one = f"{path}/{{role_id}}/inherited_to_projects"
            found |= {f"GET {path}/inherited_to_projects": grant, f"GET {one}": grant, f"DELETE {one}": grant}
    return found


def _grants() -> dict[str, Example]:
    """Roles of a user or a group on a target: there before they are looked at, listed or taken back."""
    found: dict[str, Example] = {}
    for target in ("system", "domains/{domain_id}", "projects/{project_id}"):
        for actor in ("users/{user_id}", "groups/{group_id}"):
            path = f"{ID}/{target}/{actor}/roles"
            filled = path.replace("{", "$").replace("_id}", "")
            grant = after(("PUT", f"{filled}/$role", None))
            found |= {f"GET {path}": grant, f"GET {path}/{{role_id}}": grant, f"DELETE {path}/{{role_id}}": grant}
    return found


_PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
_BYTES = {"Content-Type": "application/octet-stream"}
_IMAGE = {
    "POST /image/v2/images": send(
        {"name": "$new", "visibility": "public", "min_ram": 64, "os_distro": "debian"},
        {"disk_format": "qcow2", "container_format": "bare", "protected": False, "tags": ["red", "green"]},
    ),
    "PATCH /image/v2/images/{image_id}": send(
        [{"op": "replace", "path": "/name", "value": "new"}, {"op": "add", "path": "/colour", "value": "red"}],
        [{"op": "remove", "path": "/colour"}, {"op": "replace", "path": "/tags", "value": ["green"]}],
        headers=_PATCH,
    ),
    "PUT /image/v2/images/{image_id}/file": send(bytes(512), headers=_BYTES),
}


def _tags() -> dict[str, Example]:
    found: dict[str, Example] = {}
    for collection in TAGGED:
        path = f"{NET}/{collection}/{{key}}/tags"
        some = (("PUT", path.replace("{key}", PARAMETERS[f"{collection}/{{key}}"]), {"tags": ["red", "blue"]}),)
        found |= {f"{method} {path}": send({"tags": ["red", "green"]}) for method in ("PUT", "POST")}
        found |= {f"{method} {path}/{{tag}}": after(*some) for method in ("GET", "DELETE")}
        found[f"GET {path}"] = after(*some)
    return found


_JOIN = ("PUT", f"{NET}/routers/$router/add_router_interface", {"subnet_id": "$subnet"})
_ROUTE = {"router": {"routes": [{"destination": "10.99.0.0/16", "nexthop": "10.8.0.9"}]}}
_NETWORK = {
    "POST /network/v2.0/networks": send(
        {"network": {"name": "$new", "admin_state_up": True, "mtu": 1400, "shared": True}},
        {"networks": [{"name": "$new"}, {"name": "$new", "port_security_enabled": False}]},
    ),
    "PUT /network/v2.0/networks/{key}": send({"network": {"name": "$new", "description": "there"}}),
    "POST /network/v2.0/subnets": send(
        {"subnet": {"network_id": "$network", "cidr": "10.1.0.0/24", "ip_version": 4, "gateway_ip": "10.1.0.254",
                    "allocation_pools": [{"start": "10.1.0.10", "end": "10.1.0.20"}], "dns_nameservers": ["10.1.0.5"],
                    "host_routes": [{"destination": "10.2.0.0/24", "nexthop": "10.1.0.7"}]}},
        {"subnet": {"network_id": "$network", "cidr": "2001:db8:5::/64", "ip_version": 6, "ipv6_ra_mode": "slaac",
                    "ipv6_address_mode": "slaac"}},
        {"subnet": {"network_id": "$network", "subnetpool_id": "$subnetpool", "ip_version": 4, "prefixlen": 26}},
    ),
    "PUT /network/v2.0/subnets/{key}": send({"subnet": {"enable_dhcp": False, "dns_nameservers": ["10.8.0.5"]}}),
    "POST /network/v2.0/ports": send(
        {"port": {"network_id": "$network_with_subnet", "security_groups": ["$security_group"],
                  "allowed_address_pairs": [{"ip_address": "10.9.0.77"}],
                  "extra_dhcp_opts": [{"opt_name": "bootfile-name", "opt_value": "a"}]}},
        {"port": {"network_id": "$network_with_subnet", "fixed_ips": [{"ip_address": "10.9.0.88"}],
                  "port_security_enabled": False, "security_groups": []}},
    ),
    "PUT /network/v2.0/ports/{key}": send({"port": {"name": "$new", "device_owner": "mine", "admin_state_up": False}}),
    "POST /network/v2.0/routers": send(
        {"router": {"name": "$new", "external_gateway_info": {"network_id": "$public"}}}
    ),
    "PUT /network/v2.0/routers/{key}": send(
        {"router": {"external_gateway_info": {"network_id": "$public", "enable_snat": False}}},
        {"router": {"external_gateway_info": None, "name": "$new"}},
    ),
    "PUT /network/v2.0/routers/{key}/add_router_interface": send({"subnet_id": "$subnet"}),
    "PUT /network/v2.0/routers/{key}/remove_router_interface": send(
        {"subnet_id": "$subnet"}, before=(_JOIN,)
    ),
    "PUT /network/v2.0/routers/{key}/add_extraroutes": send(_ROUTE, before=(_JOIN,)),
    "PUT /network/v2.0/routers/{key}/remove_extraroutes": send(
        _ROUTE, before=(_JOIN, ("PUT", f"{NET}/routers/$router/add_extraroutes", _ROUTE))
    ),
    "POST /network/v2.0/floatingips": send({"floatingip": {"floating_network_id": "$public", "description": "mine"}}),
    "PUT /network/v2.0/floatingips/{key}": send({"floatingip": {"description": "yours", "port_id": None}}),
    "POST /network/v2.0/security-groups": send({"security_group": {"name": "$new", "description": "mine"}}),
    "PUT /network/v2.0/security-groups/{key}": send({"security_group": {"description": "yours"}}),
    "POST /network/v2.0/security-group-rules": send(
        {"security_group_rule": {"security_group_id": "$security_group", "direction": "ingress", "protocol": "tcp",
                                 "ethertype": "IPv4", "port_range_min": 22, "port_range_max": 22,
                                 "remote_ip_prefix": "10.0.0.0/8"}},
        {"security_group_rule": {"security_group_id": "$security_group", "direction": "egress", "protocol": "icmp",
                                 "port_range_min": 8}},
        {"security_group_rule": {"security_group_id": "$security_group", "direction": "ingress", "ethertype": "IPv6",
                                 "remote_ip_prefix": "2001:db8::/32"}},
    ),
    "POST /network/v2.0/subnetpools": send(
        {"subnetpool": {"name": "$new", "prefixes": ["10.5.0.0/16"], "default_prefixlen": 26, "min_prefixlen": 24}}
    ),
    "PUT /network/v2.0/subnetpools/{key}": send({"subnetpool": {"prefixes": ["10.76.0.0/16", "10.77.0.0/16"]}}),
    "PUT /network/v2.0/quotas/{project_id}": send({"quota": {"port": 7, "network": -1}}),
    "GET /network/v2.0/quotas": after(("PUT", f"{NET}/quotas/$project", {"quota": {"port": 7}})),
    "DELETE /network/v2.0/quotas/{project_id}": after(("PUT", f"{NET}/quotas/$project", {"quota": {"port": 7}})),
}  # fmt: skip

_SPECS = ("POST", f"{CPU}/flavors/$flavor/os-extra_specs", {"extra_specs": {"hw:cpu_policy": "shared"}})
_TENANT = {"tenant": "$my_project"}
_RULE = {
    "parent_group_id": "$security_group",
    "ip_protocol": "tcp",
    "from_port": 22,
    "to_port": "22",
    "cidr": "10.0.0.0/8",
}
_COMPUTE = {
    "POST /compute/v2.1/servers": send(
        {"server": {**_SERVER, "user_data": "IyEvYmluL3NoCg==", "config_drive": True, "key_name": "$keypair",
                    "metadata": {"colour": "red"}, "tags": ["red"], "security_groups": [{"name": "default"}],
                    "accessIPv4": "10.0.0.1", "hostname": "vm", "min_count": 1, "max_count": "2"}},
        {"server": {"name": "$new", "imageRef": "$image", "flavorRef": "42", "networks": "none",
                    "return_reservation_id": True}},
        {"server": {"name": "$new", "flavorRef": "42", "networks": "none", "block_device_mapping_v2": [
            {"source_type": "image", "uuid": "$image", "destination_type": "volume", "boot_index": 0, "volume_size": 1,
             "delete_on_termination": True, "tag": "root"}]}},
        {"server": {"name": "$new", "imageRef": "$image", "flavorRef": "42", "networks": [{"port": "$port"}]}},
    ),
    "PUT /compute/v2.1/servers/{server_id}": send({"server": {"name": "$new", "description": "d", "hostname": "vm2"}}),
    "POST /compute/v2.1/servers/{server_id}/action": send(
        {"lock": {"locked_reason": "because"}}, {"unlock": None}, {"reboot": {"type": "HARD"}}, {"os-stop": None},
        {"os-start": None}, {"os-getConsoleOutput": {"length": 10}}, {"os-resetState": {"state": "active"}},
    ),
    "POST /compute/v2.1/servers/{server_id}/os-volume_attachments": send(
        {"volumeAttachment": {"volumeId": "$volume", "tag": "logs", "delete_on_termination": True}}
    ),
    "PUT /compute/v2.1/servers/{server_id}/os-volume_attachments/{volume_id}": send(
        {"volumeAttachment": {"volumeId": "$volume", "delete_on_termination": True}}
    ),
    "PUT /compute/v2.1/os-services/{key}": send({"status": "enabled", "forced_down": False}),
    "POST /compute/v2.1/servers/{server_id}/metadata": send({"metadata": {"size": "big"}}),
    "PUT /compute/v2.1/servers/{server_id}/metadata": send({"metadata": {"size": "big"}}),
    "PUT /compute/v2.1/servers/{server_id}/metadata/{key}": send({"meta": {"colour": "blue"}}),
    "PUT /compute/v2.1/servers/{server_id}/tags": send({"tags": ["red", "green"]}),
    "POST /compute/v2.1/servers/{server_id}/remote-consoles": send(
        {"remote_console": {"protocol": "serial", "type": "serial"}}
    ),
    "POST /compute/v2.1/flavors": send(
        {"flavor": {"name": "$new", "ram": 64, "vcpus": 1, "disk": 1, "id": "auto", "swap": "7", "description": "s"}},
        {"flavor": {"name": "$new", "ram": "64", "vcpus": 1, "disk": 0, "id": "$new", "rxtx_factor": "2.5",
                    "OS-FLV-EXT-DATA:ephemeral": 1, "os-flavor-access:is_public": False}},
    ),
    "PUT /compute/v2.1/flavors/{flavor_id}": send({"flavor": {"description": "other"}}),
    "POST /compute/v2.1/flavors/{flavor_id}/os-extra_specs": send({"extra_specs": {"hw:cpu_policy": "shared"}}),
    "PUT /compute/v2.1/flavors/{flavor_id}/os-extra_specs/{key}": send({"hw:cpu_policy": "shared"}, before=(_SPECS,)),
    "GET /compute/v2.1/flavors/{flavor_id}/os-extra_specs": after(_SPECS),
    "GET /compute/v2.1/flavors/{flavor_id}/os-extra_specs/{key}": after(_SPECS),
    "DELETE /compute/v2.1/flavors/{flavor_id}/os-extra_specs/{key}": after(_SPECS),
    "POST /compute/v2.1/flavors/{flavor_id}/action": send(
        {"removeTenantAccess": _TENANT}, {"addTenantAccess": _TENANT}
    ),
    "POST /compute/v2.1/os-keypairs": send({"keypair": {"name": "$new", "public_key": KEY, "type": "ssh"}}),
    "PUT /compute/v2.1/os-quota-sets/{project_id}": send({"quota_set": {"instances": 7, "cores": "-1", "force": True}}),
    "GET /compute/v2.1/os-hypervisors/statistics": Example(version="2.87"),
    "GET /compute/v2.1/os-security-groups": Example(version="2.35"),
    "POST /compute/v2.1/os-security-groups": send({"security_group": {"name": "$new"}}, version="2.35"),
    "GET /compute/v2.1/os-security-groups/{group_id}": Example(version="2.35"),
    "PUT /compute/v2.1/os-security-groups/{group_id}": send({"security_group": {"name": "$new"}}, version="2.35"),
    "DELETE /compute/v2.1/os-security-groups/{group_id}": Example(version="2.35"),
    "POST /compute/v2.1/os-security-group-rules": send({"security_group_rule": _RULE}, version="2.35"),
    "DELETE /compute/v2.1/os-security-group-rules/{rule_id}": Example(version="2.35"),
    "GET /compute/v2.1/os-volumes": Example(version="2.35"),
    "GET /compute/v2.1/os-volumes/detail": Example(version="2.35"),
    "POST /compute/v2.1/os-volumes": send(
        {"volume": {"size": "1", "display_name": "$new", "display_description": "d", "metadata": {"colour": "red"},
                    "availability_zone": "nova", "volume_type": "__DEFAULT__", "snapshot_id": "$snapshot"}},
        version="2.35",
    ),
    "GET /compute/v2.1/os-volumes/{volume_id}": Example(version="2.35"),
    "DELETE /compute/v2.1/os-volumes/{volume_id}": Example(version="2.35"),
    "GET /compute/v2.1/os-snapshots": Example(version="2.35"),
    "GET /compute/v2.1/os-snapshots/detail": Example(version="2.35"),
    "POST /compute/v2.1/os-snapshots": send(
        {"snapshot": {"volume_id": "$volume", "display_name": "$new", "force": "False"}}, version="2.35"
    ),
    "GET /compute/v2.1/os-snapshots/{snapshot_id}": Example(version="2.35"),
    "DELETE /compute/v2.1/os-snapshots/{snapshot_id}": Example(version="2.35"),
}  # fmt: skip

_META: dict[str, Any] = {"metadata": {"colour": "blue"}}
_CONNECTED = {"connector": {"host": "h", "mountpoint": "/dev/vdb"}}
_SERVER_ID = "33333333-3333-4333-8333-333333333333"
_ATTACHED = ("POST", f"{VOL}/volumes/$volume/action", {"os-attach": {"host_name": "h", "mountpoint": "/dev/vdb"}})
_VOLUME = {
    "POST /volume/v3/volumes": send(
        {"volume": {"size": 1, "name": "$new", "description": "d", "metadata": {"colour": "red"},
                    "availability_zone": "nova", "volume_type": "__DEFAULT__"}},
        {"volume": {"size": "1", "imageRef": "$image"}},
        {"volume": {"snapshot_id": "$snapshot"}},
        {"volume": {"source_volid": "$volume"}},
    ),
    "PUT /volume/v3/volumes/{volume_id}": send({"volume": {"name": "$new", "description": None, **_META}}),
    "POST /volume/v3/volumes/{volume_id}/metadata": send(_META),
    "PUT /volume/v3/volumes/{volume_id}/metadata": send(_META),
    "PUT /volume/v3/volumes/{volume_id}/metadata/{key}": send({"meta": {"red": "2"}}),
    "POST /volume/v3/volumes/{volume_id}/action": send(
        {"os-reserve": {}}, {"os-unreserve": {}}, {"os-attach": {"host_name": "h", "mountpoint": "/dev/vdb"}},
        {"os-initialize_connection": _CONNECTED}, {"os-begin_detaching": {}}, {"os-roll_detaching": {}},
        {"os-terminate_connection": _CONNECTED}, {"os-detach": {"attachment_id": None}},
        {"os-force_detach": {"connector": None}}, {"os-update_readonly_flag": {"readonly": True}},
        {"os-set_bootable": {"bootable": True}}, {"os-set_image_metadata": _META},
        {"os-show_image_metadata": {}}, {"os-unset_image_metadata": {"key": "colour"}},
        {"os-reset_status": {"status": "error"}}, {"os-reset_status": {"status": "available"}},
        {"os-extend": {"new_size": 2}}, {"os-force_delete": {}},
    ),
    "POST /volume/v3/snapshots": send(
        {"snapshot": {"volume_id": "$volume", "name": "$new", "description": "d", "force": True, **_META}}
    ),
    "PUT /volume/v3/snapshots/{snapshot_id}": send({"snapshot": {"name": "$new", "description": "d"}}),
    "POST /volume/v3/snapshots/{snapshot_id}/metadata": send(_META),
    "PUT /volume/v3/snapshots/{snapshot_id}/metadata": send(_META),
    "PUT /volume/v3/snapshots/{snapshot_id}/metadata/{key}": send({"meta": {"red": "2"}}),
    "POST /volume/v3/snapshots/{snapshot_id}/action": send(
        {"os-reset_status": {"status": "error"}}, {"os-force_delete": {}}
    ),
    "POST /volume/v3/attachments": send(
        {"attachment": {"volume_uuid": "$volume", "instance_uuid": _SERVER_ID, "mode": "ro", **_CONNECTED}}
    ),
    "PUT /volume/v3/attachments/{attachment_id}": send({"attachment": _CONNECTED}),
    "POST /volume/v3/attachments/{attachment_id}/action": send({"os-complete": {}}),
    "GET /volume/v3/volumes/detail": after(_ATTACHED),
    "GET /volume/v3/snapshots/detail": after(("GET", f"{VOL}/snapshots/$snapshot", None)),
    "GET /volume/v3/attachments/detail": after(("GET", f"{VOL}/attachments/$volume_attachment", None)),
    "PUT /volume/v3/os-quota-sets/{target}": send({"quota_set": {"snapshots": -1, "groups": "7"}}),
}  # fmt: skip

EXAMPLES = _IDENTITY | _grants() | _inherited() | _links() | _IMAGE | _NETWORK | _tags() | _COMPUTE | _VOLUME

REPLACED = {
    "PUT /image/v2/images/{image_id}/file": {"{image_id}": "$empty_image"},
    "GET /compute/v2.1/flavors/{flavor_id}/os-flavor-access": {"{flavor_id}": "$private_flavor"},
    "POST /compute/v2.1/flavors/{flavor_id}/action": {"{flavor_id}": "$private_flavor"},
    **{
        f"{method} /compute/v2.1/servers/{{server_id}}/os-volume_attachments{key}": {
            "{server_id}": "$server_with_volume"
        }
        for method, key in (("GET", ""), ("GET", "/{volume_id}"), ("PUT", "/{volume_id}"), ("DELETE", "/{volume_id}"))
    },
    "GET /identity/v3/OS-TRUST/trusts/{trust_id}/roles/{role_id}": {"{role_id}": "$member_role"},
    **{
        f"{method} {ID}/users/{{user_id}}/{what}": {"{user_id}": "$me"}
        for method in ("GET", "POST", "DELETE")
        for collection, key in (
            ("application_credentials", "credential_id"),
            ("access_rules", "rule_id"),
            ("credentials/OS-EC2", "access"),
        )
        for what in (collection, f"{collection}/{{{key}}}")
    },
    "GET /network/v2.0/routers/{key}": {"routers/{key}": "$joined_router"},
    "POST /image/v2/images/{image_id}/actions/reactivate": {"{image_id}": "$deactivated_image"},
}
"""Path parameters of single operations."""
