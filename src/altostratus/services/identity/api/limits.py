"""/v3/registered_limits and /v3/limits"""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.params import FromPath

from altostratus.services.identity.api import IdentityCall, checked, schemas, views
from altostratus.services.identity.api.listing import PAGE
from altostratus.services.identity.usecases.create_limits import create_limits
from altostratus.services.identity.usecases.create_registered_limits import create_registered_limits
from altostratus.services.identity.usecases.delete_limit import delete_limit
from altostratus.services.identity.usecases.delete_registered_limit import delete_registered_limit
from altostratus.services.identity.usecases.find_limits import find_limit, find_model, list_limits
from altostratus.services.identity.usecases.find_registered_limits import (
    find_registered_limit,
    list_registered_limits,
)
from altostratus.services.identity.usecases.update_limit import update_limit
from altostratus.services.identity.usecases.update_registered_limit import update_registered_limit

FILTERS = ("service_id", "region_id", "resource_name")


async def _said(request: IdentityCall, kind: type[Any], noun: str) -> Any:
    """What the body says of the noun, or list of nouns: nothing but the fields that `kind` names."""
    return msgspec.to_builtins(getattr(checked(await request.document(), kind), noun))


@get("/", query=(*FILTERS, *PAGE))
async def get_registered_limits(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.RegisteredLimitQuery)
    found = await identity.db.read(lambda tx: list_registered_limits(tx, identity, actor, listing))
    return request.collection(
        "registered_limits", found, lambda one: views.registered_limit(one, request.base), listing
    )


@post("/", body=schemas.NewRegisteredLimitsBody)
async def post_registered_limits(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    wishes = await _said(request, schemas.NewRegisteredLimitsBody, "registered_limits")
    made = await identity.db.write(lambda tx: create_registered_limits(tx, identity, actor, wishes))
    return {"registered_limits": [views.registered_limit(one, request.base) for one in made]}


@get("/{limit_id:str}")
async def get_registered_limit(request: IdentityCall, limit_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_registered_limit(tx, identity, actor, "get", limit_id))
    return {"registered_limit": views.registered_limit(found, request.base)}


@patch("/{limit_id:str}", body=schemas.RegisteredLimitBody)
async def patch_registered_limit(request: IdentityCall, limit_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await _said(request, schemas.RegisteredLimitBody, "registered_limit")
    found = await identity.db.write(lambda tx: update_registered_limit(tx, identity, actor, limit_id, fields))
    return {"registered_limit": views.registered_limit(found, request.base)}


@delete("/{limit_id:str}")
async def delete_registered_limit_(request: IdentityCall, limit_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.db.write(lambda tx: delete_registered_limit(tx, identity, actor, limit_id))


@get("/", query=(*FILTERS, "project_id", "domain_id", *PAGE))
async def get_limits(request: IdentityCall) -> views.View:
    identity, actor, listing = request.identity, request.actor, request.listing(schemas.LimitQuery)
    found = await identity.db.read(lambda tx: list_limits(tx, identity, actor, listing))
    return request.collection("limits", found, lambda one: views.limit(one, request.base), listing)


@post("/", body=schemas.NewLimitsBody)
async def post_limits(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    wishes = await _said(request, schemas.NewLimitsBody, "limits")
    made = await identity.db.write(lambda tx: create_limits(tx, identity, actor, wishes))
    return {"limits": [views.limit(one, request.base) for one in made]}


@get("/model")
async def get_model(request: IdentityCall) -> views.View:
    name, description = find_model(request.identity, request.actor)
    return {"model": {"name": name, "description": description}}


@get("/{limit_id:str}")
async def get_limit(request: IdentityCall, limit_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_limit(tx, identity, actor, limit_id))
    return {"limit": views.limit(found, request.base)}


@patch("/{limit_id:str}", body=schemas.LimitBody)
async def patch_limit(request: IdentityCall, limit_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await _said(request, schemas.LimitBody, "limit")
    found = await identity.db.write(lambda tx: update_limit(tx, identity, actor, limit_id, fields))
    return {"limit": views.limit(found, request.base)}


@delete("/{limit_id:str}")
async def delete_limit_(request: IdentityCall, limit_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.db.write(lambda tx: delete_limit(tx, identity, actor, limit_id))


REGISTERED = Router(
    "/registered_limits",
    route_handlers=[
        get_registered_limits,
        post_registered_limits,
        get_registered_limit,
        patch_registered_limit,
        delete_registered_limit_,
    ],
)
ROUTER = Router("/limits", route_handlers=[get_limits, post_limits, get_model, get_limit, patch_limit, delete_limit_])
