"""Block storage's quotas: limits that an operator sets, usage that is counted."""

from collections.abc import Mapping

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.db import quota
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.volume.config import VolumeConfig
from altostratus.services.volume.domain import volume_type
from altostratus.services.volume.errors import GigabytesQuota, SnapshotQuota, VolumeQuota, VolumeTooLarge
from altostratus.services.volume.store import snapshots, volumes
from altostratus.services.volume.usecases import BlockStorageService

_OF_TYPE = f"_{volume_type.NAME}"
_COUNTED = ("volumes", "snapshots", "gigabytes")
_ABSENT = {"backups": 10, "backup_gigabytes": 1000, "groups": 10}
"""Limits that clients look for, of what there is not."""


def default_limits(config: VolumeConfig) -> dict[str, int]:
    """Default limits by Cinder's names; those of the type are no limits of their own."""
    own = {name: getattr(config, name) for name in (*_COUNTED, "per_volume_gigabytes")}
    return {**own, **_ABSENT, **dict.fromkeys((f"{name}{_OF_TYPE}" for name in _COUNTED), quota.UNLIMITED)}


def limits_of(tx: Tx, service: BlockStorageService, project_id: str) -> dict[str, int]:
    return quota.limits(tx, project_id, "volume", default_limits(service.config))


def usage_of(tx: Tx, project_id: str) -> dict[str, int]:
    """What is used of each limit, counted from the rows."""
    of_volumes, of_snapshots = volumes.count_volumes(tx, project_id), snapshots.count_snapshots(tx, project_id)
    used = {
        "volumes": of_volumes["volumes"],
        "snapshots": of_snapshots["snapshots"],
        "gigabytes": of_volumes["gigabytes"] + of_snapshots["gigabytes"],
    }
    return {**used, **{f"{name}{_OF_TYPE}": count for name, count in used.items()}}


def require_room(
    tx: Tx, service: BlockStorageService, project_id: str, *, volumes: int = 0, snapshots: int = 0, gigabytes: int = 0
) -> None:
    """Refuse what goes beyond the project's quota; its scope stays locked until the commit."""
    quota.lock(tx, project_id, "volume")
    limits, used = limits_of(tx, service, project_id), usage_of(tx, project_id)
    for suffix in ("", _OF_TYPE):
        name = f"gigabytes{suffix}"
        if 0 <= limits[name] < used[name] + gigabytes:
            raise GigabytesQuota(name=name, requested=gigabytes, quota=limits[name], consumed=used[name])
        name = f"volumes{suffix}"
        if volumes and 0 <= limits[name] < used[name] + volumes:
            raise VolumeQuota(name=name, allowed=limits[name])
        name = f"snapshots{suffix}"
        if snapshots and 0 <= limits[name] < used[name] + snapshots:
            raise SnapshotQuota(allowed=limits[name])


def require_size(tx: Tx, service: BlockStorageService, project_id: str, size: int) -> None:
    """Refuse a volume that is larger than any of the project's may be."""
    limit = limits_of(tx, service, project_id)["per_volume_gigabytes"]
    if 0 <= limit < size:
        raise VolumeTooLarge(size=size, limit=limit)


def show_limits(tx: Tx, service: BlockStorageService, actor: Actor, project_id: str) -> dict[str, int]:
    service.policy.require(actor, "volume_extension:quotas:show", {"project_id": project_id})
    return limits_of(tx, service, project_id)


def set_limits(
    tx: Tx, service: BlockStorageService, actor: Actor, project_id: str, values: Mapping[str, int]
) -> dict[str, int]:
    """Set limits, none below what is used."""
    service.policy.require(actor, "volume_extension:quotas:update", {"project_id": project_id})
    used = usage_of(tx, project_id)
    for name, value in values.items():
        if 0 <= value < used.get(name, 0):
            raise BadRequest(
                f"Quota {name} limit must be equal or greater than existing resources."
                f" Current usage is {used[name]} and the requested limit is {value}."
            )
    quota.set_limits(tx, project_id, "volume", values)
    events.record(tx, actor, "volume.quota.update", project_id, project_id, **values)
    return limits_of(tx, service, project_id)


def reset_limits(tx: Tx, service: BlockStorageService, actor: Actor, project_id: str) -> None:
    service.policy.require(actor, "volume_extension:quotas:delete", {"project_id": project_id})
    quota.reset_limits(tx, project_id, "volume")
    events.record(tx, actor, "volume.quota.reset", project_id, project_id)
