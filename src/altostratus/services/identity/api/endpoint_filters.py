"""/v3/OS-EP-FILTER: which endpoints the tokens of a project show."""

from litestar import Router, delete, get, patch, post, put
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.usecases import filter_endpoints
from altostratus.services.identity.usecases import find_endpoint_filters as find
from altostratus.services.identity.usecases.create_endpoint_group import create_endpoint_group
from altostratus.services.identity.usecases.delete_endpoint_group import delete_endpoint_group
from altostratus.services.identity.usecases.find_endpoint_groups import (
    find_group,
    list_endpoints_in_group,
    list_groups,
)
from altostratus.services.identity.usecases.update_endpoint_group import update_endpoint_group


@get("/endpoint_groups", query=("name",))
async def get_groups(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.strict_listing()
    found = await identity.db.read(lambda tx: list_groups(tx, identity, actor, listing))
    return request.collection(
        "endpoint_groups", found, lambda group: views.endpoint_group(group, request.base), listing
    )


@post("/endpoint_groups", body=schemas.NewEndpointGroupBody)
async def post_group(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.NewEndpointGroupBody, "endpoint_group")
    made = await identity.change(lambda tx: create_endpoint_group(tx, identity, actor, fields))
    return {"endpoint_group": views.endpoint_group(made, request.base)}


@get("/endpoint_groups/{group_id:str}")
async def get_group(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    rule = "identity:get_endpoint_group"
    found = await identity.db.read(lambda tx: find_group(tx, identity, actor, rule, group_id))
    return {"endpoint_group": views.endpoint_group(found, request.base)}


@patch("/endpoint_groups/{group_id:str}", body=schemas.EndpointGroupBody)
async def patch_group(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.EndpointGroupBody, "endpoint_group")
    found = await identity.change(lambda tx: update_endpoint_group(tx, identity, actor, group_id, fields))
    return {"endpoint_group": views.endpoint_group(found, request.base)}


@delete("/endpoint_groups/{group_id:str}")
async def delete_group(request: IdentityCall, group_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_endpoint_group(tx, identity, actor, group_id))


@get("/endpoint_groups/{group_id:str}/endpoints")
async def get_group_endpoints(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: list_endpoints_in_group(tx, identity, actor, group_id))
    return request.collection("endpoints", found, lambda endpoint: views.endpoint(endpoint, request.base))


@get("/endpoint_groups/{group_id:str}/projects")
async def get_group_projects(request: IdentityCall, group_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find.list_projects_of_group(tx, identity, actor, group_id))
    return request.collection("projects", found, lambda row: views.project(*row, request.base))


@get("/endpoint_groups/{group_id:str}/projects/{project_id:str}")
async def get_project_group(request: IdentityCall, group_id: FromPath[str], project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    await identity.db.read(lambda tx: find.check_group(tx, identity, actor, project_id, group_id))
    link = f"/OS-EP-FILTER/endpoint_groups/{group_id}/projects/{project_id}"  # not a whole URL, as in Keystone
    found = {"endpoint_group_id": group_id, "project_id": project_id, "links": {"self": link}}
    return {"project_endpoint_group": found}


@put("/endpoint_groups/{group_id:str}/projects/{project_id:str}", status_code=204)
async def put_project_group(request: IdentityCall, group_id: FromPath[str], project_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: filter_endpoints.add_group(tx, identity, actor, project_id, group_id))


@delete("/endpoint_groups/{group_id:str}/projects/{project_id:str}")
async def delete_project_group(request: IdentityCall, group_id: FromPath[str], project_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: filter_endpoints.remove_group(tx, identity, actor, project_id, group_id))


@get("/projects/{project_id:str}/endpoint_groups")
async def get_project_groups(request: IdentityCall, project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find.list_groups_of_project(tx, identity, actor, project_id))
    return request.collection("endpoint_groups", found, lambda group: views.endpoint_group(group, request.base))


@get("/projects/{project_id:str}/endpoints")
async def get_project_endpoints(request: IdentityCall, project_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find.list_endpoints_of_project(tx, identity, actor, project_id))
    return request.collection("endpoints", found, lambda endpoint: views.endpoint(endpoint, request.base))


@get("/projects/{project_id:str}/endpoints/{endpoint_id:str}", status_code=204)
async def check_project_endpoint(request: IdentityCall, project_id: FromPath[str], endpoint_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.db.read(lambda tx: find.check_endpoint(tx, identity, actor, project_id, endpoint_id))


@put("/projects/{project_id:str}/endpoints/{endpoint_id:str}", status_code=204)
async def put_project_endpoint(request: IdentityCall, project_id: FromPath[str], endpoint_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: filter_endpoints.add_endpoint(tx, identity, actor, project_id, endpoint_id))


@delete("/projects/{project_id:str}/endpoints/{endpoint_id:str}")
async def delete_project_endpoint(request: IdentityCall, project_id: FromPath[str], endpoint_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: filter_endpoints.remove_endpoint(tx, identity, actor, project_id, endpoint_id))


@get("/endpoints/{endpoint_id:str}/projects")
async def get_endpoint_projects(request: IdentityCall, endpoint_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find.list_projects_of_endpoint(tx, identity, actor, endpoint_id))
    return request.collection("projects", found, lambda row: views.project(*row, request.base))


ROUTER = Router(
    "/OS-EP-FILTER",
    route_handlers=[
        get_groups,
        post_group,
        get_group,
        patch_group,
        delete_group,
        get_group_endpoints,
        get_group_projects,
        get_project_group,
        put_project_group,
        delete_project_group,
        get_project_groups,
        get_project_endpoints,
        check_project_endpoint,
        put_project_endpoint,
        delete_project_endpoint,
        get_endpoint_projects,
    ],
)
