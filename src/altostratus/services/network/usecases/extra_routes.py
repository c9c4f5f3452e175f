"""A router's extra routes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import parse_address, parse_cidr
from altostratus.services.network.errors import InvalidRoutes, RoutesExhausted
from altostratus.services.network.store import routers, subnets, wishes
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import router, subnet
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_router, require

MAX_ROUTES = 30
Routes = Sequence[dict[str, Any]]


def add_routes(tx: Tx, net: Networking, actor: Actor, router_id: str, routes: Routes) -> routers.Router:
    """Add to the router's routes; those it has already change nothing."""
    found = find_router(tx, net, actor, router_id)
    require(net, actor, "add_extraroutes", found.target)
    added = [route for route in normal_routes(routes) if route not in found.routes]
    return _set(tx, net, actor, found, checked_routes(tx, router_id, [*found.routes, *added]))


def remove_routes(tx: Tx, net: Networking, actor: Actor, router_id: str, routes: Routes) -> routers.Router:
    """Take from the router's routes; those it has not change nothing."""
    found = find_router(tx, net, actor, router_id)
    require(net, actor, "remove_extraroutes", found.target)
    gone = normal_routes(routes)
    return _set(tx, net, actor, found, [route for route in found.routes if route not in gone])


def _set(tx: Tx, net: Networking, actor: Actor, found: routers.Router, routes: list[dict[str, str]]) -> routers.Router:
    revise(tx, router, found.id, routes=routes)
    wishes.raise_generation(tx, "router", [found.id])
    events.record(tx, actor, "network.router.update", found.id, found.project_id)
    return find_router(tx, net, actor, found.id)


def normal_routes(routes: Routes) -> list[dict[str, str]]:
    """Routes as they are stored."""
    return [
        {"destination": str(parse_cidr(route["destination"])), "nexthop": str(parse_address(route["nexthop"]))}
        for route in routes
    ]


def checked_routes(tx: Tx, router_id: str, routes: Routes) -> list[dict[str, str]]:
    """Routes whose next hops are on the router's networks and are not the router itself."""
    if len(routes) > MAX_ROUTES:
        raise RoutesExhausted(id=router_id, quota=MAX_ROUTES)
    found = normal_routes(routes)
    if len({tuple(sorted(route.items())) for route in found}) < len(found):
        raise InvalidRoutes(routes=routes, reason="a route is there twice")
    if not found:
        return []
    nets, own = _reach(tx, router_id)
    for route in found:
        hop = parse_address(route["nexthop"])
        if not any(hop in net for net in nets):
            raise InvalidRoutes(routes=routes, reason="the nexthop is not connected with router")
        if route["nexthop"] in own:
            raise InvalidRoutes(routes=routes, reason="the nexthop is used by router")
    return found


def _reach(tx: Tx, router_id: str) -> tuple[list[Any], set[str]]:
    """(prefixes of the router's legs, their addresses)."""
    found = routers.get(tx, router_id)
    gateway = [found.gateway] if found and found.gateway else []
    fixed = [fixed for leg in [*routers.interfaces(tx, router_id), *gateway] for fixed in leg.fixed_ips]
    page = select(subnet.c.id).where(subnet.c.id.in_([each.subnet_id for each in fixed]))
    return [each.net for each in subnets.fetch(tx, page)], {each.ip for each in fixed}
