"""/v3/OS-TRUST/trusts"""

from litestar import Router, delete, get, post
from litestar.params import FromPath

from altostratus.kernel.tx import Tx
from altostratus.services.identity.api import IdentityCall, schemas, views
from altostratus.services.identity.store.trusts import roles_of
from altostratus.services.identity.usecases.create_trust import create_trust
from altostratus.services.identity.usecases.delete_trust import delete_trust
from altostratus.services.identity.usecases.find_trusts import (
    find_trust,
    find_trust_role,
    list_trust_roles,
    list_trusts,
)


@get("/", query=("trustor_user_id", "trustee_user_id"))
async def get_trusts(request: IdentityCall) -> views.View:
    identity, actor, query = request.identity, request.actor, request.query_params
    trustor, trustee = query.get("trustor_user_id"), query.get("trustee_user_id")
    found = await identity.db.read(lambda tx: list_trusts(tx, identity, actor, trustor, trustee))
    if query and not (trustor or trustee):
        found = []  # Keystone shows all only to whom asks for nothing else
    return request.collection("trusts", found, lambda trust: views.trust(trust, request.base))


@post("/", body=schemas.NewTrustBody)
async def post_trust(request: IdentityCall) -> views.View:
    identity, actor = request.identity, request.actor
    fields = await request.fields(schemas.NewTrustBody, "trust")
    made, roles = await identity.db.write(lambda tx: create_trust(tx, identity, actor, fields))
    return {"trust": views.trust(made, request.base, roles)}


@get("/{trust_id:str}")
async def get_trust(request: IdentityCall, trust_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor

    def read(tx: Tx) -> views.View:
        found = find_trust(tx, identity, actor, "identity:get_trust", trust_id)
        return views.trust(found, request.base, roles_of(tx, trust_id))

    return {"trust": await identity.db.read(read)}


@delete("/{trust_id:str}")
async def delete_trust_(request: IdentityCall, trust_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: delete_trust(tx, identity, actor, trust_id))


@get("/{trust_id:str}/roles")
async def get_trust_roles(request: IdentityCall, trust_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: list_trust_roles(tx, identity, actor, trust_id))
    return request.collection("roles", found, lambda role: views.role(role, request.base))


@get("/{trust_id:str}/roles/{role_id:str}")
async def get_trust_role(request: IdentityCall, trust_id: FromPath[str], role_id: FromPath[str]) -> views.View:
    identity, actor = request.identity, request.actor
    found = await identity.db.read(lambda tx: find_trust_role(tx, identity, actor, trust_id, role_id))
    return {"role": views.role(found, request.base)}


ROUTER = Router(
    "/OS-TRUST/trusts",
    route_handlers=[get_trusts, post_trust, get_trust, delete_trust_, get_trust_roles, get_trust_role],
)
