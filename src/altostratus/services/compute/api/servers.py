"""/servers: create, list, show, update, delete."""

import base64
import binascii
import ipaddress
import secrets
import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET

from altostratus.contracts.network import PortWish
from altostratus.kernel import regex
from altostratus.kernel.errors import BadRequest, NotImplementedHere
from altostratus.kernel.http.call import body_type, decode_json
from altostratus.kernel.http.paging import limit_of, next_link
from altostratus.services.compute.api import MAX_PAGE, ComputeCall, block_devices, schemas, views
from altostratus.services.compute.errors import ServerNotFound
from altostratus.services.compute.store.servers import SORT_KEYS, ServerQuery, get_server, host_names
from altostratus.services.compute.usecases import change_server, create_server, show_servers
from altostratus.services.compute.usecases.delete_server import delete_server
from altostratus.services.compute.usecases.show_servers import Shown, show_server

_PASSWORD = string.ascii_letters + string.digits
_STATUSES = ("ACTIVE", "BUILD", "ERROR", "SHUTOFF", "PAUSED", "REBOOT", "HARD_REBOOT", "DELETED", "SUSPENDED",
             "RESCUE", "RESIZE", "VERIFY_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "SOFT_DELETED", "MIGRATING",
             "PASSWORD", "REBUILD", "REVERT_RESIZE", "UNKNOWN")  # fmt: skip
_ADMIN_FILTERS = {"project_id": "project_id", "tenant_id": "project_id"}
_EQUAL_FILTERS = {
    "image": "image_id",
    "reservation_id": "reservation_id",
    "key_name": "key_name",
    "user_id": "user_id",
    "availability_zone": "availability_zone",
    "uuid": "id",
    "launch_index": "launch_index",
    "hostname": "hostname",
}
QUERY = (
    "limit", "marker", "sort_key", "sort_dir", "all_tenants", "name", "status", "flavor", "ip", "ip6", "deleted",
    "locked", "changes-since", "changes-before", *_EQUAL_FILTERS, *_ADMIN_FILTERS,
)  # fmt: skip


@post("/servers", status_code=202, body=schemas.CREATE_SERVER)
async def post_server(request: ComputeCall) -> Response[Any]:
    """Create one server or several."""
    content = await request.content()
    body = decode_json(content, body_type(schemas.CREATE_SERVER, request.version))
    asked = body.server
    password = asked.adminPass or "".join(secrets.choice(_PASSWORD) for _ in range(12))
    key = request.headers.get("idempotency-key")
    new = _new_server(asked, password, key, create_server.digest_of(content) if key else "")
    compute = request.compute
    made = await compute.db.write(lambda tx: create_server.create_servers(tx, compute, request.actor, new))
    if schemas.truth(asked.return_reservation_id):
        return Response({"reservation_id": made[0].reservation_id}, status_code=202)
    view = views.server_created(request, made[0], password, new.security_groups)
    return Response(view, status_code=202, headers={"Location": view["server"]["links"][0]["href"]})


@get("/servers", query=QUERY)
async def get_servers(request: ComputeCall) -> dict[str, Any]:
    """A page of servers, in short."""
    shown, more = await _page(request, "servers:index")
    return _listing(request, [views.server_summary(request, s) for s in shown], more)


@get("/servers/detail", query=QUERY)
async def get_servers_detail(request: ComputeCall) -> dict[str, Any]:
    """A page of servers, in full."""
    shown, more = await _page(request, "servers:detail")
    return _listing(request, [views.server_detail(request, s, in_list=True) for s in shown], more)


@get("/servers/{server_id:str}")
async def get_server_by_id(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """One server."""
    compute = request.compute
    shown = await compute.db.read(lambda tx: show_server(tx, compute, request.actor, server_id))
    return {"server": views.server_detail(request, shown)}


@put("/servers/{server_id:str}", body=schemas.UPDATE_SERVER)
async def put_server(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Change name, description, host name or access addresses."""
    asked = (await request.decode(schemas.UPDATE_SERVER)).server
    named = {
        "name": asked.name,
        "disk_config": asked.disk_config,
        "access_ip_v4": _access(asked.access_ip_v4, 4),
        "access_ip_v6": _access(asked.access_ip_v6, 6),
        "description": getattr(asked, "description", UNSET),
        "hostname": getattr(asked, "hostname", UNSET),
    }
    values = {name: value for name, value in named.items() if value is not UNSET}
    compute = request.compute

    def change(tx: Any) -> Shown:
        change_server.update_server(tx, compute, request.actor, server_id, **values)
        return show_server(tx, compute, request.actor, server_id)

    return {"server": views.server_updated(request, await compute.db.write(change))}


@delete("/servers/{server_id:str}", status_code=204)
async def delete_server_by_id(request: ComputeCall, server_id: FromPath[str]) -> None:
    """Delete a server."""
    compute = request.compute
    await compute.db.write(lambda tx: delete_server(tx, compute, request.actor, server_id))


@get("/servers/{server_id:str}/ips")
async def get_addresses(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """Addresses by network name."""
    compute = request.compute
    shown = await compute.db.read(lambda tx: show_server(tx, compute, request.actor, server_id, "ips:index"))
    return {"addresses": views.addresses(shown, extended=False)}


@get("/servers/{server_id:str}/ips/{network:str}")
async def get_network_addresses(
    request: ComputeCall, server_id: FromPath[str], network: FromPath[str]
) -> dict[str, Any]:
    """Addresses on one network."""
    compute = request.compute
    shown = await compute.db.read(lambda tx: show_server(tx, compute, request.actor, server_id, "ips:show"))
    found = views.addresses(shown, extended=False)
    if network not in found:
        raise ServerNotFound("Network label not found")
    return {network: found[network]}


def _new_server(asked: Any, password: str, key: str | None, digest: str) -> create_server.NewServer:
    _refuse_absent(asked)
    networks = asked.networks or None
    none = networks == "none"
    wishes = None if networks in (None, "auto", "none") else [_wish(n) for n in networks]
    minimum, maximum = _counts(asked)
    image_id = (asked.imageRef or "").rsplit("/", 1)[-1]
    groups = [] if asked.security_groups is UNSET else [g.name for g in asked.security_groups]
    return create_server.NewServer(
        name=asked.name,
        flavor_id=str(asked.flavorRef),
        image_id=image_id,
        admin_pass=password,
        description=getattr(asked, "description", None) or None,
        hostname=getattr(asked, "hostname", None) or None,
        wishes=[] if none else wishes,
        security_groups=list(dict.fromkeys(groups)),
        volumes=block_devices.volumes_of(asked, image_id, many=maximum > 1),
        key_name=asked.key_name or None,
        user_data=_user_data(asked),
        config_drive="True" if schemas.truth(asked.config_drive) else "",
        disk_config=asked.disk_config or "MANUAL",
        access_ip_v4=_access(asked.access_ip_v4, 4) or None,
        access_ip_v6=_access(asked.access_ip_v6, 6) or None,
        metadata=asked.metadata or {},
        tags=getattr(asked, "tags", None) or (),
        availability_zone=asked.availability_zone or None,
        min_count=minimum,
        max_count=maximum,
        idempotency_key=key,
        idempotency_digest=digest,
    )


def _refuse_absent(asked: Any) -> None:
    """What Nova has and this cloud does not (yet) is said, never ignored."""
    for name in ("personality", "block_device_mapping", "trusted_image_certificates", "host", "hypervisor_hostname"):
        if getattr(asked, name, UNSET):
            raise NotImplementedHere(f"{name} is not implemented")


def _wish(asked: schemas.NetworkRequest) -> PortWish:
    port, network = asked.port or None, asked.uuid or None
    if port is None and network is None:
        raise BadRequest("Bad network format: missing 'uuid'")
    if port is not None and asked.fixed_ip:
        raise BadRequest(f"Specified Fixed IP '{asked.fixed_ip}' cannot be used with port '{port}'")
    return PortWish(None if port else network, port, asked.fixed_ip or None, asked.tag or None)


def _counts(asked: schemas.NewServer21) -> tuple[int, int]:
    minimum = int(asked.min_count or 1)
    maximum = int(asked.max_count or minimum)
    if minimum > maximum:
        raise BadRequest("min_count must be <= max_count")
    return minimum, maximum


def _user_data(asked: schemas.NewServer21) -> str | None:
    if not asked.user_data:
        return None
    try:
        base64.b64decode("".join(asked.user_data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("Userdata content cannot be decoded: it must be base64") from error
    return asked.user_data


def _access(text: Any, version: int) -> Any:
    """An access address in its canonical form; '' clears it, UNSET stays."""
    if text is UNSET or text == "":
        return text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        address = None
    if address is None or address.version != version:
        raise BadRequest(f"Invalid input for field accessIPv{version}: {text} is not an IPv{version} address")
    return str(address)


# -- lists ---------------------------------------------------------------------------------------------------


async def _page(request: ComputeCall, rule: str) -> tuple[list[Shown], bool]:
    """The servers of a page, and whether there may be more."""
    compute, actor, query = request.compute, request.actor, request.query
    compute.policy.require(actor, f"os_compute_api:{rule}")
    project = _project(request, rule)
    limit = limit_of(query, MAX_PAGE) if query.get("limit") != "0" else 0
    ip = query.get("ip") or query.get("ip6")
    address = _compiled(ip, "ip") if ip else None

    def find(tx: Any) -> list[Shown]:
        marker = None
        if marker_id := query.get("marker"):
            marker = get_server(tx, marker_id)
            if marker is None or (project is not None and marker.project_id != project):
                raise BadRequest(f"marker [{marker_id}] not found")
        wanted = _query(request, project, marker, None if address else limit)
        if wanted is not None and request.actor.is_admin and (host := query.get("host")):
            ids = {name: key for key, name in host_names(tx).items()}
            wanted = replace(wanted, equal={**wanted.equal, "host_id": ids.get(host, "")})
        return [] if wanted is None else show_servers.list_servers(tx, compute, wanted)

    shown = await compute.db.read(find)
    if address:
        shown = [s for s in shown if _has_address(s, address)][:limit]
    return shown, limit is not None and 0 < limit == len(shown)


def _project(request: ComputeCall, rule: str) -> str | None:
    """Whose servers are listed; None is everybody's."""
    text = request.query.get("all_tenants")
    if text is None or text.lower() in ("0", "false", "no", "f", "off"):
        return request.actor.project
    if text.lower() not in ("1", "true", "yes", "t", "on", ""):
        raise BadRequest(f"Invalid value for all_tenants: {text}")
    request.compute.policy.require(request.actor, f"os_compute_api:{rule}:get_all_tenants")
    return None


def _query(request: ComputeCall, project: str | None, marker: Any, limit: int | None) -> ServerQuery | None:
    """The listing's conditions; None when nothing can match."""
    query, admin = request.query, request.actor.is_admin
    equal: dict[str, Any] = {column: query[name] for name, column in _EQUAL_FILTERS.items() if name in query}
    if admin:
        equal |= {column: query[name] for name, column in _ADMIN_FILTERS.items() if name in query}
    if "locked" in query and request.since(73):
        equal["locked"] = schemas.truth(query["locked"])
    if "launch_index" in equal:
        if not equal["launch_index"].isdecimal():
            return None
        equal["launch_index"] = int(equal["launch_index"])
    statuses = [value for name, value in request.query_items if name == "status"]
    if statuses and not (statuses := _statuses(request, statuses)):
        return None
    if query.get("deleted", "").lower() in ("true", "1") and admin:
        return None
    return ServerQuery(
        project_id=equal.pop("project_id", project) if project is None else project,
        equal=equal,
        name_like=_pattern(query.get("name")),
        flavor_id=query.get("flavor"),
        statuses=statuses or None,
        changed_since=_moment(query.get("changes-since"), "changes-since"),
        changed_before=_moment(query.get("changes-before"), "changes-before") if request.since(66) else None,
        order=_order(request.query_items),
        marker=marker,
        limit=limit,
    )


def _statuses(request: ComputeCall, asked: list[str]) -> list[str]:
    known = [status.upper() for status in asked if status.upper() in _STATUSES]
    if request.since(38) and len(known) < len(asked):
        raise BadRequest("Invalid status value")
    return known


def _pattern(text: str | None) -> str | None:
    """A name filter is a regular expression that every engine understands, of bounded length."""
    if text is not None:
        _compiled(text, "name")
    return text


def _compiled(expression: str, name: str) -> Any:
    try:
        return regex.compiled(expression)
    except ValueError as error:
        raise BadRequest(f"Invalid {name} filter: {error}") from error


def _moment(text: str | None, name: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise BadRequest(f"Invalid filter field: {name}.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _order(items: list[tuple[str, str]]) -> list[tuple[str, bool]]:
    keys = [value for name, value in items if name == "sort_key"] or ["created_at"]
    directions = [value for name, value in items if name == "sort_dir"]
    for key in keys:
        if key not in SORT_KEYS:
            raise BadRequest(f"Invalid sort key: {key}")
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise BadRequest(f"Invalid sort direction: {direction}")
    directions += [directions[-1] if directions else "desc"] * (len(keys) - len(directions))
    return [(key, direction == "desc") for key, direction in zip(keys, directions, strict=False)]


def _has_address(shown: Shown, pattern: Any) -> bool:
    return any(pattern.search(address.ip) for port in shown.ports for address in port.addresses)


def _listing(request: ComputeCall, found: list[dict[str, Any]], more: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"servers": found}
    if more:
        url = request.link(request.url.path)
        body["servers_links"] = [{"rel": "next", "href": next_link(url, request.query_items, found[-1]["id"])}]
    return body


ROUTES = [
    post_server,
    get_servers,
    get_servers_detail,
    get_server_by_id,
    put_server,
    delete_server_by_id,
    get_addresses,
    get_network_addresses,
]
