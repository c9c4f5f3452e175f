"""Every route by every kind of person: a route without a row fails."""

from pathlib import Path
from typing import Any

from litestar import Router
from litestar.routes import HTTPRoute

from altostratus.kernel.tx import Tx
from tests.services.network.cloud import NetworkCloud, make, make_external, make_segment, run

PEOPLE = ("nobody", "reader", "other", "member", "admin")
Statuses = tuple[int, int, int, int, int]
Row = tuple[str, str, dict[str, Any] | None, Statuses]

LIST: Statuses = (401, 200, 200, 200, 200)
READ: Statuses = (401, 200, 404, 200, 200)
CREATE: Statuses = (401, 403, 201, 201, 201)  # each in the project of its own
CHANGE: Statuses = (401, 403, 404, 200, 200)
DELETE: Statuses = (401, 403, 404, 204, 204)
IN_USE: Statuses = (401, 403, 404, 409, 409)
ADMIN: Statuses = (401, 403, 403, 403, 200)
ADMIN_GONE: Statuses = (401, 403, 403, 403, 204)
PROJECT: Statuses = (401, 200, 403, 200, 200)
TAGGED = ("networks", "subnets", "ports", "routers", "floatingips", "security-groups", "subnetpools")


def crud(
    plural: str, new: dict[str, Any], create: Statuses = CREATE, changes: bool = True, delete: Statuses = DELETE
) -> list[Row]:
    """The rows of a resource. '<x>' in a value stands for the id of that resource."""
    single = plural[:-1].replace("-", "_")
    one = f"/v2.0/{plural}/{{key:str}}"
    put: list[Row] = [("PUT", one, {single: {"description": "d"}}, CHANGE)] if changes else []
    return [
        ("GET", f"/v2.0/{plural}", None, LIST),
        ("POST", f"/v2.0/{plural}", {single: new}, create),
        ("GET", one, None, READ),
        *put,
        ("DELETE", one, None, delete),
    ]


def tag_rows(plural: str) -> list[Row]:
    tags = f"/v2.0/{plural}/{{key:str}}/tags"
    return [
        ("GET", tags, None, READ),
        ("PUT", tags, {"tags": ["t"]}, CHANGE),
        ("POST", tags, {"tags": ["t"]}, (401, 403, 404, 201, 201)),
        ("DELETE", tags, None, DELETE),
        ("GET", f"{tags}/{{tag:str}}", None, (401, 204, 404, 204, 204)),
        ("PUT", f"{tags}/{{tag:str}}", None, (401, 403, 404, 201, 201)),
        ("DELETE", f"{tags}/{{tag:str}}", None, DELETE),
    ]


ROUTER = "/v2.0/routers/{key:str}"
QUOTA = "/v2.0/quotas/{project_id:str}"
NET_OWNER: Statuses = (401, 403, 404, 201, 201)  # on the network of `mine`
ROWS: list[Row] = [
    ("GET", "/", None, (200, 200, 200, 200, 200)),
    ("GET", "/v2.0", None, LIST),
    *crud("networks", {}, delete=IN_USE),
    *crud("subnets", {"network_id": "<network>", "ip_version": 4, "cidr": "10.77.0.0/24"}, NET_OWNER),
    *crud("ports", {"network_id": "<network>"}, NET_OWNER),
    *crud("routers", {}, delete=IN_USE),
    *crud("floatingips", {"floating_network_id": "<external>"}),
    *crud("security-groups", {"name": "g"}),
    *crud("security-group-rules", {"security_group_id": "<security-group>", "direction": "ingress"}, NET_OWNER, False),
    *crud("subnetpools", {"prefixes": ["10.88.0.0/16"]}),
    *(row for plural in TAGGED for row in tag_rows(plural)),
    ("PUT", f"{ROUTER}/add_router_interface", {"subnet_id": "<subnet>"}, CHANGE),
    ("PUT", f"{ROUTER}/remove_router_interface", {"subnet_id": "<joined>"}, CHANGE),
    ("PUT", f"{ROUTER}/add_extraroutes", {"router": {"routes": []}}, CHANGE),
    ("PUT", f"{ROUTER}/remove_extraroutes", {"router": {"routes": []}}, CHANGE),
    ("GET", "/v2.0/quotas", None, ADMIN),
    ("GET", QUOTA, None, PROJECT),
    ("GET", f"{QUOTA}/details", None, PROJECT),
    ("GET", f"{QUOTA}/default", None, PROJECT),
    ("PUT", QUOTA, {"quota": {"port": 7}}, ADMIN),
    ("DELETE", QUOTA, None, ADMIN_GONE),
    ("GET", "/v2.0/extensions", None, LIST),
    ("GET", "/v2.0/extensions/{alias:str}", None, LIST),
    ("GET", "/v2.0/availability_zones", None, LIST),
    ("GET", "/v2.0/service-providers", None, LIST),
    ("GET", "/v2.0/agents", None, LIST),
    ("GET", "/v2.0/network-ip-availabilities", None, ADMIN),
    ("GET", "/v2.0/network-ip-availabilities/{key:str}", None, ADMIN),
]


class Undo(Exception):
    """Takes back what a request did, so that the next person finds the same."""


def test_who_may(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        ids = await make_one_of_each(cloud)
        for method, path, body, expected in ROWS:
            found = [await status(cloud, ids, who, method, path, body) for who in PEOPLE]
            assert (method, path, dict(zip(PEOPLE, found, strict=True))) == (
                method,
                path,
                dict(zip(PEOPLE, expected, strict=True)),
            )

    run(tmp_path, test)


async def status(
    cloud: NetworkCloud, ids: dict[str, str], who: str, method: str, path: str, body: dict[str, Any] | None
) -> int:
    """What this person is answered; nothing of it stays."""
    client = cloud.client(None if who == "nobody" else who)
    statuses: list[int] = []

    async def write(fn: Any) -> Any:
        """Runs the request's transaction and takes it back."""
        done: list[Any] = []

        def undone(tx: Tx) -> None:
            done.append(fn(tx))
            raise Undo

        try:
            await database_write(undone)
        except Undo:
            return done[-1]

    database_write, cloud.cloud.db.write = cloud.cloud.db.write, write  # type: ignore[method-assign]
    try:
        statuses.append(
            (await client.request(method, f"/network{filled(path, ids)}", json=named(body, ids))).status_code
        )
    finally:
        cloud.cloud.db.write = database_write  # type: ignore[method-assign]
    return statuses[0]


def filled(path: str, ids: dict[str, str]) -> str:
    """The route with the ids of what there is."""
    parts = path.split("/")
    key = ids.get(parts[2].removesuffix("s"), ids["network"]) if len(parts) > 2 else ""
    values = {"{key:str}": key, "{tag:str}": "t", "{project_id:str}": "mine", "{alias:str}": "router"}
    return "/".join(values.get(part, part) for part in parts)


def named(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: named(each, ids) for key, each in value.items()}
    return ids[value[1:-1]] if isinstance(value, str) and value.startswith("<") else value


async def make_one_of_each(cloud: NetworkCloud) -> dict[str, str]:
    """Ids of one resource of each kind, all of `mine`, each with the tag t."""
    client = cloud.client()
    network, _ = await make_segment(client)
    port = await make(client, "port", network_id=network)
    group = await make(client, "security_group", name="g")
    router = await make(client, "router")
    external = await make_external(cloud)
    joined = await make(client, "subnet", network_id=network, ip_version=4, cidr="10.1.0.0/24")
    await client.put(f"/network/v2.0/routers/{router['id']}/add_router_interface", {"subnet_id": joined["id"]})
    free = await make(client, "subnet", network_id=network, ip_version=4, cidr="10.2.0.0/24", enable_dhcp=False)
    ids = {
        "network": network,
        "subnet": free["id"],
        "joined": joined["id"],
        "port": port["id"],
        "router": router["id"],
        "external": external,
        "floatingip": (await make(client, "floatingip", floating_network_id=external))["id"],
        "security-group": group["id"],
        "security-group-rule": group["security_group_rules"][0]["id"],
        "subnetpool": (await make(client, "subnetpool", prefixes=["10.3.0.0/16"]))["id"],
    }
    for plural in TAGGED:
        tagged = await client.put(f"/network/v2.0/{plural}/{ids[plural[:-1]]}/tags/t")
        assert tagged.status_code == 201
    return ids


def test_every_route_has_a_row(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        [router] = cloud.service.routes
        assert isinstance(router, Router)
        routes = {
            (method, route.path.removeprefix("/network") or "/")
            for route in router.routes
            if isinstance(route, HTTPRoute)
            for method in route.methods - {"OPTIONS"}
        }
        assert routes == {(method, path) for method, path, _, _ in ROWS}

    run(tmp_path, test)
