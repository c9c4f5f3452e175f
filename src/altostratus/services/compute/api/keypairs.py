"""/os-keypairs."""

from typing import Any

from litestar import Response, delete, get, post
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, NotImplementedHere
from altostratus.kernel.http.paging import limit_of, next_link
from altostratus.services.compute.api import MAX_PAGE, ComputeCall, schemas, views
from altostratus.services.compute.store.keypairs import get_keypair, list_keypairs
from altostratus.services.compute.usecases import keypairs


@get("/os-keypairs", query=("limit", "marker", "user_id"))
async def get_keypairs(request: ComputeCall) -> dict[str, Any]:
    compute, query = request.compute, request.query
    user = _user(request, query.get("user_id"))
    compute.policy.require(request.actor, "os_compute_api:os-keypairs:index", {"user_id": user})
    paged = request.since(35)
    limit = limit_of(query, MAX_PAGE) if paged else None
    marker = query.get("marker") if paged else None

    def find(tx: Any) -> Any:
        if marker is not None and get_keypair(tx, user, marker) is None:
            raise BadRequest(f"marker [{marker}] not found")
        return list_keypairs(tx, user, marker, limit)

    found = await compute.db.read(find)
    body: dict[str, Any] = {"keypairs": [{"keypair": views.keypair_summary(request, k)} for k in found]}
    if paged and limit and len(found) == limit:
        url = request.link(request.url.path)
        body["keypairs_links"] = [{"rel": "next", "href": next_link(url, request.query_items, found[-1].name)}]
    return body


@post("/os-keypairs", status_code=200, body=schemas.CREATE_KEYPAIR)
async def post_keypair(request: ComputeCall) -> Response[Any]:
    """Keep a public key, or make a pair and answer its private key this once."""
    asked = (await request.decode(schemas.CREATE_KEYPAIR)).keypair
    if (getattr(asked, "type", None) or "ssh") != "ssh":
        raise NotImplementedHere("x509 keypairs are not implemented")
    compute = request.compute
    user = _user(request, getattr(asked, "user_id", None) or None)
    compute.policy.require(request.actor, "os_compute_api:os-keypairs:create", {"user_id": user})
    name = asked.name.strip()
    if asked.public_key:
        key = keypairs.KeyText(asked.public_key.strip(), keypairs.fingerprint(asked.public_key.strip()))
    else:
        key = await compute.work.run(keypairs.generate_key, "Generated-by-Altostratus")
    made = await compute.db.write(lambda tx: keypairs.create_keypair(tx, compute, request.actor, user, name, key))
    view = {**views.keypair_summary(request, made), "user_id": user}
    if key.private is not None:
        view["private_key"] = key.private
    return Response({"keypair": view}, status_code=201 if request.since(2) else 200)


@get("/os-keypairs/{name:str}", query=("user_id",))
async def get_keypair_by_name(request: ComputeCall, name: FromPath[str]) -> dict[str, Any]:
    compute = request.compute
    user = _user(request, request.query.get("user_id"))
    found = await compute.db.read(lambda tx: keypairs.show_keypair(tx, compute, request.actor, user, name))
    return {"keypair": views.keypair_detail(request, found)}


@delete("/os-keypairs/{name:str}", query=("user_id",), status_code=202)
async def delete_keypair(request: ComputeCall, name: FromPath[str]) -> Response[None]:
    compute = request.compute
    user = _user(request, request.query.get("user_id"))
    await compute.db.write(lambda tx: keypairs.delete_keypair(tx, compute, request.actor, user, name))
    return Response(None, status_code=204 if request.since(2) else 202)


def _user(request: ComputeCall, asked: str | None) -> str:
    """Whose keypairs: one's own, or from 2.10 on another user's, which only an administrator may ask for."""
    return asked if asked and request.since(10) else request.actor.user_id


ROUTES = [get_keypairs, post_keypair, get_keypair_by_name, delete_keypair]
