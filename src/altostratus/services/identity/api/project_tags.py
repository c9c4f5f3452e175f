"""/v3/projects/{id}/tags"""

from litestar import MediaType, Response, Router, delete, get, put
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, checked, schemas, views
from altostratus.services.identity.usecases.tag_project import add_tag, check_tag, drop_tag, list_tags, set_tags


@get("/")
async def get_tags(request: IdentityCall, project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    tags = await identity.db.read(lambda tx: list_tags(tx, identity, actor, project_id))
    return {"links": {"self": request.base}, "tags": tags}


@put("/", body=schemas.TagsBody)
async def put_tags(request: IdentityCall, project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    tags = checked(await request.document(), schemas.TagsBody).tags
    rule = "identity:update_project_tags"
    found = await identity.change(lambda tx: set_tags(tx, identity, actor, project_id, tags, rule))
    return {"links": {"self": request.base}, "tags": found}


@delete("/")
async def delete_tags(request: IdentityCall, project_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    rule = "identity:delete_project_tags"
    await identity.change(lambda tx: set_tags(tx, identity, actor, project_id, (), rule))


@get("/{tag:str}", status_code=204)
async def get_tag(request: IdentityCall, project_id: FromPath[str], tag: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.db.read(lambda tx: check_tag(tx, identity, actor, project_id, tag))


@put("/{tag:str}")
async def put_tag(request: IdentityCall, project_id: FromPath[str], tag: FromPath[str]) -> Response[None]:
    identity, actor = request.identity, request.actor
    checked({"tags": [tag]}, schemas.TagsBody)
    await identity.change(lambda tx: add_tag(tx, identity, actor, project_id, tag))
    # Keystone leaves "projects" out of this address, too
    location = {"Location": f"{request.base}/{project_id}/tags/{tag}"}
    return Response(None, status_code=201, headers=location, media_type=MediaType.HTML)


@delete("/{tag:str}")
async def delete_tag(request: IdentityCall, project_id: FromPath[str], tag: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: drop_tag(tx, identity, actor, project_id, tag))


ROUTER = Router(
    "/projects/{project_id:str}/tags", route_handlers=[get_tags, put_tags, delete_tags, get_tag, put_tag, delete_tag]
)
