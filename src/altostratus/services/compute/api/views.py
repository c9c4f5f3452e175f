"""How Nova's JSON looks, by microversion."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from altostratus.contracts.volume import Attachment
from altostratus.kernel.clock import iso, iso_plain
from altostratus.services.compute.api import ComputeCall
from altostratus.services.compute.domain import devices
from altostratus.services.compute.domain.server import Flavor, Keypair, Server
from altostratus.services.compute.usecases.show_servers import Shown

_WITH_PROGRESS = ("ACTIVE", "BUILD")


def links(request: ComputeCall, kind: str, key: str) -> list[dict[str, str]]:
    """`self` below the version, `bookmark` without it."""
    return [
        {"rel": "self", "href": request.link(f"/compute/v2.1/{kind}/{key}")},
        {"rel": "bookmark", "href": request.link(f"/compute/{kind}/{key}")},
    ]


def server_summary(request: ComputeCall, shown: Shown) -> dict[str, Any]:
    """An entry of GET /servers."""
    server = shown.server
    return {"id": server.id, "name": server.name, "links": links(request, "servers", server.id)}


def server_created(request: ComputeCall, server: Server, admin_pass: str, groups: Sequence[str]) -> dict[str, Any]:
    """The answer to POST /servers."""
    return {
        "server": {
            "id": server.id,
            "links": links(request, "servers", server.id),
            "OS-DCF:diskConfig": server.disk_config,
            "security_groups": [{"name": name} for name in groups or ("default",)],
            "adminPass": admin_pass,
        }
    }


def server_detail(request: ComputeCall, shown: Shown, in_list: bool = False) -> dict[str, Any]:
    """A server in full."""
    server, status = shown.server, shown.status
    found: dict[str, Any] = {
        "id": server.id,
        "name": server.name,
        "status": status.status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "metadata": server.metadata,
        "hostId": host_id(server.project_id, shown.host),
        "image": _image(request, server),
        "flavor": _flavor(request, server),
        "created": iso(server.created_at),
        "updated": iso(server.updated_at),
        "addresses": addresses(shown, extended=True),
        "accessIPv4": server.access_ip_v4 or "",
        "accessIPv6": server.access_ip_v6 or "",
        "links": links(request, "servers", server.id),
        "OS-DCF:diskConfig": server.disk_config,
        "OS-EXT-AZ:availability_zone": (server.availability_zone or "") if shown.host else "",
        "config_drive": "True" if server.config_drive else "",
        "key_name": server.key_name,
        "OS-SRV-USG:launched_at": _usage_time(server.launched_at),
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-STS:task_state": status.task_state,
        "OS-EXT-STS:vm_state": status.vm_state,
        "OS-EXT-STS:power_state": status.power_state,
        "os-extended-volumes:volumes_attached": [_volume(request, a) for a in shown.attachments],
    }
    if status.status in _WITH_PROGRESS:
        found["progress"] = status.progress
    if groups := _security_groups(shown):
        found["security_groups"] = groups
    if server.fault is not None:
        found["fault"] = {"code": 500, "created": iso(server.fault_at), "message": server.fault}
    _add_by_version(request, shown, found, in_list)
    if request.actor.is_admin:
        _add_for_admin(request, shown, found)
    return found


def server_updated(request: ComputeCall, shown: Shown) -> dict[str, Any]:
    """The answer to PUT /servers/{id}: the classic fields only, until 2.75."""
    found = server_detail(request, shown)
    if not request.since(75):
        for name in [n for n in found if n.startswith(("OS-EXT", "OS-SRV", "os-ext"))]:
            del found[name]
        for name in ("config_drive", "key_name", "security_groups"):
            found.pop(name, None)
    return found


def addresses(shown: Shown, extended: bool) -> dict[str, list[dict[str, Any]]]:
    """Addresses by network name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for port in shown.ports:
        group = found.setdefault(port.network_name, [])
        for address in port.addresses:
            group.append(_address(address.version, address.ip, "fixed", port.mac, extended))
            group.extend(_address(4, ip, "floating", port.mac, extended) for ip in address.floating)
    return found


@lru_cache(maxsize=1024)
def host_id(project_id: str, host: str | None) -> str:
    """Tells a project's servers on one host apart from those on another, without naming hosts."""
    return hashlib.sha224(f"{project_id}{host}".encode()).hexdigest() if host else ""


def flavor(request: ComputeCall, row: Flavor) -> dict[str, Any]:
    """A flavor in full."""
    found: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "ram": row.ram,
        "disk": row.disk,
        "swap": row.swap or ("" if not request.since(75) else 0),
        "OS-FLV-EXT-DATA:ephemeral": row.ephemeral,
        "OS-FLV-DISABLED:disabled": row.disabled,
        "vcpus": row.vcpus,
        "os-flavor-access:is_public": row.is_public,
        "rxtx_factor": row.rxtx_factor,
        "links": links(request, "flavors", row.id),
    }
    if request.since(55):
        found["description"] = row.description
    if request.since(61):
        found["extra_specs"] = row.extra_specs
    return found


def flavor_summary(request: ComputeCall, row: Flavor) -> dict[str, Any]:
    found = {"id": row.id, "name": row.name, "links": links(request, "flavors", row.id)}
    return {**found, "description": row.description} if request.since(55) else found


def keypair_summary(request: ComputeCall, row: Keypair) -> dict[str, Any]:
    found = {"name": row.name, "public_key": row.public_key, "fingerprint": row.fingerprint}
    return {**found, "type": row.type} if request.since(2) else found


def keypair_detail(request: ComputeCall, row: Keypair) -> dict[str, Any]:
    more = {
        "user_id": row.user_id,
        "id": row.id,
        "created_at": iso_plain(row.created_at),
        "deleted": False,
        "deleted_at": None,
        "updated_at": None,
    }
    return {**keypair_summary(request, row), **more}


def _address(version: int, ip: str, kind: str, mac: str, extended: bool) -> dict[str, Any]:
    plain = {"version": version, "addr": ip}
    return {**plain, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac} if extended else plain


def volume_attachment(request: ComputeCall, server_id: str, row: Attachment) -> dict[str, Any]:
    """An entry of os-volume_attachments. Its row is Nova's block device mapping as well as Cinder's attachment."""
    found: dict[str, Any] = {"volumeId": row.volume_id, "serverId": server_id, "device": f"/dev/{row.device}"}
    if request.since(70):
        found["tag"] = row.tag
    if request.since(79):
        found["delete_on_termination"] = row.delete_on_termination
    if request.since(89):
        return {**found, "attachment_id": row.id, "bdm_uuid": row.id}
    return {"id": row.volume_id, **found}


def _volume(request: ComputeCall, row: Attachment) -> dict[str, Any]:
    found: dict[str, Any] = {"id": row.volume_id}
    return {**found, "delete_on_termination": row.delete_on_termination} if request.since(3) else found


def _root_device(shown: Shown) -> str:
    return "/dev/" + next((a.device for a in shown.attachments if a.boot_index == 0), devices.ROOT)


def _image(request: ComputeCall, server: Server) -> dict[str, Any] | str:
    """'' for a server that boots from a volume."""
    if not server.image_id:
        return ""
    link = {"rel": "bookmark", "href": request.link(f"/compute/images/{server.image_id}")}
    return {"id": server.image_id, "links": [link]}


def _flavor(request: ComputeCall, server: Server) -> dict[str, Any]:
    copy = server.flavor
    if not request.since(47):
        link = {"rel": "bookmark", "href": request.link(f"/compute/flavors/{copy['id']}")}
        return {"id": copy["id"], "links": [link]}
    shown = {name: copy[name] for name in ("vcpus", "ram", "disk", "ephemeral", "swap", "extra_specs")}
    return {"original_name": copy["name"], **shown}


def _security_groups(shown: Shown) -> list[dict[str, str]]:
    names = {name: None for port in shown.ports for name in port.security_groups}
    return [{"name": name} for name in names]


def _usage_time(moment: datetime | None) -> str | None:
    return None if moment is None else iso_plain(moment)


def _add_by_version(request: ComputeCall, shown: Shown, found: dict[str, Any], in_list: bool) -> None:
    """Fields that later microversions brought for everybody."""
    server, minor = shown.server, request.version.minor
    added = [
        (9, "locked", server.locked),
        (19, "description", server.description),
        (26, "tags", server.tags),
        (63, "trusted_image_certificates", None),
        (73, "locked_reason", server.locked_reason),
        (90, "OS-EXT-SRV-ATTR:hostname", server.hostname),
        (96, "pinned_availability_zone", None),
    ]
    found.update({name: value for since, name, value in added if minor >= since})
    if minor >= 71 and not in_list:
        found["server_groups"] = []


def _add_for_admin(request: ComputeCall, shown: Shown, found: dict[str, Any]) -> None:
    server = shown.server
    found["OS-EXT-SRV-ATTR:host"] = shown.host
    found["OS-EXT-SRV-ATTR:hypervisor_hostname"] = shown.host
    found["OS-EXT-SRV-ATTR:instance_name"] = f"alto-{server.id}"
    if request.since(3):
        found["OS-EXT-SRV-ATTR:hostname"] = server.hostname
        found["OS-EXT-SRV-ATTR:reservation_id"] = server.reservation_id
        found["OS-EXT-SRV-ATTR:launch_index"] = server.launch_index
        found["OS-EXT-SRV-ATTR:kernel_id"] = ""
        found["OS-EXT-SRV-ATTR:ramdisk_id"] = ""
        found["OS-EXT-SRV-ATTR:root_device_name"] = _root_device(shown)
        found["OS-EXT-SRV-ATTR:user_data"] = server.user_data
    if request.since(16):
        found["host_status"] = ("UP" if shown.host_reachable else "UNKNOWN") if shown.host else ""
