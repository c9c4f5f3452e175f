"""/v3/domains"""

from litestar import Router, delete, get, patch, post
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.domain.nouns import Project
from altostratus.services.identity.store.tags import tags_of
from altostratus.services.identity.usecases.create_domain import create_domain
from altostratus.services.identity.usecases.delete_domain import delete_domain
from altostratus.services.identity.usecases.find_domains import find_domain, list_domains
from altostratus.services.identity.usecases.update_domain import update_domain


@get("/", query=("name", "enabled", *PAGE))
async def get_domains(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.DomainQuery)
    found = await identity.db.read(lambda tx: list_domains(tx, identity, actor, listing))
    return request.collection("domains", found, lambda row: views.domain(*row, request.base), listing)


@post("/", body=schemas.NewDomainBody)
async def post_domain(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.new_fields(schemas.NewDomainBody, "domain")
    made = await identity.change(lambda tx: create_domain(tx, identity, actor, fields))
    return await _view(request, made)


@get("/{domain_id:str}")
async def get_domain(request: IdentityCall, domain_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    rule = "identity:get_domain"
    return await _view(request, await identity.db.read(lambda tx: find_domain(tx, identity, actor, rule, domain_id)))


@patch("/{domain_id:str}", body=schemas.DomainBody)
async def patch_domain(request: IdentityCall, domain_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.DomainBody, "domain")
    return await _view(request, await identity.change(lambda tx: update_domain(tx, identity, actor, domain_id, fields)))


@delete("/{domain_id:str}")
async def delete_domain_(request: IdentityCall, domain_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_domain(tx, identity, actor, domain_id))


async def _view(request: IdentityCall, domain: Project) -> views.View:
    tags = await request.identity.db.read(lambda tx: tags_of(tx, domain.id))
    return {"domain": views.domain(domain, tags, request.base)}


ROUTER = Router("/domains", route_handlers=[get_domains, post_domain, get_domain, patch_domain, delete_domain_])
