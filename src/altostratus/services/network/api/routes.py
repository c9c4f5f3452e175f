"""Every route of the service, under its prefix."""

from functools import cache

from litestar import Router

from altostratus.services.network.api import NetworkCall, extensions, host, quotas, resources, routers, tags, versions
from altostratus.services.network.api.resource import routes_of


@cache
def build_router() -> Router:
    """The Litestar router."""
    handlers = [route for resource in resources.ALL for route in routes_of(resource)]
    modules = (versions, routers, tags, quotas, extensions, host)
    return Router(
        path="/network",
        route_handlers=[*handlers, *(route for module in modules for route in module.ROUTES)],
        request_class=NetworkCall,
    )
