"""What answers look like.

https://docs.openstack.org/api-ref/block-storage/v3/
"""

from typing import Any

from altostratus.services.volume.api import VolumeCall, moment
from altostratus.services.volume.domain import volume_type
from altostratus.services.volume.domain.volume import Attachment, Snapshot, Volume, snapshot_status_of
from altostratus.services.volume.usecases.attach_volume import connection_info
from altostratus.services.volume.usecases.show_volumes import Shown


def volume_summary(request: VolumeCall, volume: Volume) -> dict[str, Any]:
    return {"id": volume.id, "name": volume.name, "links": _links(request, f"/volumes/{volume.id}")}


def volume_detail(request: VolumeCall, shown: Shown, extended: bool = True) -> dict[str, Any]:
    """A volume in full; `extended` with what Cinder's extensions add when it is looked at."""
    volume = shown.volume
    found = {
        "id": volume.id,
        "status": shown.status,
        "size": volume.size,
        "availability_zone": volume.availability_zone,
        "created_at": moment(volume.created_at),
        "updated_at": moment(volume.updated_at) if volume.updated_at != volume.created_at else None,
        "name": volume.name,
        "description": volume.description,
        "volume_type": volume_type.NAME,
        "snapshot_id": volume.snapshot_id,
        "source_volid": volume.source_volume_id,
        "metadata": volume.metadata,
        "links": _links(request, f"/volumes/{volume.id}"),
        "user_id": volume.user_id,
        "bootable": str(volume.bootable).lower(),
        "encrypted": False,
        "replication_status": None,
        "consistencygroup_id": None,
        "multiattach": False,
        "attachments": _attachments(request, shown.attachment),
    }
    found |= _since(request)
    if extended:
        found |= _extended(request, volume)
    return found


def _since(request: VolumeCall) -> dict[str, Any]:
    """What microversions added: (since, for administrators only, name, value)."""
    table = (
        (0, True, "migration_status", None),
        (13, False, "group_id", None),
        (21, True, "provider_id", None),
        (48, False, "shared_targets", False),
        (48, False, "service_uuid", None),
        (61, True, "cluster_name", None),
        (63, False, "volume_type_id", volume_type.ID),
        (65, False, "consumes_quota", True),
    )
    admin = request.actor.is_admin
    return {name: value for since, hidden, name, value in table if request.since(since) and (admin or not hidden)}


def _extended(request: VolumeCall, volume: Volume) -> dict[str, Any]:
    policy, actor = request.volumes.policy, request.actor
    found: dict[str, Any] = {}
    if policy.allows(actor, "volume_extension:volume_host_attribute"):
        found["os-vol-host-attr:host"] = request.volumes.storage.pool
    if policy.allows(actor, "volume_extension:volume_tenant_attribute"):
        found["os-vol-tenant-attr:tenant_id"] = volume.project_id
    if policy.allows(actor, "volume_extension:volume_mig_status_attribute"):
        found |= {"os-vol-mig-status-attr:migstat": None, "os-vol-mig-status-attr:name_id": None}
    if volume.image_metadata and policy.allows(actor, "volume_extension:volume_image_metadata:show"):
        found["volume_image_metadata"] = volume.image_metadata
    return found


def _attachments(request: VolumeCall, row: Attachment | None) -> list[dict[str, Any]]:
    """Only what is attached by now."""
    if row is None or row.attached_at is None:
        return []
    sees_host = request.actor.is_admin or "service" in request.actor.roles
    return [
        {
            "id": row.volume_id,
            "attachment_id": row.id,
            "volume_id": row.volume_id,
            "server_id": row.instance_id,
            "host_name": row.host_name if sees_host else None,
            "device": row.device,
            "attached_at": moment(row.attached_at),
        }
    ]


def snapshot_summary(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "created_at": moment(snapshot.created_at),
        "updated_at": moment(snapshot.updated_at) if snapshot.updated_at != snapshot.created_at else None,
        "name": snapshot.name,
        "description": snapshot.description,
        "volume_id": snapshot.volume_id,
        "status": snapshot_status_of(snapshot),
        "size": snapshot.size,
        "metadata": snapshot.metadata,
    }


def snapshot_detail(request: VolumeCall, snapshot: Snapshot, extended: bool = True) -> dict[str, Any]:
    """A snapshot in full; `extended` with what Cinder's extensions add when it is looked at."""
    found = snapshot_summary(snapshot)
    if request.since(14):
        found["group_snapshot_id"] = None
    if request.since(41):
        found["user_id"] = snapshot.user_id
    if request.since(65):
        found["consumes_quota"] = True
    policy, rule = request.volumes.policy, "volume_extension:extended_snapshot_attributes"
    if extended and policy.allows(request.actor, rule):
        found["os-extended-snapshot-attributes:project_id"] = snapshot.project_id
        found["os-extended-snapshot-attributes:progress"] = "100%" if snapshot.launched_at else "0%"
    return found


def attachment_summary(row: Attachment) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": _attachment_status(row),
        "instance": row.instance_id,
        "volume_id": row.volume_id,
    }


def attachment_detail(row: Attachment) -> dict[str, Any]:
    connected = row.connector is not None or row.attached_at is not None
    return {
        **attachment_summary(row),
        "attached_at": moment(row.attached_at) or "",
        "detached_at": "",
        "attach_mode": "ro" if row.readonly else "rw",
        "connection_info": connection_info(row.volume_id, row.readonly) if connected else {},
    }


def _attachment_status(row: Attachment) -> str:
    if row.detach_asked_at is not None:
        return "detaching"
    if row.attached_at is not None:
        return "attached"
    return "attaching" if row.host_id or row.connector else "reserved"


def type_view(request: VolumeCall) -> dict[str, Any]:
    """The one type of volume."""
    found: dict[str, Any] = {
        "id": volume_type.ID,
        "name": volume_type.NAME,
        "is_public": True,
        "description": volume_type.DESCRIPTION,
        "os-volume-type-access:is_public": True,
    }
    if request.volumes.policy.allows(request.actor, "volume_extension:access_types_extra_specs"):
        found["extra_specs"] = {}
    if request.actor.is_admin:
        found["qos_specs_id"] = None
    return found


def _links(request: VolumeCall, path: str) -> list[dict[str, str]]:
    return [
        {"rel": "self", "href": request.volume_link(path)},
        {"rel": "bookmark", "href": request.volume_link(path, version="")},
    ]
