"""PUT /v2.0/routers/{id}/…: interfaces and extra routes."""

from typing import Any

from litestar import put
from litestar.params import FromPath

from altostratus.services.network.api import NetworkCall, views, wish_of
from altostratus.services.network.api.resources import ROUTERS
from altostratus.services.network.api.schemas import InterfaceBody, RoutesBody
from altostratus.services.network.usecases.extra_routes import add_routes, remove_routes
from altostratus.services.network.usecases.router_interfaces import add_interface, remove_interface


@put("/v2.0/routers/{key:str}/add_router_interface", body=InterfaceBody)
async def add_router_interface(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
    """Join a subnet."""
    net, actor = request.net, request.actor
    wish = wish_of(await request.decode(InterfaceBody))
    return views.interface(await net.db.write(lambda tx: add_interface(tx, net, actor, key, wish)))


@put("/v2.0/routers/{key:str}/remove_router_interface", body=InterfaceBody)
async def remove_router_interface(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
    """Part from a subnet."""
    net, actor = request.net, request.actor
    wish = wish_of(await request.decode(InterfaceBody))
    return views.interface(await net.db.write(lambda tx: remove_interface(tx, net, actor, key, wish)))


@put("/v2.0/routers/{key:str}/add_extraroutes", body=RoutesBody)
async def add_extraroutes(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
    """Add routes in one step, whatever else changes them."""
    net, actor = request.net, request.actor
    routes = wish_of(await request.decode(RoutesBody))["router"]["routes"]
    return ROUTERS.show(request, await net.db.write(lambda tx: add_routes(tx, net, actor, key, routes)))


@put("/v2.0/routers/{key:str}/remove_extraroutes", body=RoutesBody)
async def remove_extraroutes(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
    """Take routes away in one step, whatever else changes them."""
    net, actor = request.net, request.actor
    routes = wish_of(await request.decode(RoutesBody))["router"]["routes"]
    return ROUTERS.show(request, await net.db.write(lambda tx: remove_routes(tx, net, actor, key, routes)))


ROUTES = (add_router_interface, remove_router_interface, add_extraroutes, remove_extraroutes)
