"""/v3/services, /v3/endpoints and /v3/regions"""

from litestar import Router, delete, get, patch, post, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest
from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.store.records import endpoints, regions, services
from altostratus.services.identity.usecases.create_endpoint import create_endpoint
from altostratus.services.identity.usecases.create_region import create_region
from altostratus.services.identity.usecases.create_service import create_service
from altostratus.services.identity.usecases.delete_catalog_entry import delete_entry
from altostratus.services.identity.usecases.delete_region import delete_region
from altostratus.services.identity.usecases.find_catalog import find_entry, list_entries
from altostratus.services.identity.usecases.update_endpoint import update_endpoint
from altostratus.services.identity.usecases.update_region import update_region
from altostratus.services.identity.usecases.update_service import update_service


@get("/services", query=("type", "name", *PAGE))
async def get_services(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing()
    found = await identity.db.read(lambda tx: list_entries(tx, identity, actor, services, listing))
    return request.collection("services", found, lambda service: views.service(service, request.base), listing)


@post("/services", body=schemas.NewServiceBody)
async def post_service(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewServiceBody, "service")
    made = await identity.change(lambda tx: create_service(tx, identity, actor, fields))
    return {"service": views.service(made, request.base)}


@get("/services/{service_id:str}")
async def get_service(request: IdentityCall, service_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_entry(tx, identity, actor, "get", services, service_id))
    return {"service": views.service(found, request.base)}


@patch("/services/{service_id:str}", body=schemas.ServiceBody)
async def patch_service(request: IdentityCall, service_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.ServiceBody, "service")
    found = await identity.change(lambda tx: update_service(tx, identity, actor, service_id, fields))
    return {"service": views.service(found, request.base)}


@delete("/services/{service_id:str}")
async def delete_service(request: IdentityCall, service_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_entry(tx, identity, actor, services, service_id))


@get("/endpoints", query=("interface", "service_id", "region_id", *PAGE))
async def get_endpoints(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.EndpointQuery)
    found = await identity.db.read(lambda tx: list_entries(tx, identity, actor, endpoints, listing))
    return request.collection("endpoints", found, lambda endpoint: views.endpoint(endpoint, request.base), listing)


@post("/endpoints", body=schemas.NewEndpointBody)
async def post_endpoint(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewEndpointBody, "endpoint")
    made = await identity.change(lambda tx: create_endpoint(tx, identity, actor, fields))
    return {"endpoint": views.endpoint(made, request.base)}


@get("/endpoints/{endpoint_id:str}")
async def get_endpoint(request: IdentityCall, endpoint_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_entry(tx, identity, actor, "get", endpoints, endpoint_id))
    return {"endpoint": views.endpoint(found, request.base)}


@patch("/endpoints/{endpoint_id:str}", body=schemas.EndpointBody)
async def patch_endpoint(request: IdentityCall, endpoint_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.EndpointBody, "endpoint")
    found = await identity.change(lambda tx: update_endpoint(tx, identity, actor, endpoint_id, fields))
    return {"endpoint": views.endpoint(found, request.base)}


@delete("/endpoints/{endpoint_id:str}")
async def delete_endpoint(request: IdentityCall, endpoint_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_entry(tx, identity, actor, endpoints, endpoint_id))


@get("/regions", query=("parent_region_id",))
async def get_regions(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.strict_listing()
    found = await identity.db.read(lambda tx: list_entries(tx, identity, actor, regions, listing))
    return request.collection("regions", found, lambda region: views.region(region, request.base), listing)


@post("/regions", body=schemas.NewRegionBody)
async def post_region(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewRegionBody, "region")
    made = await identity.change(lambda tx: create_region(tx, identity, actor, fields))
    return {"region": views.region(made, request.base)}


@put("/regions/{region_id:str}", body=schemas.NewRegionBody, status_code=201)
async def put_region(request: IdentityCall, region_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = {"id": region_id, **await request.new_fields(schemas.NewRegionBody, "region")}
    if fields["id"] != region_id:
        raise BadRequest(f'Conflicting region IDs specified: "{region_id}" != "{fields["id"]}"')
    made = await identity.change(lambda tx: create_region(tx, identity, actor, fields))
    return {"region": views.region(made, request.base)}


@get("/regions/{region_id:str}")
async def get_region(request: IdentityCall, region_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_entry(tx, identity, actor, "get", regions, region_id))
    return {"region": views.region(found, request.base)}


@patch("/regions/{region_id:str}", body=schemas.RegionBody)
async def patch_region(request: IdentityCall, region_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.RegionBody, "region")
    found = await identity.change(lambda tx: update_region(tx, identity, actor, region_id, fields))
    return {"region": views.region(found, request.base)}


@delete("/regions/{region_id:str}")
async def delete_region_(request: IdentityCall, region_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_region(tx, identity, actor, region_id))


ROUTER = Router(
    "/",
    route_handlers=[
        get_services,
        post_service,
        get_service,
        patch_service,
        delete_service,
        get_endpoints,
        post_endpoint,
        get_endpoint,
        patch_endpoint,
        delete_endpoint,
        get_regions,
        post_region,
        put_region,
        get_region,
        patch_region,
        delete_region_,
    ],
)
