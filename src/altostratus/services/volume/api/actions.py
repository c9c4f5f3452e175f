"""POST /volumes/{id}/action and /snapshots/{id}/action: one verb a body."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, NotImplementedHere
from altostratus.kernel.tx import Tx
from altostratus.services.volume.api import VolumeCall, schemas, truth
from altostratus.services.volume.usecases import BlockStorageService, attach_volume, change_volume, snapshots
from altostratus.services.volume.usecases.delete_volume import delete_volume
from altostratus.services.volume.usecases.extend_volume import extend_volume
from altostratus.services.volume.usecases.find_volume import find_snapshot, find_volume
from altostratus.services.volume.usecases.reset_status import reset_snapshot_status, reset_volume_status

T = TypeVar("T")
Action = Callable[[VolumeCall, str, Any], Awaitable[Any]]
ELSEWHERE = (
    "os-volume_upload_image", "os-retype", "os-migrate_volume", "os-migrate_volume_completion", "os-unmanage",
    "os-reimage", "os-extend_volume_completion", "revert", "os-update_snapshot_status", "os-promote-replica",
    "os-reenable-replica",
)  # fmt: skip
"""Actions that Cinder has and this cloud has not."""
STATUSES = (
    "creating", "available", "error", "error_managing", "managing", "attaching", "in-use", "maintenance",
    "restoring-backup", "error_restoring", "reserved", "awaiting-transfer", "backing-up", "error_backing-up",
    "error_extending", "downloading", "uploading", "retyping", "extending", "error_deleting",
)  # fmt: skip
"""What a volume may be made to look like."""
SNAPSHOT_STATUSES = (
    "error", "available", "creating", "deleting", "error_deleting", "backing-up", "restoring", "unmanaging",
)  # fmt: skip
ATTACH_STATUSES = ("attached", "attaching", "detached", "error_attaching", "error_detaching", "reserved", "deleted")


@post("/volumes/{volume_id:str}/action", status_code=202, body=dict[str, Any])
async def post_volume_action(request: VolumeCall, volume_id: FromPath[str]) -> Response[Any]:
    """Carry out the one action that the body names."""
    service, actor = request.volumes, request.actor
    find = partial(find_volume, service=service, actor=actor, volume_id=volume_id)
    return await _act(request, volume_id, VOLUME_ACTIONS, find)


@post("/snapshots/{snapshot_id:str}/action", status_code=202, body=dict[str, Any])
async def post_snapshot_action(request: VolumeCall, snapshot_id: FromPath[str]) -> Response[Any]:
    """Carry out the one action that the body names."""
    service, actor = request.volumes, request.actor
    find = partial(find_snapshot, service=service, actor=actor, snapshot_id=snapshot_id)
    return await _act(request, snapshot_id, SNAPSHOT_ACTIONS, find)


async def _act(
    request: VolumeCall, key: str, actions: Mapping[str, tuple[int, Action]], find: Callable[[Tx], Any]
) -> Response[Any]:
    body = await request.decode(dict[str, Any])
    if len(body) != 1:
        raise BadRequest("The request body must name exactly one action.")
    name, arguments = next(iter(body.items()))
    if name in actions:
        status, action = actions[name]
        return Response(await action(request, key, arguments), status_code=status)
    await request.volumes.db.read(find)
    if name in ELSEWHERE:
        raise NotImplementedHere(f"The action {name} is not implemented.")
    raise BadRequest(f"There is no such action: {name}")


def _doing(verb: Callable[[Tx, BlockStorageService, Any, str], None]) -> Action:
    """An action without arguments."""

    async def act(request: VolumeCall, key: str, arguments: Any) -> None:
        service, actor = request.volumes, request.actor
        await service.db.write(lambda tx: verb(tx, service, actor, key))

    return act


async def _attach(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    asked = _parse(arguments, schemas.Attach)
    if not asked.instance_uuid and not asked.host_name:
        raise BadRequest("Invalid input: os-attach needs instance_uuid or host_name.")
    service, actor = request.volumes, request.actor
    await service.db.write(
        lambda tx: attach_volume.attach(
            tx,
            service,
            actor,
            volume_id,
            instance_id=asked.instance_uuid,
            host_name=asked.host_name,
            device=asked.mountpoint,
            readonly=asked.mode == "ro",
        )
    )


async def _detach(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    wanted = _parse(arguments or {}, schemas.Detach).attachment_id
    rule = "volume_extension:volume_actions:detach"
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: attach_volume.detach(tx, service, actor, volume_id, wanted, rule))


async def _force_detach(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    wanted = _parse(arguments, schemas.ForceDetach).attachment_id
    rule = "volume_extension:volume_admin_actions:force_detach"
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: attach_volume.detach(tx, service, actor, volume_id, wanted, rule))


async def _initialize(request: VolumeCall, volume_id: str, arguments: Any) -> dict[str, Any]:
    connector = _parse(arguments, schemas.Connector).connector
    service, actor = request.volumes, request.actor
    info = await service.db.write(
        lambda tx: attach_volume.initialize_connection(tx, service, actor, volume_id, connector)
    )
    return {"connection_info": {**info, "enforce_multipath": bool(connector.get("enforce_multipath", False))}}


async def _terminate(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    _parse(arguments, schemas.Disconnect)
    await _doing(attach_volume.terminate_connection)(request, volume_id, None)


async def _extend(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    size = int(_parse(arguments, schemas.Extend).new_size)
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: extend_volume(tx, service, actor, volume_id, size))


async def _readonly(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    readonly = truth(_parse(arguments, schemas.Readonly).readonly)
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: change_volume.set_readonly(tx, service, actor, volume_id, readonly))


async def _bootable(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    bootable = truth(_parse(arguments, schemas.Bootable).bootable)
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: change_volume.set_bootable(tx, service, actor, volume_id, bootable))


async def _set_image_metadata(request: VolumeCall, volume_id: str, arguments: Any) -> dict[str, Any]:
    items = _parse(arguments, schemas.ImageItems).metadata
    service, actor = request.volumes, request.actor
    found = await service.db.write(lambda tx: change_volume.set_image_metadata(tx, service, actor, volume_id, items))
    return {"metadata": found}


async def _show_image_metadata(request: VolumeCall, volume_id: str, arguments: Any) -> dict[str, Any]:
    service, actor = request.volumes, request.actor
    found = await service.db.read(lambda tx: find_volume(tx, service, actor, volume_id, "volume:get_volume_metadata"))
    return {"metadata": found.image_metadata}


async def _unset_image_metadata(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    key = _parse(arguments, schemas.ImageItem).key
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: change_volume.unset_image_metadata(tx, service, actor, volume_id, key))


async def _reset(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    asked = _parse(arguments, schemas.ResetStatus)
    if asked.status is None and asked.attach_status is None and asked.migration_status is None:
        raise BadRequest("Must specify 'status', 'attach_status' or 'migration_status' for update.")
    status = None if asked.status is None else _one_of(asked.status, STATUSES)
    detached = asked.attach_status is not None and _one_of(asked.attach_status, ATTACH_STATUSES) == "detached"
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: reset_volume_status(tx, service, actor, volume_id, status, detached))


async def _force_delete(request: VolumeCall, volume_id: str, arguments: Any) -> None:
    rule = "volume_extension:volume_admin_actions:force_delete"
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: delete_volume(tx, service, actor, volume_id, force=True, rule=rule))


async def _reset_snapshot(request: VolumeCall, snapshot_id: str, arguments: Any) -> None:
    status = _one_of(_parse(arguments, schemas.ResetSnapshotStatus).status, SNAPSHOT_STATUSES)
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: reset_snapshot_status(tx, service, actor, snapshot_id, status))


async def _force_delete_snapshot(request: VolumeCall, snapshot_id: str, arguments: Any) -> None:
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: snapshots.delete_snapshot(tx, service, actor, snapshot_id, force=True))


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text.lower() not in known:
        raise BadRequest(f"Invalid status: {text} is not one of {', '.join(known)}.")
    return text.lower()


def _parse(arguments: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"Invalid input: {error}") from error


VOLUME_ACTIONS: dict[str, tuple[int, Action]] = {
    "os-reserve": (202, _doing(attach_volume.reserve)),
    "os-unreserve": (202, _doing(attach_volume.unreserve)),
    "os-begin_detaching": (202, _doing(attach_volume.begin_detaching)),
    "os-roll_detaching": (202, _doing(attach_volume.roll_detaching)),
    "os-attach": (202, _attach),
    "os-detach": (202, _detach),
    "os-force_detach": (202, _force_detach),
    "os-initialize_connection": (200, _initialize),
    "os-terminate_connection": (202, _terminate),
    "os-extend": (202, _extend),
    "os-update_readonly_flag": (202, _readonly),
    "os-set_bootable": (200, _bootable),
    "os-set_image_metadata": (200, _set_image_metadata),
    "os-show_image_metadata": (200, _show_image_metadata),
    "os-unset_image_metadata": (200, _unset_image_metadata),
    "os-reset_status": (202, _reset),
    "os-force_delete": (202, _force_delete),
}
SNAPSHOT_ACTIONS: dict[str, tuple[int, Action]] = {
    "os-reset_status": (202, _reset_snapshot),
    "os-force_delete": (202, _force_delete_snapshot),
}
ROUTES = [post_volume_action, post_snapshot_action]
