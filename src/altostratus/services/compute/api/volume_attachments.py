"""/servers/{id}/os-volume_attachments: the volumes of a server."""

import uuid
from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET

from altostratus.contracts.volume import Attachment
from altostratus.kernel.errors import BadRequest
from altostratus.services.compute.api import ComputeCall, schemas, views
from altostratus.services.compute.usecases import server_volumes


@get("/servers/{server_id:str}/os-volume_attachments", query=("limit", "offset"))
async def get_attachments(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    compute = request.compute
    chosen = request.window()
    found = await compute.db.read(lambda tx: server_volumes.list_volumes(tx, compute, request.actor, server_id))
    return {"volumeAttachments": [views.volume_attachment(request, server_id, row) for row in found[chosen]]}


@get("/servers/{server_id:str}/os-volume_attachments/{volume_id:str}")
async def get_attachment(request: ComputeCall, server_id: FromPath[str], volume_id: FromPath[str]) -> dict[str, Any]:
    compute, actor = request.compute, request.actor
    found = await compute.db.read(lambda tx: server_volumes.show_volume(tx, compute, actor, server_id, volume_id))
    return {"volumeAttachment": views.volume_attachment(request, server_id, found)}


@post("/servers/{server_id:str}/os-volume_attachments", status_code=200, body=schemas.CREATE_ATTACHMENT)
async def post_attachment(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Attach a volume. Also from 2.89 on the answer has `id`, and neither `attachment_id` nor `bdm_uuid`."""
    asked = (await request.decode(schemas.CREATE_ATTACHMENT)).volumeAttachment
    compute = request.compute

    def attach(tx: Any) -> Attachment:
        return server_volumes.attach_volume(
            tx,
            compute,
            request.actor,
            server_id,
            _plain(asked.volumeId),
            device=asked.device or None,
            tag=getattr(asked, "tag", None) or None,
            delete_on_termination=schemas.truth(getattr(asked, "delete_on_termination", False)),
        )

    view = views.volume_attachment(request, server_id, await compute.db.write(attach))
    kept = {name: value for name, value in view.items() if name not in ("attachment_id", "bdm_uuid")}
    return {"volumeAttachment": {"id": view["volumeId"], **kept}}


@put("/servers/{server_id:str}/os-volume_attachments/{volume_id:str}", status_code=202, body=schemas.UPDATE_ATTACHMENT)
async def put_attachment(request: ComputeCall, server_id: FromPath[str], volume_id: FromPath[str]) -> None:
    """From 2.85 on: whether the volume is deleted with the server. Its replacement by another one is only for Cinder,
    while it migrates a volume: never, here."""
    asked = (await request.decode(schemas.UPDATE_ATTACHMENT)).volumeAttachment
    compute, actor = request.compute, request.actor
    if not request.since(85) or _plain(asked.volumeId) != volume_id:
        await compute.db.read(lambda tx: server_volumes.refuse_swap(tx, compute, actor, server_id, volume_id))
    wanted = None if asked.delete_on_termination is UNSET else schemas.truth(asked.delete_on_termination)

    def change(tx: Any) -> None:
        row = server_volumes.change_volume(tx, compute, actor, server_id, volume_id, wanted)
        _require_same(asked, row, server_id)

    await compute.db.write(change)


@delete("/servers/{server_id:str}/os-volume_attachments/{volume_id:str}", status_code=202)
async def delete_attachment(request: ComputeCall, server_id: FromPath[str], volume_id: FromPath[str]) -> None:
    """Detach a volume."""
    compute, actor = request.compute, request.actor
    await compute.db.write(lambda tx: server_volumes.detach_volume(tx, compute, actor, server_id, volume_id))


def _require_same(asked: Any, row: Attachment, server_id: str) -> None:
    """What cannot be changed may be said, as it is."""
    same = {"id": row.volume_id, "serverId": server_id, "device": f"/dev/{row.device}", "tag": row.tag}
    for name, value in same.items():
        said = getattr(asked, name)
        if said is not UNSET and said != value:
            raise BadRequest(f"The {name} property is not mutable")


def _plain(text: str) -> str:
    """A uuid in its usual form."""
    return str(uuid.UUID(text))


ROUTES = [get_attachments, get_attachment, post_attachment, put_attachment, delete_attachment]
