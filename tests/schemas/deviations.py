"""Where OpenStack's descriptions of answers are wrong, and what they do not describe; data with reasons."""

import re
from typing import NamedTuple


class Deviation(NamedTuple):
    """Complaints ("GET /v2.1/servers/{}: where: what") that match `pattern` say nothing against us."""

    service: str
    pattern: str
    reason: str


def excused(service: str, found: set[str]) -> set[str]:
    """Those of the complaints that a deviation explains."""
    patterns = [deviation.pattern for deviation in DEVIATIONS if deviation.service == service]
    return {text for text in found if any(re.search(pattern, text) for pattern in patterns)}


DEVIATIONS = (
    Deviation("identity", r"password_expires_at: None", "null for a password that does not expire"),
    Deviation("identity", r"membership_expires_at: None", "null for a membership that does not expire"),
    Deviation(
        "identity", r"GET /v3/auth/(projects|domains): .*links: \{.* against type 'array'", "an object everywhere"
    ),
    Deviation("identity", r"/roles: roles/\*/description: None", "null where no description was given"),
    Deviation("identity", r"endpoint/region(_id)?: None", "null for an endpoint without a region"),
    Deviation("identity", r"'default' against format 'uuid'", "the first domain's id is the word 'default'"),
    Deviation("identity", r"region(/id|_id): .* against format 'uuid'", "a region's id is what its maker calls it"),
    Deviation("image", r"stores/\*/default: 'true' against type 'boolean'", "Glance writes the text 'true'"),
    Deviation(
        "network",
        r"/(ipv[46]_address_scope|provider:(physical_network|segmentation_id)|ipv6_(address|ra)_mode|port_details|protocol"
        r"|remote_(address_group_id|group_id|ip_prefix)|default_quota): None against",
        "null where there is none; the description has the type of what clients send",
    ),
    Deviation(
        "network",
        r"(total_ips|used_ips|subnet_ip_availability): .* against type 'string'",
        "numbers and a list, as Neutron's own documentation shows",
    ),
    Deviation("network", r"extraroutes: router/name: .* against format 'uuid'", "a router's name is free text"),
    Deviation("volume", r"attachments?(/\*)?: 'name' is a required", "attachments have no name, in Cinder neither"),
    Deviation(
        "volume",
        r"/(cluster_name|consistencygroup_id|group_id|group_snapshot_id|migration_status|qos_specs_id|service_uuid"
        r"|snapshot_id|source_volid|updated_at): None against type 'string'",
        "null where there is none, as Cinder's own documentation shows",
    ),
)

EMPTY = {
    "PUT /v2.1/servers/{}/os-volume_attachments/{}": "described with a body, which Nova's 202 does not have",
    "POST /v3/snapshots/{}/action": "described with a body, which actions of snapshots do not have",
    "POST /v3/types": "always 501: there is one type of volumes",
}
"""Operations of ours whose success is empty, as the real service's is, or never comes."""

_NO_BODY = "described without a body"
_VERSIONS = "documents of versions are described by nobody"
UNDESCRIBED = {
    "GET ": _VERSIONS,
    "GET /v2": _VERSIONS,
    "GET /v2.0": _VERSIONS,
    "GET /v3": _VERSIONS,
    "GET /versions": _VERSIONS,
    "GET /v3/extensions/{}": "left out",
    "GET /v3/OS-TRUST/trusts/{}/roles": "left out",
    "GET /v3/OS-TRUST/trusts/{}/roles/{}": "left out",
    "GET /v3/OS-EP-FILTER/endpoint_groups/{}/endpoints": _NO_BODY,
    "GET /v3/OS-EP-FILTER/endpoint_groups/{}/projects": _NO_BODY,
    "GET /v3/OS-EP-FILTER/endpoint_groups/{}/projects/{}": _NO_BODY,
    "GET /v3/OS-EP-FILTER/endpoints/{}/projects": _NO_BODY,
    "GET /v3/OS-EP-FILTER/projects/{}/endpoint_groups": _NO_BODY,
    "GET /v3/OS-EP-FILTER/projects/{}/endpoints": _NO_BODY,
    "GET /v3/OS-INHERIT/domains/{}/groups/{}/roles/inherited_to_projects": _NO_BODY,
    "GET /v3/OS-INHERIT/domains/{}/users/{}/roles/inherited_to_projects": _NO_BODY,
    "GET /v3/OS-REVOKE/events": _NO_BODY,
    "GET /v3/users/{}/credentials/OS-EC2": _NO_BODY,
    "GET /v3/users/{}/credentials/OS-EC2/{}": _NO_BODY,
    "POST /v3/users/{}/credentials/OS-EC2": _NO_BODY,
    "POST /v3/ec2tokens": _NO_BODY,
    "POST /v3/s3tokens": _NO_BODY,
    "DELETE /v3/attachments/{}": "described without a body; Cinder lists what else is attached",
    "GET /v2/schemas/{}": "a JSON schema",
    "GET /v2/images/{}/file": "image data",
    **{
        f"{operation.format(collection)}": "described without a body, which Neutron's tag extension has"
        for operation in ("POST /v2.0/{}/{{}}/tags", "PUT /v2.0/{}/{{}}/tags/{{}}")
        for collection in ("floatingips", "networks", "ports", "routers", "security-groups", "subnetpools", "subnets")
    },
}
"""Operations that answer something which OpenStack does not describe."""
