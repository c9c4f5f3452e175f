"""/attachments (since 3.27): create, list, show, update, complete, delete."""

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET

from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.services.volume.api import VolumeCall, schemas, views
from altostratus.services.volume.api.listing import Filter, query_of
from altostratus.services.volume.domain.volume import Attachment
from altostratus.services.volume.store import attachment_lists
from altostratus.services.volume.usecases import attachments
from altostratus.services.volume.usecases.find_volume import find_attachment

FILTERS = {
    "volume_id": Filter(),
    "status": Filter(),
    "instance_id": Filter(),
    "attach_status": Filter(),
    "id": Filter(admin=True),
    "project_id": Filter(admin=True),
}
QUERY = ("limit", "marker", "offset", "sort", "sort_key", "sort_dir", "all_tenants", *FILTERS)


@post("/attachments", status_code=200, body=schemas.CREATE_ATTACHMENT)
async def post_attachment(request: VolumeCall) -> dict[str, Any]:
    """Keep a volume for somebody."""
    _require(request, 27)
    asked = (await request.decode(schemas.CREATE_ATTACHMENT)).attachment
    instance = None if asked.instance_uuid is UNSET else asked.instance_uuid
    mode = getattr(asked, "mode", UNSET)
    service, actor = request.volumes, request.actor
    made = await service.db.write(
        lambda tx: attachments.create_attachment(
            tx, service, actor, asked.volume_uuid, instance, asked.connector, None if mode is UNSET else mode
        )
    )
    return {"attachment": views.attachment_detail(made)}


@get("/attachments", query=QUERY)
async def get_attachments(request: VolumeCall) -> dict[str, Any]:
    """A page of attachments, in short."""
    return {"attachments": [views.attachment_summary(row) for row in await _page(request)]}


@get("/attachments/detail", query=QUERY)
async def get_attachments_detail(request: VolumeCall) -> dict[str, Any]:
    """A page of attachments, in full."""
    return {"attachments": [views.attachment_detail(row) for row in await _page(request)]}


@get("/attachments/{attachment_id:str}")
async def get_attachment(request: VolumeCall, attachment_id: FromPath[str]) -> dict[str, Any]:
    """One attachment."""
    _require(request, 27)
    service, actor = request.volumes, request.actor
    found = await service.db.read(lambda tx: find_attachment(tx, service, actor, attachment_id))
    return {"attachment": views.attachment_detail(found)}


@put("/attachments/{attachment_id:str}", body=schemas.UpdateAttachment)
async def put_attachment(request: VolumeCall, attachment_id: FromPath[str]) -> dict[str, Any]:
    """Say who attaches the volume."""
    _require(request, 27)
    connector = (await request.decode(schemas.UpdateAttachment)).attachment.connector
    service, actor = request.volumes, request.actor
    changed = await service.db.write(
        lambda tx: attachments.update_attachment(tx, service, actor, attachment_id, connector)
    )
    return {"attachment": views.attachment_detail(changed)}


@delete("/attachments/{attachment_id:str}", status_code=200)
async def delete_attachment(request: VolumeCall, attachment_id: FromPath[str]) -> dict[str, Any]:
    """Let the volume go; the answer names its other attachments, which it never has."""
    _require(request, 27)
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: attachments.delete_attachment(tx, service, actor, attachment_id))
    return {"attachments": []}


@post("/attachments/{attachment_id:str}/action", status_code=204, body=dict[str, Any])
async def post_attachment_action(request: VolumeCall, attachment_id: FromPath[str]) -> None:
    """os-complete: the volume is attached."""
    _require(request, 44)
    body = await request.decode(dict[str, Any])
    if list(body) != ["os-complete"]:
        raise BadRequest("The request body must name exactly one action: os-complete.")
    service, actor = request.volumes, request.actor
    await service.db.write(lambda tx: attachments.complete_attachment(tx, service, actor, attachment_id))


async def _page(request: VolumeCall) -> list[Attachment]:
    _require(request, 27)
    service = request.volumes
    service.policy.require(request.actor, "volume:get_all")
    query = query_of(request, FILTERS, attachment_lists.SORT_KEYS)
    return [] if query is None else await service.db.read(lambda tx: attachments.list_attachments(tx, query))


def _require(request: VolumeCall, minor: int) -> None:
    if not request.since(minor):
        raise NotFound()


ROUTES = [
    post_attachment,
    get_attachments,
    get_attachments_detail,
    get_attachment,
    put_attachment,
    delete_attachment,
    post_attachment_action,
]
