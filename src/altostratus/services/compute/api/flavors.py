"""/flavors with their extra specs and access lists."""

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.kernel.http.paging import limit_of, next_link
from altostratus.services.compute.api import MAX_PAGE, ComputeCall, schemas, views
from altostratus.services.compute.domain.server import Flavor
from altostratus.services.compute.store.flavors import SORT_KEYS, FlavorQuery, get_flavor, list_flavors
from altostratus.services.compute.usecases import flavors

_BIGGEST = 2147483647
QUERY = ("limit", "marker", "sort_key", "sort_dir", "is_public", "minDisk", "minRam")


@get("/flavors", query=QUERY)
async def get_flavors(request: ComputeCall) -> dict[str, Any]:
    found, more = await _page(request)
    return _listing(request, [views.flavor_summary(request, f) for f in found], more)


@get("/flavors/detail", query=QUERY)
async def get_flavors_detail(request: ComputeCall) -> dict[str, Any]:
    found, more = await _page(request)
    return _listing(request, [views.flavor(request, f) for f in found], more)


@post("/flavors", status_code=200, body=schemas.CREATE_FLAVOR)
async def post_flavor(request: ComputeCall) -> dict[str, Any]:
    asked = (await request.decode(schemas.CREATE_FLAVOR)).flavor
    new = flavors.NewFlavor(
        id=None if asked.id in (None, "auto") else str(asked.id),
        name=asked.name,
        ram=_amount(asked.ram, "ram", 1),
        vcpus=_amount(asked.vcpus, "vcpus", 1),
        disk=_amount(asked.disk, "disk"),
        ephemeral=_amount(asked.ephemeral, "ephemeral"),
        swap=_amount(asked.swap, "swap"),
        rxtx_factor=_factor(asked.rxtx_factor),
        is_public=schemas.truth(asked.is_public),
        description=getattr(asked, "description", None),
    )
    compute = request.compute
    made = await compute.db.write(lambda tx: flavors.create_flavor(tx, compute, request.actor, new))
    return {"flavor": views.flavor(request, made)}


@get("/flavors/{flavor_id:str}")
async def get_flavor_by_id(request: ComputeCall, flavor_id: FromPath[str]) -> dict[str, Any]:
    return {"flavor": views.flavor(request, await _flavor(request, flavor_id))}


@put("/flavors/{flavor_id:str}", body=schemas.UpdateFlavor)
async def put_flavor(request: ComputeCall, flavor_id: FromPath[str]) -> dict[str, Any]:
    """Change the description (from 2.55)."""
    if not request.since(55):
        raise NotFound()
    text = (await request.decode(schemas.UpdateFlavor)).flavor.description
    compute = request.compute
    changed = await compute.db.write(lambda tx: flavors.update_flavor(tx, compute, request.actor, flavor_id, text))
    return {"flavor": views.flavor(request, changed)}


@delete("/flavors/{flavor_id:str}", status_code=202)
async def delete_flavor_by_id(request: ComputeCall, flavor_id: FromPath[str]) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: flavors.delete_flavor(tx, compute, request.actor, flavor_id))


@get("/flavors/{flavor_id:str}/os-extra_specs")
async def get_specs(request: ComputeCall, flavor_id: FromPath[str]) -> dict[str, Any]:
    return {"extra_specs": (await _flavor(request, flavor_id)).extra_specs}


@post("/flavors/{flavor_id:str}/os-extra_specs", status_code=200, body=schemas.ExtraSpecs)
async def post_specs(request: ComputeCall, flavor_id: FromPath[str]) -> dict[str, Any]:
    specs = {k: str(v) for k, v in (await request.decode(schemas.ExtraSpecs)).extra_specs.items()}
    await _set_specs(request, flavor_id, specs, "create")
    return {"extra_specs": specs}


@get("/flavors/{flavor_id:str}/os-extra_specs/{key:str}")
async def get_spec(request: ComputeCall, flavor_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    specs = (await _flavor(request, flavor_id)).extra_specs
    if key not in specs:
        raise NotFound(f"Flavor {flavor_id} has no extra specs with key {key}.")
    return {key: specs[key]}


@put("/flavors/{flavor_id:str}/os-extra_specs/{key:str}", body=dict[str, str | int | float])
async def put_spec(request: ComputeCall, flavor_id: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    body = await request.decode(dict[str, str | int | float])
    if list(body) != [key]:
        raise BadRequest("Request body and URI mismatch")
    await _set_specs(request, flavor_id, {key: str(body[key])}, "update")
    return {key: str(body[key])}


@delete("/flavors/{flavor_id:str}/os-extra_specs/{key:str}", status_code=200)
async def delete_spec(request: ComputeCall, flavor_id: FromPath[str], key: FromPath[str]) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: flavors.delete_spec(tx, compute, request.actor, flavor_id, key))


@get("/flavors/{flavor_id:str}/os-flavor-access")
async def get_access(request: ComputeCall, flavor_id: FromPath[str]) -> dict[str, Any]:
    compute = request.compute
    found = await compute.db.read(lambda tx: flavors.list_access(tx, compute, request.actor, flavor_id))
    return _access(flavor_id, found)


@post("/flavors/{flavor_id:str}/action", status_code=200, body=schemas.AddTenantAccess | schemas.RemoveTenantAccess)
async def post_access(request: ComputeCall, flavor_id: FromPath[str]) -> dict[str, Any]:
    """Open a private flavor to a project, or close it again."""
    body = await request.json()
    compute = request.compute
    if isinstance(body, dict) and "addTenantAccess" in body:
        project = (await request.decode(schemas.AddTenantAccess)).addTenantAccess.tenant
        change = flavors.add_access
    else:
        project = (await request.decode(schemas.RemoveTenantAccess)).removeTenantAccess.tenant
        change = flavors.remove_access
    return _access(flavor_id, await compute.db.write(lambda tx: change(tx, compute, request.actor, flavor_id, project)))


async def _flavor(request: ComputeCall, flavor_id: str) -> Flavor:
    compute = request.compute
    return await compute.db.read(lambda tx: flavors.show_flavor(tx, compute, request.actor, flavor_id))


async def _set_specs(request: ComputeCall, flavor_id: str, specs: dict[str, str], rule: str) -> None:
    compute = request.compute
    await compute.db.write(lambda tx: flavors.set_specs(tx, compute, request.actor, flavor_id, specs, rule))


async def _page(request: ComputeCall) -> tuple[list[Flavor], bool]:
    compute, query, actor = request.compute, request.query, request.actor
    limit = limit_of(query, MAX_PAGE)
    key, direction = query.get("sort_key", "flavorid"), query.get("sort_dir", "asc")
    if key not in SORT_KEYS or direction not in ("asc", "desc"):
        raise BadRequest(f"Invalid sort: {key} {direction}")
    public: bool | None = True
    if actor.is_admin:
        text = query.get("is_public", "true").lower()
        public = None if text == "none" else text in ("true", "1", "t", "yes", "on")

    def find(tx: Any) -> list[Flavor]:
        visible = None if actor.is_admin else actor.project
        marker = None
        if marker_id := query.get("marker"):
            marker = get_flavor(tx, marker_id, visible)
            if marker is None:
                raise BadRequest(f"marker [{marker_id}] not found")
        return list_flavors(
            tx,
            FlavorQuery(
                visible_to=visible,
                is_public=public if actor.is_admin else None,
                min_disk=_minimum(query.get("minDisk"), "minDisk"),
                min_ram=_minimum(query.get("minRam"), "minRam"),
                order=((key, direction == "desc"),),
                marker=marker,
                limit=limit,
            ),
        )

    found = await compute.db.read(find)
    return found, limit is not None and 0 < limit == len(found)


def _listing(request: ComputeCall, found: list[dict[str, Any]], more: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"flavors": found}
    if more:
        url = request.link(request.url.path)
        body["flavors_links"] = [{"rel": "next", "href": next_link(url, request.query_items, found[-1]["id"])}]
    return body


def _access(flavor_id: str, projects: list[str]) -> dict[str, Any]:
    return {"flavor_access": [{"flavor_id": flavor_id, "tenant_id": project} for project in projects]}


def _minimum(text: str | None, name: str) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise BadRequest(f"Invalid {name} filter [{text}]") from None


def _amount(value: int | str, name: str, least: int = 0) -> int:
    amount = int(value)
    if not least <= amount <= _BIGGEST:
        raise BadRequest(f"Invalid input for field {name}: it is not between {least} and {_BIGGEST}")
    return amount


def _factor(value: float | str) -> float:
    try:
        factor = float(value)
    except (ValueError, OverflowError):
        factor = 0.0
    if not 0 < factor <= 3.40282e38:
        raise BadRequest("Invalid input for field rxtx_factor: it is not between 0 and 3.40282e38")
    return factor


ROUTES = [
    get_flavors,
    get_flavors_detail,
    post_flavor,
    get_flavor_by_id,
    put_flavor,
    delete_flavor_by_id,
    get_specs,
    post_specs,
    get_spec,
    put_spec,
    delete_spec,
    get_access,
    post_access,
]
